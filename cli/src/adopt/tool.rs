//! What one knows of another tool's table, whichever tool it is.

use dsql_migrate::__private::elsewhere::Rows;

use super::files::File;

/// A row as text.
pub(crate) type Row = Vec<Option<String>>;

/// The text of a column; empty where it is NULL.
pub(crate) fn column(row: &Row, position: usize) -> &str {
    row.get(position).and_then(Option::as_deref).unwrap_or_default()
}

/// A tool whose table can be taken over.
#[derive(Debug)]
pub(crate) struct Tool {
    /// As `--from` names it.
    pub(crate) name: &'static str,
    /// What its table is called unless somebody chose another name.
    pub(crate) table: &'static str,
    /// Columns by which the table is known; for one that shares its name with another tool's.
    pub(crate) columns: &'static [&'static str],
    /// How its rows are read.
    pub(crate) rows: &'static Rows,
    /// What the rows mean for the files.
    pub(crate) read: fn(&[Row], &Folder<'_>) -> Vec<Past>,
}

/// What rows are matched with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Folder<'f> {
    /// The migrations, in order.
    pub(crate) files: &'f [File],
    /// Drizzle's `meta/_journal.json`, where the folder has one.
    pub(crate) journal: Option<&'f str>,
    /// Whether the table is the one that our own records are to go into.
    pub(crate) same_table: bool,
    /// Whether the table keeps versions as text.
    pub(crate) text_versions: bool,
}

/// Something that was applied, by the other tool's account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Past {
    /// How the row is shown.
    pub(crate) label: String,
    /// The position of the file that it is about; none has it otherwise.
    pub(crate) file: Option<usize>,
    /// When it was applied, as the server wrote it.
    pub(crate) at: Option<String>,
    /// What people should know.
    pub(crate) note: Option<String>,
    /// Why it cannot be taken over, nor anything else while it stands so.
    pub(crate) refused: Option<String>,
}

impl Past {
    /// A row that says that this file was applied, if there is one.
    pub(crate) fn of(label: String, file: Option<usize>) -> Self {
        Self { label, file, ..Self::default() }
    }

    pub(crate) fn at(mut self, time: &str) -> Self {
        self.at = (!time.is_empty()).then(|| time.to_owned());
        self
    }

    pub(crate) fn refused(mut self, why: impl Into<String>) -> Self {
        self.refused = Some(why.into());
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Notes that the file is not what was applied, where `same` is known to be false.
    pub(crate) fn compared(self, same: Option<bool>) -> Self {
        if same == Some(false) {
            self.note("the file was edited since: its checksum is another")
        } else {
            self
        }
    }
}

/// Whether a boolean's text is true.
pub(crate) fn is_true(text: &str) -> bool {
    matches!(text, "t" | "true" | "1")
}

/// Bytes as lower-case digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
