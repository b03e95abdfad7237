//! What taking over would mean, for people and for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::find::Found;
use super::mapping::Mapping;
use crate::database::{Format, print};

#[derive(Serialize)]
struct Document<'m> {
    from: &'m str,
    table: String,
    #[serde(flatten)]
    mapping: &'m Mapping,
    done: bool,
}

pub(super) fn mapping(format: Format, found: &Found, mapping: &Mapping, done: bool) -> io::Result<()> {
    match format {
        Format::Human => human(found, mapping, &mut io::stdout().lock()),
        Format::Json => print(&Document { from: found.tool.name, table: found.shown(), mapping, done }),
    }
}

fn human(found: &Found, mapping: &Mapping, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{} has {} rows of {}", found.shown(), found.rows.len(), found.tool.name)?;
    for refused in &mapping.refused {
        writeln!(out, "  REFUSED  {}: {}", refused.row, refused.why)?;
    }
    let width = mapping.record.iter().map(|one| one.file.chars().count()).max().unwrap_or_default();
    for one in &mapping.record {
        write!(out, "  record   {:width$}  <- {}", one.file, one.row)?;
        if let Some(at) = &one.applied_at {
            write!(out, ", {at}")?;
        }
        match &one.note {
            Some(note) => writeln!(out, "; {note}")?,
            None => writeln!(out)?,
        }
    }
    for one in &mapping.unmatched {
        let note = one.note.as_deref().unwrap_or("there is no such file here, it is not recorded");
        writeln!(out, "  no file  {}: {note}", one.row)?;
    }
    for one in &mapping.pending {
        let late = if one.late {
            ", which stands before applied ones: a run refuses such a file until it has a higher version"
        } else {
            ""
        };
        writeln!(out, "  pending  {}: a run would apply it{late}", one.file)?;
    }
    if !mapping.recorded.is_empty() {
        writeln!(out, "  recorded already: {}", mapping.recorded.join(", "))?;
    }
    if mapping.record.is_empty() && mapping.refused.is_empty() {
        writeln!(out, "nothing to record")?;
    }
    Ok(())
}
