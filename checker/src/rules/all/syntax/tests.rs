//! Where the grammar stops, and what is said of it.

use super::RULE;
use crate::rules::testing::{accepts, finds};

#[test]
fn the_place_is_the_servers() {
    for (sql, place) in [
        ("SELECT a, FROM t", "FROM"),
        ("SELECT 1 FROM t WHERE", ""),
        ("SELECT 1 FROM WHERE a = 1", "WHERE"),
        ("SELECT 1 +", ""),
        ("CREATE TABLE t (id int PRIMARY KEY,)", ")"),
        ("CREATE TABLE t (,id int)", ","),
        ("UPDATE t SET WHERE a = 1", "WHERE"),
        ("UPDATE t a = 1", "="),
        ("BEGIN ISOLATION LEVEL SNAPSHOT; SELECT 1; COMMIT", "SNAPSHOT"),
        ("SELEC 1", "SELEC"),
        ("CRAETE TABLE t (a int)", "CRAETE"),
        ("SELECT (1", ""),
        ("SELECT 1)", ")"),
        ("SELECT a[1) FROM t", ")"),
        ("CREATE TABLE t (id int PRIMARY KEY", ""),
        ("DROP t", "t"),
        ("DROP TABLE IF EXIST t", "EXIST"),
        ("INSERT t VALUES (1)", "t"),
        ("DELETE t WHERE id = 1", "t"),
        ("CREATE UNIQUE IDNEX ASYNC i ON t (a)", "IDNEX"),
        ("CREATE TABLE t (id PRIMARY KEY)", "PRIMARY"),
        ("CREATE TABLE t (a int DEFAULT)", ")"),
        ("CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a > 1 AND))", ")"),
        ("CREATE TABLE t (id int PRIMARY KEY, b text DEFAULT 'x' 'y')", "'y'"),
        ("SELECT * FROM t JOIN t u", ""),
        ("SELECT now() - INTERVAL 1 DAY", "1"),
        ("CREATE VIEW v AS SELECT id FORM t", "t"),
        ("GRANT SELECT t TO r", "t"),
        ("ALTER TABLE t OWNER admin", "admin"),
        ("CREATE INDEX ASYNC i ON t (a, b + 1)", "+"),
        ("SELECT a FROM t GROUP BY a GROUP BY b", "GROUP"),
        ("CREATE INDEX ASYNC i ON t (a) INCLUDE (b) INCLUDE (c)", "INCLUDE"),
        ("CREATE TABLE t (a int, b int, PRIMARY KEY (a DESC, b))", "DESC"),
        ("EXPLAIN CREATE TABLE t (a int)", "int"),
        ("EXPLAIN SHOW search_path", "SHOW"),
        ("EXPLAIN TRUNCATE t", "TRUNCATE"),
        ("CREATE TABLE t (a varchar())", ")"),
        ("CREATE VIEW v AS INSERT INTO t VALUES (1) RETURNING a", "INSERT"),
    ] {
        finds(&RULE, sql, place);
    }
}

#[test]
fn what_was_meant_is_proposed() {
    for (sql, place, right) in [
        ("UPDTAE t SET a = 1", "UPDTAE", "UPDATE t SET a = 1"),
        ("SELECT id FORM t", "t", "SELECT id FROM t"),
        ("SELECT email FROM t GRUOP BY email", "BY", "SELECT email FROM t GROUP BY email"),
        ("CREATE TABLE t (id int PRIMARY KEY a int)", "a", "CREATE TABLE t (id int PRIMARY KEY, a int)"),
        (
            "CREATE TABLE t (id int PRIMARY KEY, a int NUT NULL)",
            "NUT",
            "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL)",
        ),
        (
            "CREATE TABLE t (id int PRIMARY KEY, a int NOT NUL)",
            "NUL",
            "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL)",
        ),
        ("SELECT a,, b FROM t", ",", "SELECT a, b FROM t"),
        ("SELECT a FROM FROM t", "FROM", "SELECT a FROM t"),
        ("SELECT SELECT 1", "SELECT", "SELECT 1"),
        (
            "CREATE TABLE t (a int REFERENCES u (id) DELETE CASCADE)",
            "DELETE",
            "CREATE TABLE t (a int REFERENCES u (id) ON DELETE CASCADE)",
        ),
        ("select a,from t", "from", "select a from t"),
        ("SELECT a, FROM t", "FROM", "SELECT a FROM t"),
        (
            "CREATE TABLE order (id int PRIMARY KEY, user text, amount int(11))",
            "order",
            "CREATE TABLE \"order\" (id int PRIMARY KEY, \"user\" text, amount int(11))",
        ),
        ("SELECT count(a FROM t", "FROM", "SELECT count(a) FROM t"),
        (
            "DELETE FROM t WHERE id = 1 DELETE FROM u WHERE id = 1",
            "DELETE",
            "DELETE FROM t WHERE id = 1; DELETE FROM u WHERE id = 1",
        ),
        ("INSERT t VALUES (1)", "t", "INSERT INTO t VALUES (1)"),
        ("SELECT a FROM order", "order", "SELECT a FROM \"order\""),
        ("ALTER TABLE t RENAME a TO order", "order", "ALTER TABLE t RENAME a TO \"order\""),
        ("CREATE TABLE user (id int PRIMARY KEY)", "user", "CREATE TABLE \"user\" (id int PRIMARY KEY)"),
        ("ALTER TABLE t ADD COLUMN desc text", "desc", "ALTER TABLE t ADD COLUMN \"desc\" text"),
        (
            "CREATE TABLE order (id int PRIMARY KEY, user text, \"end\" date)",
            "order",
            "CREATE TABLE \"order\" (id int PRIMARY KEY, \"user\" text, \"end\" date)",
        ),
        ("CREATE TABLE t (a int(11))", "(", "CREATE TABLE t (a int)"),
        ("CREATE TABLE t (a int CHECK (a > 1) NOT VALID)", "VALID", "CREATE TABLE t (a int CHECK (a > 1))"),
        (
            "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1))",
            ")",
            "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED)",
        ),
        (
            "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) UPDATE SET a = 2",
            "UPDATE",
            "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2",
        ),
    ] {
        let found = finds(&RULE, sql, place);
        let edits = found.suggestion.as_ref().map(|one| one.edits.clone()).unwrap_or_default();
        assert_eq!(crate::fix::apply(sql, &edits), right, "{sql}");
    }
}

#[test]
fn words_of_others_are_names_elsewhere() {
    for (sql, place) in [
        ("UPDATE kw SET value 1", "1"),
        ("DELETE FROM t WHERE id IN (SELECT id FROM t ORDER BY id, LIMIT 1)", "LIMIT"),
        ("CREATE TABLE t (a int GENERATED ALWAYS IDENTITY)", "IDENTITY"),
        ("ALTER TABLE users RENAME first last_name", "last_name"),
        ("ALTER TABLE t ADD COLUMN comment", ""),
        ("SELECT minus 1 FROM t", "1"),
        ("SELECT ARRAY[1, 2][1]", "["),
        ("SELECT a[1:2:3] FROM t", ":"),
    ] {
        let found = finds(&RULE, sql, place);
        assert!(!found.message.contains("'s"), "{sql}: {}", found.message);
    }
    for (sql, place, whose) in [
        ("UPDATE t SET a = 1 WHERE id = 1 LIMIT 10", "LIMIT", "`LIMIT` is MySQL's"),
        (
            "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY)",
            "AUTO_INCREMENT",
            "`AUTO_INCREMENT` is MySQL's",
        ),
        ("CREATE TABLE t (id int PRIMARY KEY) ENGINE=InnoDB", "ENGINE", "`ENGINE` is MySQL's"),
        ("CREATE TABLE t (id int, INDEX (id))", "(", "`INDEX` is MySQL's"),
        ("ALTER TABLE t ADD COLUMN a int AFTER b", "AFTER", "`AFTER` is MySQL's"),
        ("ALTER TABLE t MODIFY COLUMN a text", "MODIFY", "`MODIFY` is MySQL's"),
        ("ALTER TABLE t DROP PRIMARY KEY", "PRIMARY", "`DROP PRIMARY KEY` is MySQL's"),
        ("SELECT TOP 5 * FROM t", "5", "`TOP` is SQL Server's"),
        ("SELECT a FROM t WHERE a RLIKE 'x'", "RLIKE", "`RLIKE` is MySQL's"),
        (
            "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1",
            "DUPLICATE",
            "`ON DUPLICATE KEY` is MySQL's",
        ),
        ("CREATE VIEW v AS SELECT a, count(*) FROM t GROUP BY ALL", "", "`GROUP BY ALL` is not supported"),
        ("SELECT [id] FROM t", "[", "names between brackets are SQL Server's"),
        ("CREATE SEQUENCE s NOCYCLE", "NOCYCLE", "`NOCYCLE` is Oracle's"),
        ("CREATE TABLE t (a int NOT NULL ENABLE)", "ENABLE", "`NULL ENABLE` is Oracle's"),
        ("SELECT a \u{2013} b FROM t", "b", "`\u{2013}` (U+2013) is a letter to the server"),
        ("SELECT\u{a0}1", "SELECT\u{a0}1", "the invisible character U+00A0 is a letter to the server"),
        ("AWS IMA GRANT r TO 'arn'", "AWS", "`AWS` cannot stand here"),
        ("CREATE TABLE t (a varchar(max))", "max", "`(MAX` is SQL Server's"),
        (
            "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL)",
            "VIRTUAL",
            "`VIRTUAL` is PostgreSQL 18's",
        ),
        (
            "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u NOT ENFORCED NOT VALID",
            "ENFORCED",
            "`NOT ENFORCED` is PostgreSQL 18's",
        ),
        ("ALTER TABLE t ALTER CONSTRAINT c NOT ENFORCED", "ENFORCED", "`NOT ENFORCED` is PostgreSQL 18's"),
        ("CREATE TABLE t (a int, NOT NULL a)", "NOT", "`NOT NULL` is PostgreSQL 18's"),
        ("ALTER TABLE t ADD NOT NULL a", "NOT", "`ADD NOT NULL` is PostgreSQL 18's"),
        ("ALTER TABLE t ALTER a SET EXPRESSION AS (1)", "EXPRESSION", "`SET EXPRESSION` is PostgreSQL 17's"),
    ] {
        assert_eq!(finds(&RULE, sql, place).message, whose, "{sql}");
    }
}

#[test]
fn what_cannot_be_read_hides_nothing_else() {
    use crate::dialect::Dialect;
    use crate::rules::testing::findings_in;
    for broken in [
        "a int CHECK (a > 1 AND)",
        "a text DEFAULT 'x' 'y'",
        "a int DEFAULT (1 + (2 *)) NOT NULL",
        "a int NUT NULL DEFAULT f(1, 2,)",
        "a int PRIMRY KEY",
        "CHECK (a >)",
    ] {
        for sql in [
            format!("CREATE TABLE t (id int PRIMARY KEY, {broken}, b serial)"),
            format!("CREATE TABLE t (id int PRIMARY KEY, b serial, {broken})"),
        ] {
            let found = findings_in(&sql, Dialect::LATEST);
            let ids: Vec<_> = found.iter().map(|one| one.rule.id).collect();
            assert!(ids.contains(&"syntax") && ids.contains(&"serial-type"), "{sql}: {ids:?}");
        }
    }
}

#[test]
fn a_new_name_stands_alone() {
    for (sql, place) in [
        ("ALTER TABLE t ADD a int, RENAME b TO c", "RENAME"),
        ("ALTER TABLE t RENAME b TO c, ADD a int", ","),
        ("ALTER TABLE t RENAME TO u, ADD a int", ","),
        ("ALTER TABLE t SET SCHEMA s, ADD a int", ","),
        ("ALTER TABLE t ADD a int, SET SCHEMA s", "SCHEMA"),
    ] {
        let found = finds(&RULE, sql, place);
        assert!(found.message.ends_with("by a statement of its own"), "{sql}: {}", found.message);
    }
}

#[test]
fn nothing_silly_is_proposed() {
    for (sql, place) in [
        ("ALTER TABLE users ADD COLUMN a", ""),
        ("SELECT * FROM users WHERE a = ?", ""),
        ("SELECT * FROM users WHERE a =", ""),
        ("SET x =", ""),
        ("COMMENT", ""),
        ("garbage", "garbage"),
        ("DELETE FROM t, u", ","),
        ("ALTER TABLE t ALTER a SET lz4", "lz4"),
        ("SELECT a FROM t LIMIT 1 2", "2"),
        ("CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a > 1 AND))", ")"),
    ] {
        assert_eq!(finds(&RULE, sql, place).suggestion, None, "{sql}");
    }
}

#[test]
fn what_the_parser_refuses_in_words_of_its_own() {
    let found = finds(&RULE, "SELECT * FROM t LIMIT 5, 10", "LIMIT");
    assert_eq!(found.server.unwrap().message, "LIMIT #,# syntax is not supported");
    finds(&RULE, "SELECT count(*) OVER (ROWS UNBOUNDED FOLLOWING) FROM t", "UNBOUNDED");
    let sql = "CREATE TABLE t (a int, b int GENERATED BY DEFAULT AS (a) STORED)";
    assert!(finds(&RULE, sql, "BY").help.unwrap_or_default().contains("GENERATED ALWAYS"));
}

#[test]
fn bodies_of_functions() {
    for (body, place) in [
        ("$$ SELEC 1 $$", "SELEC"),
        ("'SELECT ''a'' ''b'''", "''b''"),
        ("'SELECT 1; SELECT 2 3'", "3"),
        ("$f$ UPDATE t SET a = 1, WHERE id = 2 $f$", "WHERE"),
        ("$$ TRUNCATE t x $$", "TRUNCATE"),
    ] {
        finds(&RULE, &format!("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS {body}"), place);
    }
    let found = finds(&RULE, "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT id FORM t $$", "t");
    let edits = found.suggestion.as_ref().map(|one| one.edits.clone()).unwrap_or_default();
    assert_eq!(edits[0].replacement, "FROM");
    accepts("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT 'x'; $$");
    for (body, place) in
        [(r"E'SELECT \'x\' \'y\''", r"\'y\'"), ("'SELECT '\n'1 2'", "2"), ("U&'SELECT 1 \\0032'", "\\0032")]
    {
        finds(&RULE, &format!("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS {body}"), place);
    }
    accepts("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS E'SELECT \\'x\\''");
}

#[test]
fn what_only_looks_wrong() {
    for sql in [
        "AWS IAM GRANT app TO 'arn:aws:iam::1:role/x'",
        "DELETE FROM t WHERE id IN (SELECT id FROM t ORDER BY id LIMIT 10)",
        "UPDATE t SET \"limit\" = 1, note = t.\"order\" WHERE id = 1",
        "SELECT '(', \"[\", $$)$$ /* ( */ -- )",
        "CREATE TABLE exist (if int)",
        "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING",
        "END",
        "SELECT t.from, a AS where FROM t ORDER BY a USING <",
        "SELECT 1 OPERATOR(pg_catalog.+) 2, count(*), t.* FROM t",
        "SELECT",
        "SELECT FROM t",
        "SELECT n AS leading, n AS table, n AS only FROM t",
        "GRANT a, b TO r WITH ADMIN OPTION",
        "REVOKE ADMIN OPTION FOR a FROM r",
        "CREATE TABLE comment (engine int, unsigned int, first int, after int, index int, key int)",
        "ALTER TABLE modify ADD COLUMN change int",
        "SELECT top FROM t LIMIT 5 OFFSET 10",
        "CREATE SCHEMA s CREATE TABLE t (a int PRIMARY KEY) GRANT USAGE, CREATE ON SCHEMA s TO r",
        "SELECT 0x_1F, 0b1_0, 1_000, 1_0.0_1e1_0",
        "ANALYSE t",
    ] {
        accepts(sql);
    }
}
