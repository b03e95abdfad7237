//! Everything that can be told of a database without numbers that differ from one to the next, so that two of them can
//! be compared; and with those numbers, to see that nobody has touched what is there.

/// Queries whose answers tell which objects of users there are and what they are like. The runtime's own tables are
/// left out, except what the ledger says.
pub const STATE: &[&str] = &[
    "SELECT 'ledger', version, name, checksum FROM public.schema_migrations ORDER BY 2",
    "SELECT 'schema', n.nspname, n.nspacl::text FROM pg_namespace n \
     WHERE n.nspname !~ '^(pg_|information_schema$|sys$)' ORDER BY 2",
    "SELECT 'relation', c.oid::regclass::text, n.nspname, c.relname, c.relkind, c.relacl::text, \
     obj_description(c.oid, 'pg_class'), CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) END \
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname !~ '^(pg_|information_schema$|sys$)' AND c.relname !~ '^schema_migrations' ORDER BY 3, 4",
    "SELECT 'column', n.nspname, c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, \
     a.attidentity, a.attgenerated, a.attisdropped, pg_get_expr(d.adbin, d.adrelid), \
     col_description(c.oid, a.attnum) \
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
     WHERE n.nspname !~ '^(pg_|information_schema$|sys$)' AND c.relname !~ '^schema_migrations' AND a.attnum > 0 \
     ORDER BY 2, 3, 4",
    "SELECT 'constraint', n.nspname, c.relname, t.typname, o.conname, o.contype, o.convalidated, \
     pg_get_constraintdef(o.oid) FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace \
     LEFT JOIN pg_class c ON c.oid = o.conrelid LEFT JOIN pg_type t ON t.oid = o.contypid \
     WHERE n.nspname !~ '^(pg_|information_schema$|sys$)' AND coalesce(c.relname, '') !~ '^schema_migrations' \
     ORDER BY 2, 3, 4, 5",
    "SELECT 'index', n.nspname, c.relname, x.indisvalid, pg_get_indexdef(x.indexrelid) FROM pg_index x \
     JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname !~ '^(pg_|information_schema$|sys$)' AND c.relname !~ '^schema_migrations' ORDER BY 2, 3",
    "SELECT 'function', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), p.prosrc, p.proacl::text, \
     obj_description(p.oid, 'pg_proc') FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
     WHERE n.nspname !~ '^(pg_|information_schema$|sys$)' ORDER BY 2, 3, 4",
    "SELECT 'domain', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault \
     FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' \
     AND n.nspname !~ '^(pg_|information_schema$|sys$)' ORDER BY 2, 3",
    "SELECT 'statistics', n.nspname, s.stxname, s.stxrelid::regclass::text, s.stxkeys::text FROM pg_statistic_ext s \
     JOIN pg_namespace n ON n.oid = s.stxnamespace ORDER BY 2, 3",
    "SELECT 'sequence', s.seqrelid::regclass::text, s.seqtypid::regtype::text, s.seqstart, s.seqincrement, s.seqmax, \
     s.seqmin, s.seqcache, s.seqcycle FROM pg_sequence s ORDER BY 2",
    "SELECT 'mapping', pg_role_name, arn FROM sys.iam_pg_role_mappings ORDER BY 2, 3",
];

/// The tables of users, to read their rows.
pub const TABLES: &str = "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c \
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' \
     AND n.nspname !~ '^(pg_|information_schema$|sys$)' AND c.relname !~ '^schema_migrations' ORDER BY 1";

/// A query for the rows of a table, in an order that does not depend on how they came.
#[must_use]
pub fn rows_of(table: &str) -> String {
    format!("SELECT 'row', '{}', t::text FROM {table} t ORDER BY 3", table.replace('\'', "''"))
}

/// Queries for what is in a schema, with its numbers: whoever drops, makes anew, renames or alters something there
/// changes an answer.
#[must_use]
pub fn numbered(schema: &str) -> Vec<String> {
    let home = format!("'{}'::regnamespace", schema.replace('\'', "''"));
    vec![
        format!(
            "SELECT c.oid, c.relname, c.relkind, c.relacl::text, obj_description(c.oid, 'pg_class') FROM pg_class c \
             WHERE c.relnamespace = {home} AND c.relname !~ '^schema_migrations' ORDER BY 1"
        ),
        format!(
            "SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity, \
             a.attgenerated, a.atthasdef, col_description(a.attrelid, a.attnum) FROM pg_attribute a \
             JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = {home} AND a.attnum > 0 \
             AND c.relname !~ '^schema_migrations' ORDER BY 1, 2"
        ),
        format!(
            "SELECT o.oid, o.conname, o.convalidated, o.conrelid FROM pg_constraint o \
             LEFT JOIN pg_class c ON c.oid = o.conrelid \
             WHERE o.connamespace = {home} AND coalesce(c.relname, '') !~ '^schema_migrations' ORDER BY 1"
        ),
        format!(
            "SELECT p.oid, p.proname, p.prosrc, p.proacl::text, obj_description(p.oid, 'pg_proc') FROM pg_proc p \
             WHERE p.pronamespace = {home} ORDER BY 1"
        ),
        format!(
            "SELECT t.oid, t.typname, t.typnotnull, t.typdefault FROM pg_type t \
             WHERE t.typnamespace = {home} AND t.typtype = 'd' ORDER BY 1"
        ),
        format!("SELECT s.oid, s.stxname FROM pg_statistic_ext s WHERE s.stxnamespace = {home} ORDER BY 1"),
    ]
}
