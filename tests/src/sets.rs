//! Sets of migrations, written as SQL and read by the checker as it reads a folder.

use dsql_migrate::Migrations;
use dsql_migrate_check::render::{Style, diagnostic};
use dsql_migrate_check::{Input, Options, check_set};
use std::path::Path;

/// A set of these files: name and content.
///
/// # Errors
/// What the checker says against them.
pub fn set(files: &[(&str, &str)]) -> Result<Migrations, String> {
    let inputs = files
        .iter()
        .map(|(name, sql)| Input {
            path: format!("migrations/{name}"),
            name: (*name).to_owned(),
            bytes: sql.as_bytes().to_vec(),
        })
        .collect();
    planned(inputs)
}

/// The set in a folder.
///
/// # Errors
/// When the folder cannot be read, and what the checker says against its files.
pub fn folder(path: &Path) -> Result<Migrations, String> {
    let shown = path.file_name().unwrap_or_default().to_string_lossy();
    let inputs = dsql_migrate_check::folder::read(path, &shown).map_err(|error| error.to_string())?;
    planned(inputs)
}

fn planned(inputs: Vec<Input>) -> Result<Migrations, String> {
    let mut report = check_set(inputs, Options::default());
    match report.plan.take() {
        Some(plan) => Ok(Migrations::new(plan)),
        None => {
            let findings =
                report.diagnostics.iter().map(|finding| diagnostic(&report, finding, Style::Plain));
            Err(findings.collect::<Vec<_>>().join("\n"))
        }
    }
}

/// The set that the examples embed.
///
/// # Errors
/// As [`folder`].
pub fn sample() -> Result<Migrations, String> {
    folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations"))
}

/// Steps of every kind, whose rows tell how often each was written: every row step adds one to `hits`.
///
/// # Errors
/// As [`set`].
pub fn every_kind() -> Result<Migrations, String> {
    set(&[
        (
            "0000_baseline.sql",
            "-- dsql: baseline\nCREATE TABLE IF NOT EXISTS base (id int PRIMARY KEY, n int);\n\
             INSERT INTO base VALUES (1, 1);\nCREATE INDEX ASYNC base_by_n ON base (n);",
        ),
        (
            "0001_tables.sql",
            "CREATE TABLE hits (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), step int);\n\
             CREATE TABLE a (id int PRIMARY KEY, n int, note text);\n\
             INSERT INTO a VALUES (1, 10, 'x'), (2, 20, 'y');\nINSERT INTO hits (step) VALUES (1);\n\
             CREATE INDEX ASYNC a_by_n ON a (n);\nCREATE UNIQUE INDEX ASYNC a_once ON a (n, note);",
        ),
        (
            "0002_more.sql",
            "ALTER TABLE a ADD COLUMN m int;\nUPDATE a SET m = n + 1;\nINSERT INTO hits (step) VALUES (2);\n\
             ALTER TABLE a ADD CONSTRAINT m_there CHECK (m IS NOT NULL) NOT VALID;\n\
             ALTER TABLE ASYNC a VALIDATE CONSTRAINT m_there;\nCREATE VIEW v AS SELECT id, m FROM a;",
        ),
        (
            "0003_old.sql",
            "CREATE TABLE old (id int PRIMARY KEY);\nDROP TABLE old;\nALTER TABLE a RENAME COLUMN note TO remark;\n\
             INSERT INTO hits (step) VALUES (3);",
        ),
        (
            "0004_rest.sql",
            "SET search_path = public;\n\
             CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x * 2';\n\
             COMMENT ON TABLE a IS 'all';\nINSERT INTO a (id, n, remark, m) VALUES (3, 30, 'z', twice(15));\n\
             UPDATE a SET n = n + 1;\nINSERT INTO hits (step) VALUES (4);",
        ),
        (
            "0005_names.sql",
            "CREATE TABLE c (id int PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) STORED);\n\
             ALTER TABLE c ADD CHECK (a > 0) NOT VALID;\nALTER TABLE c ALTER b DROP EXPRESSION;\n\
             CREATE STATISTICS ON a, b FROM c;\n\
             CREATE FUNCTION twice(x text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT x || x';\n\
             ALTER FUNCTION twice(text) RENAME TO thrice;\n\
             AWS IAM GRANT admin TO 'arn:aws:iam::111122223333:role/a';\n\
             AWS IAM GRANT admin TO 'arn:aws:iam::111122223333:role/b';\n\
             AWS IAM REVOKE admin FROM 'arn:aws:iam::111122223333:role/b';\n\
             CREATE SCHEMA AUTHORIZATION admin;",
        ),
        (
            "0006_path.sql",
            "CREATE SCHEMA app;\nSET search_path = app;\nCREATE TABLE inside (id int PRIMARY KEY, n int);\n\
             INSERT INTO inside VALUES (1, 1);\nCREATE INDEX ASYNC inside_by_n ON inside (n);\n\
             UPDATE inside SET n = n + 1;",
        ),
        (
            "0007_always.sql",
            "-- dsql: always\nCOMMENT ON VIEW v IS 'always';\nINSERT INTO hits (step) VALUES (9);\n\
             AWS IAM GRANT admin TO 'arn:aws:iam::111122223333:role/c';",
        ),
    ])
}

/// Queries whose answers tell the whole state of a database that [`every_kind`] was applied to: nothing in
/// them depends on when, or how often, a step was tried.
pub const STATE: [&str; 11] = [
    "SELECT step, count(*) FROM hits GROUP BY step ORDER BY step",
    "SELECT id, n, remark, m FROM a ORDER BY id",
    "SELECT version, name, checksum FROM schema_migrations ORDER BY 1",
    "SELECT c.relname, c.relkind, i.indisvalid, i.indisunique FROM pg_class c \
     LEFT JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1",
    "SELECT conrelid::regclass, conname, convalidated FROM pg_constraint \
     WHERE conrelid IN ('a'::regclass, 'c'::regclass) ORDER BY 1, 2",
    "SELECT proname, proargtypes::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2",
    "SELECT id, n, obj_description('v'::regclass), (SELECT n FROM app.inside) FROM base",
    "SELECT pg_role_name, arn FROM sys.iam_pg_role_mappings ORDER BY 1, 2",
    "SELECT s.stxname, a.attgenerated, n.nspname FROM pg_statistic_ext s, pg_attribute a, pg_namespace n \
     WHERE a.attrelid = 'c'::regclass AND a.attname = 'b' AND n.nspname = 'admin'",
    "SELECT twice(id), m FROM v ORDER BY id",
    "SELECT obj_description('a'::regclass), (SELECT count(*) FROM schema_migrations_steps)",
];
