//! `adopt`: takes over what another tool has recorded.

mod drizzle;
mod drizzle_dsql;
mod files;
mod find;
mod flyway;
mod golang_migrate;
mod goose;
mod mapping;
mod refinery;
mod show;
mod sqlx;
#[cfg(test)]
mod tests;
mod three_columns;
mod tool;
mod tools;

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use clap::builder::PossibleValuesParser;
use dsql_migrate::{AppliedElsewhere, Begun, Connector, Migrations, State};

use crate::confirm::confirmed;
use crate::database::{Format, Target, failed, runtime};
use files::File;
use find::Found;
use mapping::Mapping;
use tool::Folder;
use tools::TOOLS;

/// Take over a database that another tool has migrated: record as applied what its table says is applied.
///
/// Shows which row belongs to which file, what would be recorded and what a run would apply after it, asks, and
/// records it in one transaction. The other tool's table is only read, and may be dropped later. Files are matched
/// by their versions, whatever zeros stand before them; Drizzle's by meta/_journal.json and their hashes.
///
/// Tools: three-columns (a home-made schema_migrations with version, name, applied_at), refinery, sqlx,
/// golang-migrate, goose, flyway, drizzle, drizzle-dsql (AWS's adapter).
///
/// golang-migrate calls its table schema_migrations, as ours would be. The records are then kept in a table of
/// another name: --table dsql_migrations here and with every other command, and table = "dsql_migrations" in
/// embed_migrations!.
///
/// Exit code: 0 recorded (with --dry-run: could be), 1 something stands in the way or it failed, 2 when the command
/// line is wrong or the files cannot be read.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,
    /// The tool, where its table is not the only one that is found
    #[arg(long, value_name = "TOOL", value_parser = PossibleValuesParser::new(TOOLS.iter().map(|tool| tool.name)))]
    from: Option<String>,
    /// Its table, as `name` or `schema.name`, where it has another name than the tool gives it
    #[arg(long, value_name = "TABLE", requires = "from")]
    from_table: Option<String>,
    /// Only show what would be recorded
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(crate) fn run(arguments: &Arguments) -> io::Result<u8> {
    let target = &arguments.target;
    let way = target.database.way()?;
    let Some(migrations) = target.migrations()? else { return Ok(1) };
    runtime()?.block_on(adopt(arguments, &way, &migrations))
}

async fn adopt(arguments: &Arguments, connector: &impl Connector, migrations: &Migrations) -> io::Result<u8> {
    let target = &arguments.target;
    let files = read_files(&target.path, migrations)?;
    let journal = std::fs::read_to_string(target.path.join("meta/_journal.json")).ok();
    let found = match find::table(arguments, connector).await {
        Ok(found) => found,
        Err(stopped) => return stopped.report(target.format),
    };
    let runner = migrations.with(target.options());
    // A foreign table under the name of ours cannot be read as ours.
    let own = if found.is_in_the_way(target) {
        BTreeSet::new()
    } else {
        match runner.status(connector).await {
            Ok(status) => status
                .migrations
                .into_iter()
                .filter(|one| {
                    !matches!(
                        one.state,
                        State::Pending | State::InFlight { .. } | State::Applied { adopted: true, .. }
                    )
                })
                .map(|one| one.version)
                .collect(),
            Err(error) => return failed(target.format, &error),
        }
    };
    let folder = Folder {
        files: &files,
        journal: journal.as_deref(),
        same_table: found.is_own(target),
        text_versions: found.text_versions,
    };
    let mapping = mapping::map(&files, (found.tool.read)(&found.rows, &folder), &own);
    if let Some(why) = stopped(&found, &mapping, target) {
        show::mapping(target.format, &found, &mapping, false)?;
        eprintln!("dsql-migrate: {why}");
        return Ok(1);
    }
    let nothing = mapping.record.is_empty();
    if target.format == Format::Human || arguments.dry_run || nothing {
        show::mapping(target.format, &found, &mapping, false)?;
    }
    if arguments.dry_run || nothing {
        return Ok(0);
    }
    let question = format!("record these {} as applied?", mapping.record.len());
    if !confirmed(arguments.yes, &question)? {
        return Ok(1);
    }
    let applied: Vec<_> = mapping
        .record
        .iter()
        .map(|one| match &one.applied_at {
            Some(at) => AppliedElsewhere::new(&one.version).at(at),
            None => AppliedElsewhere::new(&one.version),
        })
        .collect();
    match runner.record(connector, &applied, Begun::Refuse).await {
        Ok(recorded) => {
            match target.format {
                Format::Human => println!("recorded {}", recorded.join(", ")),
                Format::Json => show::mapping(target.format, &found, &mapping, true)?,
            }
            Ok(0)
        }
        Err(error) => failed(target.format, &error),
    }
}

/// Why nothing can be recorded.
fn stopped(found: &Found, mapping: &Mapping, target: &Target) -> Option<String> {
    if found.is_in_the_way(target) {
        return Some(format!(
            "{} is the name of our own table too, and {} keeps its own under it: keep our records elsewhere with \
             --table dsql_migrations (with every command, and `table = \"dsql_migrations\"` in embed_migrations!). \
             Or, if {} is not used any more, first run `ALTER TABLE {} RENAME TO {}_old` and name it with --from-table",
            found.shown(),
            found.tool.name,
            found.tool.name,
            found.quoted(),
            found.table,
        ));
    }
    (!mapping.refused.is_empty()).then(|| "nothing was recorded: put the rows above right first".to_owned())
}

/// The files of a set with what they hold.
fn read_files(folder: &Path, migrations: &Migrations) -> io::Result<Vec<File>> {
    let inputs = crate::set::read(folder)?;
    let of = |migration: dsql_migrate::Migration<'_>| {
        let input = inputs.iter().find(|input| input.path == migration.file())?;
        Some(File {
            version: migration.version().to_owned(),
            name: migration.name().to_owned(),
            file: input.name.clone(),
            bytes: input.bytes.clone(),
        })
    };
    Ok(migrations.iter().filter_map(of).collect())
}
