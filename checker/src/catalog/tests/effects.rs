//! What is said of a set beyond its single statements follows objects, whatever they are called at the time.

use crate::check::{Input, check_set};
use crate::options::Options;

/// The rules that find something in a set, with the file.
fn found(files: &[&str]) -> Vec<String> {
    let input = |(at, sql): (usize, &&str)| {
        let name = format!("{:04}_a.sql", at + 1);
        Input { path: name.clone(), name, bytes: sql.as_bytes().to_vec() }
    };
    let report = check_set(files.iter().enumerate().map(input).collect(), Options::default());
    let about = report.diagnostics.iter().filter(|one| one.rule.id != "search-path");
    about.map(|one| format!("{} {}", one.file + 1, one.rule.id)).collect()
}

const BASE: &str = "CREATE TABLE users (id uuid PRIMARY KEY); CREATE SCHEMA app;
    CREATE TABLE posts (id int PRIMARY KEY, n int, m int DEFAULT 1); CREATE DOMAIN d AS int;
    CREATE TABLE other (id int PRIMARY KEY, e text UNIQUE, c int CONSTRAINT k CHECK (c > 0)); CREATE VIEW v AS SELECT n FROM posts;";

#[test]
fn nothing_is_said_of_what_a_file_makes_for_itself_or_does_in_another_way() {
    for own in [
        "CREATE TABLE kid (id int PRIMARY KEY, u uuid REFERENCES users); ALTER TABLE kid RENAME TO kid2; CREATE INDEX ASYNC ON kid2 (u)",
        "CREATE TABLE kid (id int PRIMARY KEY, u uuid REFERENCES users); ALTER TABLE kid RENAME COLUMN u TO v; CREATE INDEX ASYNC ON kid (v)",
        "CREATE TABLE kid (id int PRIMARY KEY, u uuid REFERENCES users); ALTER TABLE kid DROP COLUMN u",
        "SET search_path = app; CREATE TABLE t (id int PRIMARY KEY, u uuid REFERENCES public.users); CREATE INDEX ASYNC ON app.t (u)",
        "CREATE TABLE app.t (id int PRIMARY KEY, u uuid REFERENCES users); SET search_path = app; CREATE INDEX ASYNC ON t (u)",
        "CREATE TABLE kid (id int PRIMARY KEY, u uuid REFERENCES users); CREATE INDEX ASYNC i ON kid (u); ALTER INDEX i RENAME TO j; ALTER TABLE kid SET SCHEMA app",
        "CREATE SEQUENCE s CACHE 1; ALTER SEQUENCE s RENAME TO s2; DROP SEQUENCE s2",
        "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f(int) RENAME TO g; DROP FUNCTION g(int)",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION f() FROM PUBLIC",
        "CREATE SCHEMA a; ALTER SCHEMA a RENAME TO b; DROP SCHEMA b",
        "CREATE DOMAIN e AS int; ALTER DOMAIN e RENAME TO f; DROP DOMAIN f",
        "CREATE TABLE kid (id int PRIMARY KEY, a int); ALTER TABLE kid RENAME TO kid2; ALTER TABLE kid2 DROP COLUMN a; DROP TABLE kid2",
        "SET search_path = app; CREATE TABLE t (id int PRIMARY KEY, a int); ALTER TABLE app.t DROP COLUMN a; REVOKE ALL ON t FROM PUBLIC",
        "CREATE VIEW w AS SELECT id FROM posts; ALTER VIEW w RENAME COLUMN id TO i; DROP VIEW w",
        "ALTER TABLE posts ADD COLUMN a int; ALTER TABLE posts RENAME COLUMN a TO b; ALTER TABLE posts DROP COLUMN b",
        "CREATE INDEX ASYNC i ON posts (n); ALTER TABLE i RENAME TO j; ALTER INDEX j RENAME TO i; DROP INDEX i",
        "ALTER TABLE posts ADD COLUMN a int; CREATE UNIQUE INDEX ASYNC i ON posts (a); ALTER TABLE posts ADD CONSTRAINT k UNIQUE USING INDEX i; ALTER TABLE posts DROP CONSTRAINT k",
        "ALTER TABLE posts ADD COLUMN a int; ALTER TABLE posts RENAME COLUMN a TO b; ALTER TABLE posts ADD CONSTRAINT k CHECK (b > 0) NOT VALID; ALTER TABLE ASYNC posts VALIDATE CONSTRAINT k",
        "CREATE TABLE t (id int PRIMARY KEY, a int); ALTER TABLE t RENAME TO u; CREATE UNIQUE INDEX ASYNC i ON u (a); DROP INDEX i",
        "CREATE OR REPLACE VIEW v AS SELECT n, m FROM posts",
        "ALTER TABLE other DROP CONSTRAINT k",
    ] {
        assert_eq!(found(&[BASE, own]), [""; 0], "{own}");
    }
}

#[test]
fn what_others_may_use_is_not_taken_away_under_another_name_either() {
    for (files, rules) in [
        (&["SET search_path = app, public; DROP TABLE posts CASCADE"][..], &["2 contract"][..]),
        (&["DROP SCHEMA app"], &["2 contract"]),
        (&["REVOKE SELECT ON posts FROM PUBLIC"], &["2 contract"]),
        (&["ALTER TABLE posts ALTER COLUMN m DROP DEFAULT"], &["2 contract"]),
        (&["ALTER TABLE v RENAME TO w"], &["2 contract"]),
        (&["ALTER VIEW v RENAME COLUMN n TO o"], &["2 contract"]),
        (&["ALTER DOMAIN d RENAME TO e", "DROP DOMAIN e"], &["2 contract", "3 contract"]),
        (
            &[
                "-- dsql: contract x\nALTER TABLE other RENAME TO o",
                "ALTER TABLE o DROP CONSTRAINT other_e_key",
            ],
            &["3 contract"],
        ),
        (
            &[
                "-- dsql: contract x\nALTER TABLE posts RENAME TO p",
                "-- dsql: contract x\nALTER TABLE p ADD COLUMN z int; ALTER TABLE public.p DROP COLUMN n CASCADE",
            ],
            &["3 expand-and-contract"],
        ),
        (
            &[
                "CREATE TABLE kid (id int PRIMARY KEY, u uuid REFERENCES users); CREATE INDEX ASYNC i ON kid (u)",
                "DROP INDEX i",
            ],
            &["2 foreign-key-index"],
        ),
        (
            &[
                "ALTER TABLE posts ADD CONSTRAINT c CHECK (n > 0) NOT VALID -- dsql: contract x",
                "ALTER TABLE posts RENAME CONSTRAINT c TO e",
            ],
            &["2 not-validated"],
        ),
    ] {
        let set: Vec<&str> = std::iter::once(BASE).chain(files.iter().copied()).collect();
        assert_eq!(found(&set), rules, "{files:?}");
    }
}

/// The help is SQL that runs: names are quoted where they must be, and tables have their schema.
#[test]
fn what_help_says_can_be_pasted() {
    let sql = "CREATE SCHEMA \"App\"; CREATE TABLE users (id uuid PRIMARY KEY);
        CREATE TABLE \"App\".\"Order\" (id int PRIMARY KEY, \"userId\" uuid REFERENCES users (id));
        ALTER TABLE \"App\".\"Order\" ADD CONSTRAINT \"C x\" CHECK (id > 0) NOT VALID;";
    let input = Input { path: "0001_a.sql".into(), name: "0001_a.sql".into(), bytes: sql.into() };
    let report = check_set(vec![input], Options::default());
    let help: Vec<&str> = report.diagnostics.iter().filter_map(|one| one.help.as_deref()).collect();
    assert_eq!(
        help,
        [
            "add `CREATE INDEX ASYNC \"Order_userId_idx\" ON \"App\".\"Order\" (\"userId\");`",
            "add `ALTER TABLE ASYNC \"App\".\"Order\" VALIDATE CONSTRAINT \"C x\";`"
        ]
    );
}
