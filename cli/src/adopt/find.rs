//! Finds the other tool's table and reads it.

use std::io;

use dsql_migrate::__private::elsewhere::{self, Wanted};
use dsql_migrate::__private::quote::qualified;
use dsql_migrate::{Connection, Connector};
use serde::Serialize;
use tokio_postgres::SimpleQueryMessage;

use super::Arguments;
use super::tool::{Row, Tool};
use super::tools::TOOLS;
use crate::database::{Format, Target, print};

#[derive(Serialize)]
struct Failure<'m> {
    error: Message<'m>,
}

#[derive(Serialize)]
struct Message<'m> {
    message: &'m str,
}

/// A table that was found, with its rows.
pub(super) struct Found {
    pub(super) tool: &'static Tool,
    pub(super) schema: String,
    pub(super) table: String,
    /// Whether the search path finds it first under its bare name.
    first: bool,
    /// Whether it keeps versions as text.
    pub(super) text_versions: bool,
    pub(super) rows: Vec<Row>,
}

impl Found {
    /// Its name for people.
    pub(super) fn shown(&self) -> String {
        format!("{}.{}", self.schema, self.table)
    }

    /// Its name for SQL.
    pub(super) fn quoted(&self) -> String {
        qualified(Some(&self.schema), &self.table)
    }

    /// Whether our records are to go into this very table.
    pub(super) fn is_own(&self, target: &Target) -> bool {
        let schema = target.schema.as_ref().map_or(self.first, |schema| *schema == self.schema);
        schema && self.table == target.table()
    }

    /// Whether it has the name of our table and another form.
    pub(super) fn is_in_the_way(&self, target: &Target) -> bool {
        self.is_own(target) && self.tool.name != super::three_columns::TOOL.name
    }
}

/// Why there is no table to go on with.
pub(super) enum Stopped {
    Io(io::Error),
    Said(String),
}

impl Stopped {
    /// Tells, and gives the exit code.
    pub(super) fn report(self, format: Format) -> io::Result<u8> {
        let message = match self {
            Self::Io(error) => return Err(error),
            Self::Said(message) => message,
        };
        eprintln!("dsql-migrate: {message}");
        if format == Format::Json {
            print(&Failure { error: Message { message: &message } })?;
        }
        Ok(1)
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A table of the catalog that may be a tool's.
struct Candidate {
    schema: String,
    table: String,
    first: bool,
    /// Names and types.
    columns: Vec<(String, String)>,
}

impl Candidate {
    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| name == column)
    }

    /// Whether it keeps versions as text of any length.
    fn has_text_versions(&self) -> bool {
        let is_text = |data_type: &str| data_type == "text" || data_type.starts_with("character varying");
        self.columns.iter().any(|(name, data_type)| name == "version" && is_text(data_type))
    }
}

/// The one table that is meant, read.
pub(super) async fn table(arguments: &Arguments, connector: &impl Connector) -> Result<Found, Stopped> {
    let connection =
        connector.connect().await.map_err(|error| Stopped::Said(format!("cannot connect: {error}")))?;
    let candidates = candidates(arguments, &connection).await?;
    let mut found: Vec<(&'static Tool, Candidate)> = Vec::new();
    for candidate in candidates {
        let is = |tool: &&&'static Tool| {
            let named = arguments.from_table.is_some() || candidate.table == tool.table;
            let asked = arguments.from.as_deref().is_none_or(|from| from == tool.name);
            let columns = tool.columns.iter().all(|column| candidate.has(column));
            named && asked && columns
        };
        if let Some(tool) = TOOLS.iter().find(is) {
            found.push((tool, candidate));
        }
    }
    // A table that has our own columns is ours; only on demand is it looked at as another runner's.
    let mut others: Vec<_> =
        found.into_iter().filter(|(tool, one)| !is_ours(tool, one) || arguments.from.is_some()).collect();
    let Some((tool, one)) = others.pop() else { return Err(Stopped::Said(nothing(arguments))) };
    if !others.is_empty() {
        others.push((tool, one));
        let names: Vec<_> = others
            .iter()
            .map(|(tool, one)| format!("{} ({}.{})", tool.name, one.schema, one.table))
            .collect();
        return Err(Stopped::Said(format!(
            "several tables are here: {}; say which with --from, and --from-table schema.name where that is not enough",
            names.join(", ")
        )));
    }
    let text_versions = one.has_text_versions();
    let mut found = Found {
        tool,
        schema: one.schema,
        table: one.table,
        first: one.first,
        text_versions,
        rows: Vec::new(),
    };
    found.rows = query(&connection, &tool.rows.of(&found.quoted())).await?;
    Ok(found)
}

fn is_ours(tool: &Tool, one: &Candidate) -> bool {
    tool.name == super::three_columns::TOOL.name && one.has("checksum")
}

fn nothing(arguments: &Arguments) -> String {
    match (&arguments.from, &arguments.from_table) {
        (Some(from), Some(table)) => format!("{table} is not there, or does not have the columns of {from}"),
        (Some(from), None) => {
            let table = TOOLS.iter().find(|tool| tool.name == from).map_or("", |tool| tool.table);
            format!(
                "there is no table {table} with the columns of {from}; another name is given with --from-table"
            )
        }
        _ => {
            let tables: Vec<_> = TOOLS.iter().map(|tool| format!("{} ({})", tool.table, tool.name)).collect();
            format!(
                "no other tool's table is here; looked for {}. One with another name is given with --from and \
                 --from-table; for a database without any, there is `dsql-migrate baseline`",
                tables.join(", ")
            )
        }
    }
}

async fn candidates(arguments: &Arguments, connection: &Connection) -> Result<Vec<Candidate>, Stopped> {
    let names: Vec<&str> = TOOLS.iter().map(|tool| tool.table).collect();
    let wanted = match arguments.from_table.as_deref().map(|table| (table, table.split_once('.'))) {
        Some((_, Some((schema, table)))) => Wanted::In { schema, table },
        Some((table, None)) => Wanted::OneOf(&[table]),
        None => Wanted::OneOf(&names),
    };
    let text = |row: &Row, position: usize| row.get(position).cloned().flatten().unwrap_or_default();
    let mut found: Vec<Candidate> = Vec::new();
    for row in query(connection, &elsewhere::tables(wanted)).await? {
        let (schema, table) = (text(&row, 0), text(&row, 1));
        let column = (text(&row, 3), text(&row, 4));
        match found.last_mut().filter(|last| last.schema == schema && last.table == table) {
            Some(last) => last.columns.push(column),
            None => {
                found.push(Candidate {
                    schema,
                    table,
                    first: text(&row, 2) == "true",
                    columns: vec![column],
                });
            }
        }
    }
    Ok(found)
}

async fn query(connection: &Connection, sql: &str) -> Result<Vec<Row>, Stopped> {
    let messages = connection.client().simple_query(sql).await.map_err(|error| {
        let said = error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string);
        Stopped::Said(format!("the database cannot be read: {said}"))
    })?;
    let row = |message: SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|position| row.get(position).map(str::to_owned)).collect())
        }
        _ => None,
    };
    Ok(messages.into_iter().filter_map(row).collect())
}
