mod size;

use dsql_migrate_plan::{Fact, Job, Migration, Proof, StepKind};

use crate::check::{Input, check_set};
use crate::options::Options;

/// The files name tables that they do not make.
const ALONE: Options = Options { dialect: crate::Dialect::LATEST, catalog: false };

/// The plan of one file.
fn planned(sql: &str) -> Migration {
    let input = Input { path: "m/0001_a.sql".into(), name: "0001_a.sql".into(), bytes: sql.into() };
    let report = check_set(vec![input], ALONE);
    let messages: Vec<_> = report.diagnostics.iter().map(|one| (one.rule.id, &one.message)).collect();
    let plan = report.plan.unwrap_or_else(|| panic!("{messages:?}"));
    plan.migrations[0].clone()
}

/// The statements of each step, a line a step.
fn steps(sql: &str) -> Vec<String> {
    let migration = planned(sql);
    let step = |step: &dsql_migrate_plan::Step| {
        let statements: Vec<_> = step.statements().map(|one| one.sql.to_string()).collect();
        let kind = match step.kind {
            StepKind::Ddl { .. } => "ddl",
            StepKind::AsyncDdl { .. } => "async",
            StepKind::Dml { .. } => "dml",
        };
        format!("{kind}: {}", statements.join("; "))
    };
    migration.steps.iter().map(step).collect()
}

fn rules(sql: &str) -> Vec<&'static str> {
    let input = Input { path: "m/0001_a.sql".into(), name: "0001_a.sql".into(), bytes: sql.into() };
    check_set(vec![input], ALONE).diagnostics.iter().map(|one| one.rule.id).collect()
}

#[test]
fn one_ddl_a_step_and_dml_together() {
    assert_eq!(
        steps("CREATE TABLE a (id int PRIMARY KEY); COMMENT ON TABLE a IS 'x'; INSERT INTO a VALUES (1); SELECT 1;
               UPDATE a SET id = 2 WHERE id = 1; CREATE INDEX ASYNC i ON a (id); DELETE FROM a WHERE id = 2"),
        [
            "ddl: CREATE TABLE a (id int PRIMARY KEY)",
            "ddl: COMMENT ON TABLE a IS 'x'",
            "dml: INSERT INTO a VALUES (1); SELECT 1; UPDATE a SET id = 2 WHERE id = 1",
            "async: CREATE INDEX ASYNC i ON a (id)",
            "dml: DELETE FROM a WHERE id = 2",
        ]
    );
}

#[test]
fn the_bounds_of_a_transaction_are_honoured() {
    assert_eq!(
        steps(
            "INSERT INTO a VALUES (1); BEGIN; INSERT INTO a VALUES (2); COMMIT; INSERT INTO a VALUES (3);
               BEGIN; SELECT 1; CREATE TABLE b (id int PRIMARY KEY); COMMIT"
        ),
        [
            "dml: INSERT INTO a VALUES (1)",
            "dml: INSERT INTO a VALUES (2)",
            "dml: INSERT INTO a VALUES (3)",
            "dml: SELECT 1",
            "ddl: CREATE TABLE b (id int PRIMARY KEY)",
        ]
    );
}

#[test]
fn transactions_that_dsql_refuses() {
    assert_eq!(
        rules("BEGIN; CREATE TABLE a (id int PRIMARY KEY); GRANT SELECT ON a TO b; COMMIT"),
        ["multiple-ddl"]
    );
    assert_eq!(rules("BEGIN; INSERT INTO a VALUES (1); COMMENT ON TABLE a IS 'x'; END"), ["ddl-with-dml"]);
    assert_eq!(rules("BEGIN; INSERT INTO a VALUES (1)"), ["open-transaction"]);
    assert_eq!(rules("BEGIN; INSERT INTO a VALUES (1); ABORT"), ["rollback"]);
    assert_eq!(rules("ROLLBACK"), ["stray-transaction"]);
    assert_eq!(rules("BEGIN"), ["stray-transaction"]);
    assert_eq!(
        rules(
            "BEGIN; INSERT INTO a VALUES (1); COMMIT AND CHAIN; CREATE DOMAIN b AS int; CREATE DOMAIN c AS int; COMMIT"
        ),
        ["multiple-ddl"]
    );
    assert_eq!(rules("INSERT INTO a VALUES (1); COMMIT"), ["stray-transaction"]);
    assert_eq!(
        rules(
            "BEGIN; WITH x AS (INSERT INTO a VALUES (1) RETURNING id) SELECT * FROM x; CREATE DOMAIN b AS int; COMMIT"
        ),
        ["ddl-with-dml"]
    );
    assert_eq!(
        rules("BEGIN; EXPLAIN ANALYZE DELETE FROM a WHERE id = 1; CREATE DOMAIN b AS int; COMMIT"),
        ["ddl-with-dml"]
    );
}

#[test]
fn settings_go_with_the_steps_behind_them() {
    let migration = planned(
        "INSERT INTO a VALUES (1); SET search_path = app; INSERT INTO a VALUES (2); CREATE TABLE b (id int PRIMARY KEY)",
    );
    let settings: Vec<_> = migration.steps.iter().map(|step| step.settings.len()).collect();
    assert_eq!(settings, [0, 1, 1]);
    let migration = planned(
        "BEGIN; SET LOCAL search_path = app; CREATE TABLE b (id int PRIMARY KEY); COMMIT; DROP TABLE c",
    );
    assert_eq!(migration.steps[0].settings[0].statement.sql, "SET  search_path = app");
    assert_eq!(migration.steps[0].settings[0].parameter, "search_path");
    assert!(migration.steps[1].settings.is_empty());
    // What a transaction sets for the session holds behind it, whatever it does.
    for inside in ["CREATE TABLE b (id int PRIMARY KEY)", "INSERT INTO b VALUES (1)"] {
        let migration = planned(&format!("BEGIN; SET search_path = app; {inside}; COMMIT; DROP TABLE c"));
        let settings: Vec<_> = migration.steps.last().unwrap().settings.iter().collect();
        assert_eq!(settings.len(), 1, "{inside}");
        assert_eq!(settings[0].statement.sql, "SET search_path = app");
    }
    // Another spelling sets the same; LOCAL outside of a transaction sets nothing.
    let migration = planned(
        "SET TIME ZONE 'UTC'; SET search_path = a; SET SESSION \"search_path\" TO b; SET LOCAL search_path = c; SET timezone = 'CET'; DROP TABLE c",
    );
    let settings: Vec<_> = migration.steps[0]
        .settings
        .iter()
        .map(|one| (one.parameter.as_ref(), one.statement.sql.as_ref()))
        .collect();
    assert_eq!(
        settings,
        [("search_path", "SET SESSION \"search_path\" TO b"), ("timezone", "SET timezone = 'CET'")]
    );
}

#[test]
fn an_index_without_a_name_gets_the_servers() {
    let migration = planned(
        "CREATE INDEX ASYNC ON app.t (a, \"B\", (a + 1)); CREATE INDEX ASYNC ON t (a, \"B\", lower(a))",
    );
    let sql: Vec<_> =
        migration.steps.iter().flat_map(|step| step.statements()).map(|one| one.sql.as_ref()).collect();
    assert_eq!(
        sql,
        [
            "CREATE INDEX ASYNC \"t_a_B_expr_idx\" ON app.t (a, \"B\", (a + 1))",
            "CREATE INDEX ASYNC \"t_a_B_lower_idx\" ON t (a, \"B\", lower(a))",
        ]
    );
}

#[test]
fn a_wait_stands_where_a_job_is_needed() {
    let migration = planned(
        "CREATE UNIQUE INDEX ASYNC k ON t (a);
         CREATE INDEX ASYNC i ON t (b);
         INSERT INTO u VALUES (1);
         ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX k;
         INSERT INTO t VALUES (1);
         ALTER TABLE t ADD COLUMN c int;
         ALTER TABLE t RENAME TO s;",
    );
    let waits: Vec<_> = migration.steps.iter().map(|step| step.waits_for.to_vec()).collect();
    assert_eq!(waits, [vec![], vec![], vec![], vec![0], vec![0], vec![], vec![0, 1]]);
    let StepKind::AsyncDdl { job: Job::IndexBuild { definition, .. }, .. } = &migration.steps[0].kind else {
        panic!("the first step builds an index");
    };
    assert!(definition.unique && definition.keys.len() == 1 && !definition.partial);
}

#[test]
fn a_foreign_key_waits_for_the_unique_index_that_it_needs() {
    let migration = planned(
        "CREATE UNIQUE INDEX ASYNC u ON s.t (email);
         CREATE TABLE c (id int PRIMARY KEY, e text REFERENCES s.t (email));
         CREATE TABLE d (id int PRIMARY KEY);
         DROP SCHEMA s CASCADE;",
    );
    let waits: Vec<_> = migration.steps.iter().map(|step| step.waits_for.to_vec()).collect();
    assert_eq!(waits, [vec![], vec![0], vec![], vec![0]]);
}

/// Behind two jobs, of a table with a schema and of one that the search path finds.
#[test]
fn a_wait_stands_where_more_goes_than_is_named() {
    for (statement, waits) in [
        ("DROP SCHEMA s", &[0, 1][..]),
        ("DROP SCHEMA s CASCADE", &[0, 1]),
        ("DROP SCHEMA z", &[1]),
        ("ALTER SCHEMA s RENAME TO r", &[0, 1]),
        ("ALTER SCHEMA \"s\" RENAME TO r", &[0, 1]),
        ("ALTER SCHEMA z RENAME TO r", &[1]),
        ("ALTER SCHEMA s OWNER TO app", &[]),
        ("DROP TABLE z", &[]),
        ("DROP TABLE z CASCADE", &[0, 1]),
        ("DROP FUNCTION z(int) CASCADE", &[0, 1]),
        ("ALTER TABLE z DROP CONSTRAINT c", &[]),
        ("ALTER TABLE z DROP CONSTRAINT c CASCADE", &[0, 1]),
        ("CREATE TABLE z (id int PRIMARY KEY, a int REFERENCES y ON DELETE CASCADE)", &[]),
    ] {
        let jobs = "CREATE INDEX ASYNC i ON s.t (a); ALTER TABLE ASYNC u VALIDATE CONSTRAINT c2;";
        let migration = planned(&format!("{jobs} {statement}"));
        assert_eq!(migration.steps[2].waits_for.to_vec(), waits, "{statement}");
    }
}

#[test]
fn an_index_name_is_free_where_the_index_goes() {
    let migration = planned(
        "CREATE INDEX ASYNC ON s1.t (a); CREATE INDEX ASYNC ON s2.t (a); DROP INDEX s2.t_a_idx; CREATE INDEX ASYNC ON s2.t (a);
         CREATE TABLE m_a_idx (id int PRIMARY KEY); CREATE INDEX ASYNC ON m (a);",
    );
    let names: Vec<_> = migration
        .steps
        .iter()
        .filter_map(|step| match &step.kind {
            StepKind::AsyncDdl { job: Job::IndexBuild { index, .. }, .. } => Some(index.as_ref()),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["t_a_idx", "t_a_idx", "t_a_idx", "m_a_idx1"]);
}

#[test]
fn proofs_follow_from_the_statement() {
    let proof = |sql: &str| match planned(sql).steps[0].kind.clone() {
        StepKind::Ddl { proof, .. } => proof,
        other => panic!("{other:?}"),
    };
    for (sql, afterwards) in [
        ("CREATE TABLE IF NOT EXISTS a (id int PRIMARY KEY)", "table a is there with its 1 columns"),
        ("CREATE OR REPLACE VIEW v AS SELECT 1", "view v is there"),
        ("CREATE SCHEMA IF NOT EXISTS s", "schema s is there"),
        ("CREATE SEQUENCE IF NOT EXISTS s CACHE 1", "sequence s is there"),
        ("CREATE STATISTICS IF NOT EXISTS s ON a, b FROM t", "statistics s is there"),
        ("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "function f() is there"),
        ("GRANT SELECT ON a TO b", ""),
        ("COMMENT ON COLUMN a.b IS 'x'", ""),
        ("ALTER TABLE a ALTER b SET DEFAULT 1", ""),
        ("ALTER TABLE a OWNER TO b", ""),
        ("DROP TABLE IF EXISTS a, b", "table a is gone, table b is gone"),
        ("DROP FUNCTION IF EXISTS f(int)", "function f(int) is gone"),
        ("ALTER TABLE a ADD COLUMN IF NOT EXISTS b int", "column a.b is there"),
        ("ALTER TABLE a DROP COLUMN IF EXISTS b, ALTER c SET DEFAULT 1", "column a.b is gone"),
        ("ALTER TABLE a DROP CONSTRAINT IF EXISTS b", "constraint b of a is gone"),
        ("ALTER DOMAIN d DROP CONSTRAINT IF EXISTS c", "constraint c of domain d is gone"),
    ] {
        let Proof::Repeatable(facts) = proof(sql) else { panic!("{sql}") };
        assert_eq!(facts.iter().map(Fact::to_string).collect::<Vec<_>>().join(", "), afterwards, "{sql}");
    }
    for (sql, count) in [
        ("DROP TABLE a, b.c", 2),
        ("ALTER TABLE a ADD b int, DROP COLUMN c, ALTER b SET DEFAULT 1", 2),
        ("ALTER TABLE a ADD b int, DROP COLUMN IF EXISTS c", 2),
        ("ALTER TABLE a RENAME TO b", 2),
        ("ALTER TABLE a RENAME x TO y", 2),
        ("CREATE DOMAIN d AS int", 1),
        ("DROP FUNCTION f(int)", 1),
        ("ALTER FUNCTION f(int) RENAME TO g", 2),
        ("CREATE ROLE r WITH LOGIN", 1),
        ("ALTER SCHEMA a RENAME TO b", 2),
        ("CREATE STATISTICS s ON a, b FROM t", 1),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1) NOT VALID", 1),
    ] {
        let Proof::Facts(facts) = proof(sql) else { panic!("{sql}") };
        assert_eq!(facts.len(), count, "{sql}");
    }
    for (sql, told) in [
        ("AWS IAM GRANT app TO 'arn:aws:iam::1:role/x'", "arn:aws:iam::1:role/x may connect as app"),
        ("AWS IAM REVOKE \"App\" FROM $$arn$$", "arn may not connect as App"),
        ("ALTER TABLE t ALTER c DROP EXPRESSION", "column t.c is not computed"),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1) NOT VALID", "constraint c of t is there"),
        ("ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i", "constraint c of t is there and validated"),
        ("ALTER TABLE t ADD UNIQUE USING INDEX i", "constraint i of t is there and validated"),
        ("CREATE SCHEMA AUTHORIZATION app", "schema app is there"),
        ("CREATE SCHEMA AUTHORIZATION CURRENT_USER", "the schema named like the role is there"),
        ("CREATE STATISTICS ON a, (b + 1) FROM s.t", "statistics s.t_a_expr_stat is there"),
        ("CREATE FUNCTION f(x int, OUT y int) LANGUAGE sql AS 'SELECT 1'", "function f(int) is there"),
        ("DROP FUNCTION f", "no function f is left"),
        ("ALTER FUNCTION f(int) SET SCHEMA s", "function f(int) is gone, function s.f(int) is there"),
        ("ALTER STATISTICS a RENAME TO b", "statistics a is gone, statistics b is there"),
        ("ALTER DOMAIN d DROP CONSTRAINT c", "constraint c of domain d is gone"),
        ("ALTER DOMAIN d SET SCHEMA s", "domain d is gone, domain s.d is there"),
    ] {
        let Proof::Facts(facts) = proof(sql) else { panic!("{sql}") };
        assert_eq!(facts.iter().map(Fact::to_string).collect::<Vec<_>>().join(", "), told, "{sql}");
    }
    let set = planned(
        "CREATE DOMAIN mood AS text; CREATE TABLE a (id int PRIMARY KEY, n numeric, v varchar(20), d mood)",
    );
    let StepKind::Ddl { proof: Proof::Facts(facts), .. } = &set.steps[1].kind else { panic!() };
    let Fact::Table { columns, .. } = &facts[0] else { panic!() };
    let types: Vec<_> = columns.iter().map(|column| column.data_type.as_deref()).collect();
    assert_eq!(types, [Some("integer"), None, Some("character varying(20)"), None]);
}

/// The server keeps 63 bytes of a name, and shows no more.
#[test]
fn long_names_are_told_as_the_server_keeps_them() {
    let (long, kept) = ("n".repeat(70), "n".repeat(63));
    for sql in [
        format!("CREATE TABLE {long} ({long} int CONSTRAINT {long} UNIQUE, PRIMARY KEY ({long}))"),
        format!("CREATE INDEX ASYNC {long} ON {long}.{long} ({long}) INCLUDE ({long})"),
        format!("ALTER TABLE {long} ADD COLUMN {long} int, DROP CONSTRAINT {long}, DROP COLUMN {long}"),
        format!("ALTER TABLE {long} RENAME TO {long}"),
        format!("ALTER TABLE {long} SET SCHEMA {long}"),
        format!("ALTER TABLE {long} ADD CONSTRAINT {long} CHECK (true) NOT VALID"),
        format!("ALTER TABLE ASYNC {long} VALIDATE CONSTRAINT {long}"),
        format!("DROP VIEW {long}.{long}"),
    ] {
        let migration =
            planned(&format!("-- dsql: contract a test\n-- dsql: allow(long-name) a test\n{sql}"));
        let told = match migration.steps[0].kind.clone() {
            StepKind::Ddl { proof, .. } => format!("{proof:?}"),
            StepKind::AsyncDdl { job, .. } => format!("{job:?}"),
            StepKind::Dml { .. } => panic!("{sql}"),
        };
        assert!(told.contains(&kept) && !told.contains(&format!("{kept}n")), "{told}");
    }
}

/// The plans of a set whose files make what they name.
fn planned_set(files: &[&str]) -> Vec<Migration> {
    let input = |(number, sql): (usize, &&str)| {
        let name = format!("{number:04}_a.sql");
        Input { path: format!("m/{name}"), name, bytes: sql.as_bytes().to_vec() }
    };
    let report = check_set(files.iter().enumerate().map(input).collect(), Options::default());
    let messages: Vec<_> = report.diagnostics.iter().map(|one| (one.rule.id, &one.message)).collect();
    report.plan.unwrap_or_else(|| panic!("{messages:?}")).migrations.into_owned()
}

#[test]
fn a_constraint_without_a_name_gets_the_servers() {
    let set = planned_set(&[
        "CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a > 0), b int); CREATE TABLE u (id int PRIMARY KEY);",
        "ALTER TABLE t ADD CHECK (a < 9) NOT VALID; ALTER TABLE t ADD CHECK (a < b) NOT VALID,\n\
         ADD FOREIGN KEY (b) REFERENCES u (id) NOT VALID;",
    ]);
    let told: Vec<_> = set[1]
        .steps
        .iter()
        .map(|step| match &step.kind {
            StepKind::Ddl { statement, proof: Proof::Facts(facts), .. } => {
                (statement.sql.as_ref(), facts.iter().map(Fact::to_string).collect::<Vec<_>>())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let there = |name: &str| format!("constraint {name} of t is there");
    assert_eq!(
        told,
        [
            (
                "ALTER TABLE t ADD CONSTRAINT \"t_a_check1\" CHECK (a < 9) NOT VALID",
                vec![there("t_a_check1")]
            ),
            (
                "ALTER TABLE t ADD CONSTRAINT \"t_check\" CHECK (a < b) NOT VALID,\n\
                 ADD CONSTRAINT \"t_b_fkey\" FOREIGN KEY (b) REFERENCES u (id) NOT VALID",
                vec![there("t_check"), there("t_b_fkey")]
            ),
        ]
    );
}

/// Of a table that the set does not make, nobody knows which names are taken.
#[test]
fn a_constraint_of_an_external_table_keeps_the_name_that_the_server_gives_it() {
    let set = planned_set(&[
        "-- dsql: external table t (id int PRIMARY KEY, a int)\nALTER TABLE t ADD CHECK (a < 9) NOT VALID",
    ]);
    let StepKind::Ddl { statement, proof, .. } = &set[0].steps[0].kind else { panic!("it is DDL") };
    assert_eq!(
        (statement.sql.as_ref(), proof),
        ("ALTER TABLE t ADD CHECK (a < 9) NOT VALID", &Proof::Unknown)
    );
}
