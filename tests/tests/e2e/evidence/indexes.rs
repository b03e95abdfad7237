//! Indexes in all spellings of their keys; rows, rights and comments.

pub(super) const INDEXES: &[&str] = &[
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC #i ON @t (a)",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC #i ON @t ((a))",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC #i ON @t (a, b, id)",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, #b text); CREATE INDEX ASYNC #i ON @t (#b, a)",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC #i ON @t (b COLLATE \"C\")",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC #i ON @t ((b COLLATE \"C\"))",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC #i ON @t ((a + 1))",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC #i ON @t (lower(b))",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC #i ON @t ((lower(b)), a)",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC #i ON @t ((((a))))",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC #i ON @t (a NULLS FIRST)",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE UNIQUE INDEX ASYNC #i ON @t (a, b)",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE UNIQUE INDEX ASYNC #i ON @t (a) NULLS NOT DISTINCT",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE UNIQUE INDEX ASYNC #i ON @t (a) NULLS DISTINCT",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC #i ON @t (a) INCLUDE (b)",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE UNIQUE INDEX ASYNC #i ON @t (a) INCLUDE (b, id)",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC #i ON @t (a) WHERE a > 0",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC IF NOT EXISTS #i ON @t (a)",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC #i ON @t (a); \
     CREATE INDEX ASYNC IF NOT EXISTS #i ON @t (a)",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC ON @t (a)",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC ON @t (a, (lower(b)))",
    "CREATE TABLE @t (id int PRIMARY KEY, a int, b text); CREATE INDEX ASYNC ON @t (a); CREATE INDEX ASYNC ON @t (a)",
    "CREATE TABLE @t (id int PRIMARY KEY, a date, b uuid); CREATE UNIQUE INDEX ASYNC ON @t (a, b)",
];

pub(super) const ROWS: &[&str] = &[
    "CREATE TABLE @t (id int PRIMARY KEY, n int); INSERT INTO @t VALUES (1, 1), (2, 2)",
    "CREATE TABLE @t (id int PRIMARY KEY, n int); INSERT INTO @t VALUES (1, 1); UPDATE @t SET n = n + 1",
    "CREATE TABLE @t (id int PRIMARY KEY, n int); INSERT INTO @t VALUES (1, 1), (2, 1); DELETE FROM @t WHERE id = 2",
    "CREATE TABLE @t (id uuid PRIMARY KEY DEFAULT '00000000-0000-0000-0000-000000000001', n int); \
     INSERT INTO @t (n) SELECT 5",
    "CREATE TABLE @t (id int PRIMARY KEY, n int); INSERT INTO @t VALUES (1, 1) ON CONFLICT (id) DO NOTHING",
    "CREATE TABLE @t (id int PRIMARY KEY, n int); INSERT INTO @t VALUES (1, 1); \
     CREATE FUNCTION @f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x + 1'; UPDATE @t SET n = @f(n)",
    "CREATE ROLE $r; CREATE TABLE @t (id int PRIMARY KEY); GRANT SELECT ON @t TO $r",
    "CREATE ROLE $r; CREATE TABLE @t (id int PRIMARY KEY); GRANT SELECT ON @t TO $r; REVOKE SELECT ON @t FROM $r",
    "CREATE ROLE $r; CREATE SCHEMA $s; GRANT USAGE ON SCHEMA $s TO $r",
    "CREATE TABLE @t (id int PRIMARY KEY); COMMENT ON TABLE @t IS 'a table'",
    "CREATE TABLE @t (id int PRIMARY KEY); COMMENT ON COLUMN @t.id IS 'a column'",
    "CREATE VIEW @v AS SELECT 1 AS id; COMMENT ON VIEW @v IS 'a view'",
    "CREATE FUNCTION @f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x'; COMMENT ON FUNCTION @f(int) IS 'a function'",
    "CREATE ROLE $r WITH LOGIN; AWS IAM GRANT $r TO 'arn:aws:iam::111122223333:role/a'",
    "CREATE ROLE $r WITH LOGIN; AWS IAM GRANT $r TO 'arn:aws:iam::111122223333:role/a'; \
     AWS IAM REVOKE $r FROM 'arn:aws:iam::111122223333:role/a'",
    "CREATE SEQUENCE @s CACHE 1; ALTER SEQUENCE @s INCREMENT BY 5",
    "CREATE ROLE $r; CREATE ROLE $q; GRANT $r TO $q",
];
