use super::{clean, found, help, words};

const USERS: &str = "CREATE TABLE users (id uuid PRIMARY KEY, email text, n int);";

#[test]
fn types_that_cannot_be_keys() {
    let table = "CREATE DOMAIN blob AS bytea; CREATE TABLE t (id int PRIMARY KEY, a jsonb, b blob, c text);";
    assert_eq!(found(&[table, "CREATE INDEX ASYNC i ON t (c, a)"]), ["key-type 0A000 a"]);
    let (server, _) = words(&[table, "CREATE INDEX ASYNC i ON t (b)"]);
    assert_eq!(server, "datatype bytea is not supported in a key");
    clean(&[table, "CREATE INDEX ASYNC i ON t (c) INCLUDE (a, b); CREATE INDEX ASYNC ON t ((a ->> 'x'))"]);
    assert_eq!(
        found(&["CREATE DOMAIN span AS interval; CREATE TABLE t (id span PRIMARY KEY)"]),
        ["key-type 0A000 id"]
    );
    clean(&["CREATE DOMAIN label AS text; CREATE TABLE t (id label PRIMARY KEY)"]);
    let long = "CREATE TABLE t (id int PRIMARY KEY, a varchar(1500), b varchar(600), c varchar(400));";
    assert_eq!(found(&[long, "CREATE INDEX ASYNC i ON t (a, b)"]), ["key-columns 0A000 a, b"]);
    clean(&[long, "CREATE INDEX ASYNC i ON t (a, c)"]);
}

#[test]
fn foreign_keys_to_what_is_not_there() {
    let child = |target: &str| format!("CREATE TABLE s (id int PRIMARY KEY, u uuid REFERENCES {target})");
    clean(&[USERS, &child("users")]);
    clean(&[USERS, &child("users (id)")]);
    assert_eq!(found(&[USERS, &child("usrs")]), ["unknown-relation 42P01 usrs"]);
    assert_eq!(help(&[USERS, &child("usrs")]), "did you mean `users`?");
    assert_eq!(found(&[USERS, &child("users (uid)")]), ["unknown-column 42703 uid"]);
    assert_eq!(found(&["CREATE TABLE k (a uuid)", &child("k")]), ["foreign-key-target 42704 k"]);
    assert_eq!(
        found(&[USERS, "CREATE VIEW v AS SELECT id FROM users", &child("v (id)")]),
        ["wrong-kind 42809 v"]
    );
    assert_eq!(
        found(&[
            USERS,
            "CREATE TABLE s (id int PRIMARY KEY)",
            "ALTER TABLE s ADD CONSTRAINT f FOREIGN KEY (owner) REFERENCES users NOT VALID"
        ]),
        ["unknown-column 42703 owner"]
    );
}

#[test]
fn foreign_keys_to_what_is_not_unique() {
    let child = "CREATE TABLE s (id int PRIMARY KEY, e text REFERENCES users (email))";
    let (server, files) = words(&[USERS, child]);
    assert_eq!(server, "there is no unique constraint matching given keys for referenced table \"users\"");
    assert_eq!(files, [0]);
    clean(&[USERS, "CREATE UNIQUE INDEX ASYNC i ON users (email)", child]);
    assert_eq!(
        found(&[USERS, "CREATE UNIQUE INDEX ASYNC i ON users (email) WHERE n > 1", child]),
        ["foreign-key-target 42830 email"]
    );
    let pair = "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));";
    clean(&[pair, "CREATE TABLE s (x int PRIMARY KEY, y int, FOREIGN KEY (x, y) REFERENCES p (b, a))"]);
    assert_eq!(
        found(&[pair, "CREATE TABLE s (x int PRIMARY KEY, FOREIGN KEY (x) REFERENCES p (a))"]),
        ["foreign-key-target 42830 a"]
    );
    assert_eq!(
        found(&[pair, "CREATE TABLE s (x int PRIMARY KEY REFERENCES p)"]),
        ["foreign-key-target 42830 p"]
    );
}

#[test]
fn foreign_keys_of_another_type() {
    assert_eq!(
        found(&[USERS, "CREATE TABLE s (id int PRIMARY KEY, u text REFERENCES users)"]),
        ["foreign-key-target 42804 u"]
    );
    assert_eq!(
        words(&[USERS, "CREATE TABLE s (id int PRIMARY KEY, u text REFERENCES users)"]).0,
        "foreign key constraint \"s_u_fkey\" cannot be implemented"
    );
    let key = |parent: &str, child: &str| {
        found(&[
            &format!("CREATE TABLE p (id {parent} PRIMARY KEY)"),
            &format!("CREATE TABLE c (id int PRIMARY KEY, p {child} REFERENCES p)"),
        ])
        .is_empty()
    };
    for (parent, child) in [
        ("bigint", "int"),
        ("int", "bigint"),
        ("numeric(9)", "int"),
        ("text", "varchar(20)"),
        ("date", "timestamp"),
    ] {
        assert!(key(parent, child), "{parent} {child}");
    }
    for (parent, child) in [("int", "numeric(9)"), ("uuid", "text"), ("bigint", "uuid"), ("int", "text")] {
        assert!(!key(parent, child), "{parent} {child}");
    }
    clean(&[
        "CREATE DOMAIN key AS uuid",
        USERS,
        "CREATE TABLE s (id int PRIMARY KEY, u key REFERENCES users)",
    ]);
}
