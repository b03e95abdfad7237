//! Refusals by what a statement has left in the catalog: the second opinion that needs no parser.
//!
//! A statement runs inside a transaction that can still be undone; `sys._check_ddl` lists the traces that DSQL would not have
//! allowed, and this puts them into the server's words.

use std::io;

use crate::backend::{self, Backend};
use crate::refuse::Asks;
use crate::session::Fail;
use crate::wire::Frame;
use crate::words::{self, ServerError, alter_table, datatype, unsupported};

/// What the judging of a DDL statement needs to know of its words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ddl {
    /// What has to be looked up before it is run.
    pub(crate) asks: Option<Asks>,
    /// It speaks of a CACHE; the catalog cannot tell a default of 1 from an explicit one.
    pub(crate) names_cache: bool,
    /// It is CREATE SEQUENCE or ALTER SEQUENCE, which may own a sequence to a column without being a serial type.
    pub(crate) of_sequence: bool,
    /// It is ALTER, so a sequence it touches was there before.
    pub(crate) alters: bool,
}

/// Looks up what PostgreSQL would have forgotten after running the statement.
pub(crate) async fn before(backend: &mut Backend, ddl: &Ddl) -> Result<(), Fail> {
    let Some(asks) = &ddl.asks else { return Ok(()) };
    let table = words::literal(&asks.table);
    for column in &asks.columns {
        let sql = format!(
            "SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) \
             WHERE i.indrelid = to_regclass({table}) AND i.indisprimary AND a.attname = {}",
            words::literal(column)
        );
        if backend.query(&sql).await?.ok()?.value().is_some() {
            return Err(unsupported(format!("cannot drop primary key column {column}")).into());
        }
    }
    for constraint in &asks.constraints {
        let sql = format!(
            "SELECT 1 FROM pg_constraint WHERE conrelid = to_regclass({table}) AND contype = 'p' AND conname = {}",
            words::literal(constraint)
        );
        if backend.query(&sql).await?.ok()?.value().is_some() {
            return Err(alter_table("DROP CONSTRAINT").into());
        }
    }
    Ok(())
}

/// Types that cannot even be computed with, as far as recorded: by OID, `line` and `circle`.
const REFUSED_RESULTS: &[(u32, &str)] = &[(628, "line"), (718, "circle")];

/// The refusal of a result, by its columns' types.
pub(crate) fn columns(description: &Frame) -> io::Result<Option<ServerError>> {
    for (_, oid) in backend::columns(description)? {
        if let Some((_, name)) = REFUSED_RESULTS.iter().find(|(refused, _)| *refused == oid) {
            return Ok(Some(datatype(name)));
        }
    }
    Ok(None)
}

/// Looks at the traces of the statement that has just run.
pub(crate) async fn after(backend: &mut Backend, ddl: &Ddl) -> Result<(), Fail> {
    let answer = backend.query("SELECT what, argument FROM sys._check_ddl()").await?.ok()?;
    for row in &answer.rows {
        let [Some(what), argument] = row.as_slice() else { continue };
        let argument = argument.as_deref().unwrap_or_default();
        if let Some(refused) = refusal(what, argument, ddl) {
            return Err(refused.into());
        }
        if what == "unknown type" {
            tracing::warn!(
                datatype = argument,
                "it is not known whether DSQL takes columns of this type; let through"
            );
        }
    }
    Ok(())
}

fn refusal(what: &str, argument: &str, ddl: &Ddl) -> Option<ServerError> {
    Some(match what {
        "temporary" => words::temporary(argument),
        "unlogged" => unsupported(words::UNLOGGED),
        "serial" if !ddl.of_sequence => words::no_such_type(argument),
        "identity type" => words::must_be_bigint(argument, "identity column"),
        "sequence type" if ddl.of_sequence => words::must_be_bigint(argument, "sequence"),
        "type" => datatype(argument),
        "default cache" if !ddl.names_cache && !ddl.alters => words::cache_missing(argument),
        "cache" => words::cache_size(argument),
        "deferrable" => unsupported(words::DEFERRABLE),
        "exclude" => unsupported(words::EXCLUDE),
        "language" => words::language(argument),
        "trigger" => unsupported(words::TRIGGER),
        "key columns" => words::key_columns(),
        "key type" => words::key_type(argument),
        "operator class" => unsupported(words::OPERATOR_CLASS),
        "indexes" => words::too_many_indexes(),
        "columns" => words::too_many_columns(),
        "schemas" => words::too_many_schemas(),
        _ => return None,
    })
}
