use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "unsupported-statement",
    title: "this statement is not supported",
    why: "DSQL takes PostgreSQL's statements for tables, indexes, views, sequences, domains, SQL functions, schemas, \
          roles, grants and rows. What PostgreSQL has beyond these, it does not.",
    wrong: "VACUUM items;",
    right: "ANALYZE items;",
    evidence: &[
        "live recordings 2026-09-18, group unsupported",
        "dsql-lint 0.2.22 cluster fixtures",
        "AWS user guide, supported SQL, September 2026",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

const UTILITY: &str = "leave it out";
const NO_COUNTERPART: &str = "leave it out; DSQL has no counterpart";
const APPLICATION: &str = "do it in the application";

/// First words, the server's answer where it is known, and what to do.
const STATEMENTS: &[(&str, &str, &str)] = &[
    ("ALTER AGGREGATE", "", NO_COUNTERPART),
    ("ALTER COLLATION", "", NO_COUNTERPART),
    ("ALTER CONVERSION", "", NO_COUNTERPART),
    ("ALTER DATABASE", "", "leave it out; the only database is postgres"),
    ("ALTER FOREIGN DATA WRAPPER", "", NO_COUNTERPART),
    ("ALTER FOREIGN TABLE", "", NO_COUNTERPART),
    ("ALTER GROUP", "", "use GRANT role TO role"),
    ("ALTER LANGUAGE", "", NO_COUNTERPART),
    ("ALTER LARGE OBJECT", "", NO_COUNTERPART),
    ("ALTER OPERATOR", "", NO_COUNTERPART),
    ("ALTER OPERATOR CLASS", "", NO_COUNTERPART),
    ("ALTER OPERATOR FAMILY", "", NO_COUNTERPART),
    ("ALTER POLICY", "", "filter rows in the application or in views"),
    ("ALTER PROCEDURE", "", NO_COUNTERPART),
    ("ALTER PUBLICATION", "", NO_COUNTERPART),
    ("ALTER RULE", "", NO_COUNTERPART),
    ("ALTER SERVER", "", NO_COUNTERPART),
    ("ALTER SUBSCRIPTION", "", NO_COUNTERPART),
    ("ALTER SYSTEM", "unsupported statement: AlterSystem", UTILITY),
    ("ALTER TABLESPACE", "", UTILITY),
    ("ALTER TEXT SEARCH", "", NO_COUNTERPART),
    ("ALTER USER MAPPING", "", NO_COUNTERPART),
    ("CHECKPOINT", "", UTILITY),
    ("CLOSE", "", "read in pages by the key instead of a cursor"),
    ("CLUSTER", "", UTILITY),
    ("CREATE ACCESS METHOD", "", NO_COUNTERPART),
    ("CREATE AGGREGATE", "", NO_COUNTERPART),
    ("CREATE CAST", "", NO_COUNTERPART),
    ("CREATE COLLATION", "", "leave it out; collation is C everywhere"),
    ("CREATE CONVERSION", "", NO_COUNTERPART),
    (
        "CREATE DATABASE",
        "unsupported statement: Createdb",
        "use a schema; a cluster has the one database postgres",
    ),
    ("CREATE FOREIGN DATA WRAPPER", "", NO_COUNTERPART),
    ("CREATE FOREIGN TABLE", "unsupported statement: CreateForeignTable", NO_COUNTERPART),
    ("CREATE LANGUAGE", "", "write functions in SQL"),
    ("CREATE PROCEDURAL LANGUAGE", "", "write functions in SQL"),
    ("CREATE TRUSTED LANGUAGE", "", "write functions in SQL"),
    ("CREATE TRUSTED PROCEDURAL LANGUAGE", "", "write functions in SQL"),
    ("CREATE OPERATOR", "", "use a function"),
    ("CREATE OPERATOR CLASS", "", NO_COUNTERPART),
    ("CREATE OPERATOR FAMILY", "", NO_COUNTERPART),
    ("CREATE POLICY", "unsupported statement: CreatePolicy", "filter rows in the application or in views"),
    ("CREATE PUBLICATION", "", NO_COUNTERPART),
    ("CREATE RULE", "", APPLICATION),
    ("CREATE OR REPLACE RULE", "", APPLICATION),
    ("CREATE SERVER", "", NO_COUNTERPART),
    ("CREATE SUBSCRIPTION", "", NO_COUNTERPART),
    ("CREATE TABLESPACE", "unsupported statement: CreateTableSpace", UTILITY),
    ("CREATE TEXT SEARCH", "", NO_COUNTERPART),
    ("CREATE TRANSFORM", "", NO_COUNTERPART),
    ("CREATE USER MAPPING", "", NO_COUNTERPART),
    ("DECLARE", "unsupported statement: DeclareCursor", "read in pages by the key instead of a cursor"),
    ("DISCARD", "", UTILITY),
    ("DO", "unsupported statement: Do", "write plain statements, or do it in the application"),
    ("EXECUTE", "", "write the statement itself"),
    ("FETCH", "", "read in pages by the key instead of a cursor"),
    ("IMPORT FOREIGN SCHEMA", "", NO_COUNTERPART),
    ("LISTEN", "unsupported statement: Listen", APPLICATION),
    ("LOAD", "", UTILITY),
    (
        "LOCK",
        "unsupported statement: Lock",
        "leave it out; nothing waits for a lock, conflicts show at COMMIT",
    ),
    ("MOVE", "", "read in pages by the key instead of a cursor"),
    ("NOTIFY", "unsupported statement: Notify", APPLICATION),
    ("PREPARE", "", "write the statement itself"),
    ("REASSIGN", "", "use ALTER … OWNER TO for each object"),
    ("REINDEX", "", "drop the index and make it anew"),
    ("SECURITY LABEL", "", NO_COUNTERPART),
    ("UNLISTEN", "unsupported statement: Unlisten", APPLICATION),
    ("VACUUM", "unsupported VACUUM statement", "leave it out; DSQL reclaims space by itself"),
];

/// Objects that cannot be dropped because they cannot be there. Those of other rules are not in the list.
const DROPS: &[&str] = &[
    "ACCESS METHOD",
    "AGGREGATE",
    "CAST",
    "COLLATION",
    "CONVERSION",
    "DATABASE",
    "FOREIGN DATA WRAPPER",
    "FOREIGN TABLE",
    "LANGUAGE",
    "PROCEDURAL LANGUAGE",
    "OPERATOR",
    "OPERATOR CLASS",
    "OPERATOR FAMILY",
    "OWNED",
    "POLICY",
    "PROCEDURE",
    "PUBLICATION",
    "RULE",
    "SERVER",
    "SUBSCRIPTION",
    "TABLESPACE",
    "TEXT SEARCH CONFIGURATION",
    "TEXT SEARCH DICTIONARY",
    "TEXT SEARCH PARSER",
    "TEXT SEARCH TEMPLATE",
    "TRANSFORM",
    "USER MAPPING",
];

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    match statement.kind() {
        Kind::Other(head) => {
            let known = head.words.replace(" OR REPLACE", "");
            if let Some((words, server, help)) = STATEMENTS.iter().find(|(words, ..)| *words == known) {
                let finding = found.at(head.span).message(format!("`{words}` is not supported")).help(*help);
                if !server.is_empty() {
                    finding.server(*server);
                }
            }
            if matches!(head.words.as_str(), "ALTER TABLE" | "ALTER INDEX")
                && helpers::has_words(statement, "ALL IN TABLESPACE")
            {
                found.at(head.span).message("there are no tablespaces").help(UTILITY);
            }
            if head.words == "DEALLOCATE" && !statement.text().to_ascii_uppercase().ends_with("ALL") {
                found
                    .at(head.span)
                    .message("only `DEALLOCATE ALL` is supported")
                    .help("write DEALLOCATE ALL, or leave it out");
            }
        }
        Kind::Drop(drop) if DROPS.contains(&drop.object.as_str()) => {
            let words = &drop.object;
            found.at(drop.object_span).message(format!("`DROP {words}` is not supported")).help(UTILITY);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{RULE, STATEMENTS};
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn every_statement_is_known_by_its_first_words() {
        for (words, ..) in STATEMENTS {
            assert!(crate::parse::heads::is_foreign(words), "{words}");
            finds(&RULE, &format!("{} x", words.to_lowercase()), &words.to_lowercase());
        }
        finds(&RULE, "DO $$ BEGIN PERFORM 1; END $$", "DO");
        finds(&RULE, "DROP OWNED BY app", "OWNED");
        finds(&RULE, "DROP POLICY IF EXISTS p ON t", "POLICY");
        finds(&RULE, "DEALLOCATE p", "DEALLOCATE");
    }

    #[test]
    fn what_looks_like_one_is_not_found() {
        for sql in [
            "ANALYZE t",
            "DEALLOCATE ALL",
            "COMMENT ON TABLE t IS 'x'",
            "GRANT SELECT ON t TO app",
            "REVOKE ALL ON t FROM app",
            "AWS IAM GRANT app TO 'arn:aws:iam::1:role/x'",
            "AWS IAM REVOKE app FROM 'arn:aws:iam::1:role/x'",
            "CREATE ROLE app WITH LOGIN",
            "ALTER ROLE app RENAME TO web",
            "DROP ROLE IF EXISTS app",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO app",
            "CREATE STATISTICS s ON a, b FROM t",
            "ALTER STATISTICS s SET STATISTICS 100",
            "DROP STATISTICS IF EXISTS s",
            "CREATE SCHEMA IF NOT EXISTS app AUTHORIZATION admin",
            "ALTER SCHEMA a RENAME TO b",
            "DROP SCHEMA IF EXISTS a CASCADE",
            "CREATE RECURSIVE VIEW v (n) AS SELECT 1",
            "CREATE OR REPLACE VIEW v WITH (security_barrier) AS SELECT 1 WITH LOCAL CHECK OPTION",
            "DROP VIEW IF EXISTS a, b CASCADE",
            "DROP FUNCTION IF EXISTS f(int)",
            "ALTER FUNCTION f(int) RENAME TO g",
            "DROP SEQUENCE s",
            "CREATE TABLE t (LIKE u INCLUDING DEFAULTS EXCLUDING INDEXES, b int)",
            "EXPLAIN (ANALYZE, VERBOSE) SELECT 1",
            "SHOW search_path",
            "CALL sys.wait_for_job('77e6id3hjbasddybtihl43gega')",
            "SET CONSTRAINTS ALL DEFERRED",
            "ALTER DOMAIN d SET DEFAULT 1",
            "VALUES (1), (2)",
            "TABLE t",
            "SELECT a FROM t WHERE id = 1 FOR UPDATE",
            "SELECT a FROM t WHERE id = 1 FOR KEY SHARE",
            "ABORT",
        ] {
            accepts(sql);
        }
    }
}
