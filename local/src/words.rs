//! What the server says: every SQLSTATE and sentence of DSQL that the emulator speaks is in this file and nowhere else.
//!
//! The sentences restate answers recorded from a real cluster (see `conformance/recorded.tsv`) or, where the recordings are
//! silent, other dated observations; which is which is said in `conformance/table.tsv`.

/// An error as the server sends it.
#[derive(Clone, Debug)]
pub(crate) struct ServerError {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) detail: String,
    pub(crate) hint: String,
    /// The backend's own fields, when the error is PostgreSQL's and goes to the client as it is.
    pub(crate) fields: Option<Vec<u8>>,
}

impl ServerError {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_string(),
            message: message.into(),
            detail: String::new(),
            hint: String::new(),
            fields: None,
        }
    }

    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// The code of nearly every refusal: feature_not_supported.
pub(crate) const UNSUPPORTED: &str = "0A000";

/// A refusal with the usual code.
pub(crate) fn unsupported(message: impl Into<String>) -> ServerError {
    ServerError::new(UNSUPPORTED, message)
}

/// `unsupported statement: Truncate`, named by the server's parse node.
pub(crate) fn statement(node: &str) -> ServerError {
    unsupported(format!("unsupported statement: {node}"))
}

/// `unsupported transaction statement: SAVEPOINT`.
pub(crate) fn transaction_statement(name: &str) -> ServerError {
    unsupported(format!("unsupported transaction statement: {name}"))
}

/// `unsupported ALTER TABLE … statement`.
pub(crate) fn alter_table(action: &str) -> ServerError {
    unsupported(format!("unsupported ALTER TABLE {action} statement"))
}

/// `setting configuration parameter "role" not supported`.
pub(crate) fn setting(name: &str) -> String {
    format!("setting configuration parameter \"{name}\" not supported")
}

/// A parameter under the prefix that is DSQL's own and that it has not.
pub(crate) fn reserved_parameter(name: &str) -> ServerError {
    ServerError::new("42602", format!("invalid configuration parameter name \"{name}\""))
        .with_detail("\"dsql\" is a reserved prefix.")
}

/// A switch set to what is neither on nor off.
pub(crate) fn not_boolean(name: &str) -> ServerError {
    ServerError::new("22023", format!("parameter \"{name}\" requires a Boolean value"))
}

/// A name before a dot that is no table's; PostgreSQL's own words.
pub(crate) fn missing_table(name: &str) -> ServerError {
    ServerError::new("42P01", format!("missing FROM-clause entry for table \"{name}\""))
}

/// What PostgreSQL says of a word that its grammar has no place for.
pub(crate) fn syntax_error(word: &str) -> ServerError {
    ServerError::new("42601", format!("syntax error at or near \"{word}\""))
}

/// `datatype money not supported`.
pub(crate) fn datatype(name: &str) -> ServerError {
    unsupported(format!("datatype {name} not supported"))
}

pub(crate) const MULTIPLE_DDL: &str = "multiple ddl statements not supported in a transaction";
pub(crate) const DDL_AND_DML: &str = "ddl and dml are not supported in the same transaction";
pub(crate) const COLLATE: &str = "COLLATE clause not supported";
pub(crate) const SYSTEM_ENTITY: &str = "feature not supported on system entity";
pub(crate) const INDEX_MODE: &str = "unsupported mode. please use CREATE INDEX ASYNC.";
pub(crate) const UNLOGGED: &str = "UNLOGGED table not supported for CREATE TABLE";
pub(crate) const DEFERRABLE: &str = "DEFERRABLE constraint not supported";
pub(crate) const EXCLUDE: &str = "EXCLUDE constraint not supported";
pub(crate) const TRIGGER: &str = "CREATE TRIGGER not supported";
pub(crate) const OPERATOR_CLASS: &str = "opclass not supported for index keys";

/// `TEMPORARY or TEMP table not supported for CREATE VIEW`: whatever is temporary is called a table.
pub(crate) fn temporary(object: &str) -> ServerError {
    unsupported(format!("TEMPORARY or TEMP table not supported for CREATE {object}"))
}

/// A type that DSQL does not know at all, as `serial`.
pub(crate) fn no_such_type(name: &str) -> ServerError {
    ServerError::new("42704", format!("type \"{name}\" does not exist"))
}

/// What counts on its own counts in `bigint`; `of` is `sequence` or `identity column`.
pub(crate) fn must_be_bigint(datatype: &str, of: &str) -> ServerError {
    unsupported(format!("datatype {datatype} not supported, {of} type must be bigint"))
}

/// A function in a language other than SQL.
pub(crate) fn language(name: &str) -> ServerError {
    unsupported(format!("CREATE FUNCTION with language {name} not supported"))
}

/// A column that cannot be part of a key.
pub(crate) fn key_type(datatype: &str) -> ServerError {
    unsupported(format!("datatype {datatype} is not supported in a key"))
}

/// A ninth key column.
pub(crate) fn key_columns() -> ServerError {
    ServerError::new("54011", "cannot use more than 8 columns in an index")
}

/// A 25th index. The sentence is ours.
pub(crate) fn too_many_indexes() -> ServerError {
    ServerError::new("54000", "cannot have more than 24 indexes on a table")
}

/// A 257th column. 255 is documented, and 256 were seen to be taken. The sentence is PostgreSQL's.
pub(crate) fn too_many_columns() -> ServerError {
    ServerError::new("54011", "tables can have at most 255 columns")
}

/// An eleventh schema. The sentence is ours.
pub(crate) fn too_many_schemas() -> ServerError {
    ServerError::new("54000", "cannot have more than 10 schemas in a database")
}

/// A row limit crossed, at the statement that crosses it.
pub(crate) fn row_limit() -> ServerError {
    ServerError::new("54000", "transaction row limit exceeded")
}

/// More written than a transaction may, told at COMMIT.
pub(crate) fn size_limit() -> ServerError {
    ServerError::new("54000", "transaction size limit 10mb exceeded")
}

/// A transaction older than it may become.
pub(crate) fn age_limit(seconds: u64) -> ServerError {
    ServerError::new("54000", format!("transaction age limit of {seconds}s exceeded"))
}

/// Another transaction has changed the same rows and was first to commit.
pub(crate) fn oc000() -> ServerError {
    ServerError::new("40001", "change conflicts with another transaction (OC000)")
}

/// The catalog has changed under the session.
pub(crate) fn oc001() -> ServerError {
    ServerError::new("40001", "schema has been updated by another transaction (OC001)")
}

/// A connection that is not let in.
pub(crate) fn access_denied() -> ServerError {
    ServerError::new("28000", "unable to accept connection, access denied")
}

/// A connection without TLS. The sentence is ours.
pub(crate) fn tls_required() -> ServerError {
    ServerError::new("28000", "unable to accept connection, TLS is required")
}

/// A connection that does not name its host in the handshake. The sentence is ours.
pub(crate) fn sni_required() -> ServerError {
    ServerError::new("28000", "unable to accept connection, sni was not received")
}

/// Any statement of a transaction that has failed.
pub(crate) fn aborted() -> ServerError {
    ServerError::new(
        "25P02",
        "current transaction is aborted, commands ignored until end of transaction block",
    )
}

/// What a failed unique build leaves in `sys.jobs.details`.
pub(crate) const DUPLICATE_KEYS: &str = "found duplicate key(s) while validating index uniqueness";

/// The `server_version` that DSQL reports.
pub(crate) const SERVER_VERSION: &str = "16.15";
/// The `server_version_num` that DSQL reports.
pub(crate) const SERVER_VERSION_NUM: &str = "160015";

/// The refusal of a sequence whose CACHE is left to the default; `of` is `sequence` or `identity`.
pub(crate) fn cache_missing(of: &str) -> ServerError {
    let subject = if of == "identity" { "identity column" } else { "CREATE SEQUENCE" };
    unsupported(format!(
        "{subject} is not supported without an explicit cache size. please define CACHE {CACHE_SIZES}"
    ))
}

/// The refusal of a CACHE that is neither 1 nor large. Only the sentence's end is recorded.
pub(crate) fn cache_size(of: &str) -> ServerError {
    unsupported(format!("{of} CACHE must be {CACHE_SIZES}"))
}

const CACHE_SIZES: &str = "greater than or equal to 65536 or equal to 1";

/// A string constant for a query of our own.
pub(crate) fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// PostgreSQL has no order for some types that DSQL refuses as keys; DSQL's sentence stands for both.
pub(crate) fn of_key_type(error: ServerError) -> ServerError {
    let of = error
        .message
        .strip_prefix("data type ")
        .and_then(|rest| rest.split(" has no default operator class").next());
    match (error.code.as_str(), of) {
        ("42704", Some(name)) => key_type(name),
        _ => error,
    }
}
