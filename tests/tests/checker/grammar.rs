//! Makes statements of migrations from a grammar: `{a|b|}` is one of its alternatives, `<name>` a rule's text.

use crate::random::Random;

/// The rules. An alternative that stands more often comes more often.
const RULES: &[(&str, &str)] = &[
    (
        "statement",
        "{<table>|<table>|<table>|<alter>|<alter>|<index>|<index>|<sequence>|<view>|<other>|<dml>|<query>|<block>|<routine>|<drop>|<session>|<grant>}",
    ),
    (
        "table",
        "CREATE {||||||TEMP |UNLOGGED |TEMPORARY }TABLE {|||IF NOT EXISTS }{|||s.|\"S\".}<name> (<key>{|, <column>}{|, <column>}{||, <constraint>}){|||||| <tableoption>}",
    ),
    ("name", "{t|orders|\"Order\"|user_accounts|\"t-1\"}"),
    (
        "key",
        "id {<keytype> PRIMARY KEY|uuid PRIMARY KEY DEFAULT gen_random_uuid()|<keytype> NOT NULL|<identity>}",
    ),
    (
        "keytype",
        "{int|bigint|uuid|text|smallint|varchar(36)|date|timestamptz|numeric(10,2)|boolean|char(8)|bytea|interval|serial|bigserial|jsonb|json|\"char\"|name}",
    ),
    (
        "identity",
        "{bigint|int|smallint|text} GENERATED {ALWAYS|BY DEFAULT} AS IDENTITY{| (CACHE 1)| (CACHE 65536)| (START 5 CACHE 1)| (CACHE 100)| (MINVALUE 1 MAXVALUE 9 CACHE 70000)}{| PRIMARY KEY| NOT NULL}",
    ),
    (
        "column",
        "{a <type>{|| NOT NULL| NULL}{|| DEFAULT <default>}|b <type>{|| UNIQUE| CHECK (b IS NOT NULL)}|c <type>{| COLLATE \"C\"| COLLATE \"en_US\"}|d int{|| REFERENCES p (id){| ON DELETE CASCADE| ON UPDATE SET NULL| DEFERRABLE INITIALLY DEFERRED| MATCH FULL| MATCH PARTIAL}}|e int GENERATED ALWAYS AS (id + 1) STORED|f text CONSTRAINT f_long CHECK (length(f) < 10)|<identity2>}",
    ),
    ("identity2", "n bigint GENERATED ALWAYS AS IDENTITY (CACHE {1|65536|2})"),
    (
        "type",
        "{<keytype>|<keytype>|real|double precision|float8|decimal|numeric|numeric(40,10)|numeric(18,6)|timestamp|time|timetz|timestamp(3) with time zone|int4|int8|bool|varchar|varchar(70000)|char(5000)|bpchar|money|inet|cidr|xml|tsvector|point|int4range|bit(8)|varbit|int[]|text[]|int ARRAY|citext|hstore|mood|oid|regclass|pg_catalog.int4|pg_catalog.text|macaddr|vector(3)|geometry|character varying(20)|national character(3)|interval day to second}",
    ),
    (
        "default",
        "{1|now()|CURRENT_TIMESTAMP|'x'|'x y'|gen_random_uuid()|random()|NULL|nextval('s')|(1 + 2)|true|ARRAY[1]::int[]|'a'::inet}",
    ),
    (
        "constraint",
        "{PRIMARY KEY (id)|UNIQUE (id)|CONSTRAINT u UNIQUE (id)|UNIQUE NULLS NOT DISTINCT (id)|UNIQUE (id) DEFERRABLE|CHECK (id IS NOT NULL)|CONSTRAINT k CHECK (id > 0) NOT VALID|FOREIGN KEY (id) REFERENCES p (id)|FOREIGN KEY (id) REFERENCES p (id) ON DELETE SET DEFAULT|CONSTRAINT fk FOREIGN KEY (id) REFERENCES p|EXCLUDE USING gist (id WITH =)|LIKE p|LIKE p INCLUDING DEFAULTS|UNIQUE (id) INCLUDE (id)}",
    ),
    (
        "tableoption",
        "{TABLESPACE x|INHERITS (p)|PARTITION BY RANGE (id)|WITH (fillfactor = 70)|USING heap|ON COMMIT DROP|WITHOUT OIDS}",
    ),
    (
        "alter",
        "ALTER TABLE {||ASYNC |IF EXISTS |ONLY }<name> {<action>|<action>|<action>|<action>, <action>}",
    ),
    (
        "action",
        "{ADD COLUMN {|IF NOT EXISTS }z <type>{|||| NOT NULL| DEFAULT 1| NULL| UNIQUE| PRIMARY KEY| CHECK (z > 0)| REFERENCES p (id)| GENERATED ALWAYS AS (1) STORED| COLLATE \"C\"}|ADD z text|DROP COLUMN {|IF EXISTS }z{| CASCADE| RESTRICT}|ALTER COLUMN z {TYPE bigint|SET DATA TYPE text|SET DEFAULT 1|DROP DEFAULT|SET NOT NULL|DROP NOT NULL|SET STATISTICS 100|SET STORAGE PLAIN|ADD GENERATED ALWAYS AS IDENTITY (CACHE 1)|DROP IDENTITY IF EXISTS|SET CACHE 1|RESTART WITH 5|SET GENERATED ALWAYS|DROP EXPRESSION|SET (n_distinct = 5)|SET COMPRESSION lz4}|ADD CONSTRAINT k <altercheck>|ADD <altercheck>|DROP CONSTRAINT {|IF EXISTS }k{| CASCADE}|RENAME TO t2|RENAME COLUMN a TO b|RENAME a TO b|RENAME CONSTRAINT a TO b|SET SCHEMA s|OWNER TO admin|VALIDATE CONSTRAINT k|ENABLE ROW LEVEL SECURITY|SET (fillfactor = 10)|RESET (fillfactor)|CLUSTER ON i|SET LOGGED|SET UNLOGGED|REPLICA IDENTITY FULL|DISABLE TRIGGER ALL|ENABLE RULE r|INHERIT p|NO INHERIT p|ATTACH PARTITION p DEFAULT|DETACH PARTITION p|SET TABLESPACE x|ALTER CONSTRAINT k DEFERRABLE|SET WITHOUT CLUSTER|OF mood|SET ACCESS METHOD heap}",
    ),
    (
        "altercheck",
        "{CHECK (id > 0)|CHECK (id > 0) NOT VALID|FOREIGN KEY (id) REFERENCES p (id)|FOREIGN KEY (id) REFERENCES p (id) NOT VALID|UNIQUE (id)|UNIQUE USING INDEX i|PRIMARY KEY (id)|PRIMARY KEY USING INDEX i|NOT NULL id|EXCLUDE USING gist (id WITH =)}",
    ),
    (
        "index",
        "CREATE {||UNIQUE }INDEX {ASYNC |ASYNC |ASYNC |ASYNC ||CONCURRENTLY }{|IF NOT EXISTS }{i |i |s.i |\"I\" }ON {|||ONLY }<name>{|||| USING btree| USING gin| USING hash} (<part>{|, <part>}){|| INCLUDE (d)}{||| NULLS NOT DISTINCT}{||||| WITH (fillfactor = 70)| TABLESPACE x}{||| WHERE a IS NOT NULL| WHERE a > now()}",
    ),
    (
        "part",
        "{a|a|a|\"B\"|a ASC|a DESC|a NULLS FIRST|a NULLS LAST|a COLLATE \"C\"|a COLLATE \"de_DE\"|a text_pattern_ops|lower(a)|(a + 1)|(random())|(now())|concat(a, b)|date_trunc('day', a)|(a ->> 'k')|upper(a) DESC}",
    ),
    (
        "sequence",
        "{CREATE {|||TEMP }SEQUENCE {|IF NOT EXISTS }q{|| AS bigint| AS int| AS smallint}{| INCREMENT BY 2}{| START WITH 5}{| CACHE 1| CACHE 1| CACHE 65536| CACHE 20| CACHE 0}{|| CYCLE| NO CYCLE}{|| OWNED BY t.id| OWNED BY NONE}|ALTER SEQUENCE q {RESTART|RESTART WITH 1|CACHE 1|CACHE 5|INCREMENT 2|OWNED BY t.id|RENAME TO r|AS int|SET SCHEMA s|OWNER TO admin|NO MAXVALUE}}",
    ),
    (
        "view",
        "{CREATE {|OR REPLACE }{|||TEMP |RECURSIVE }VIEW v{| (x)} AS SELECT 1{| WITH CHECK OPTION}|CREATE MATERIALIZED VIEW v AS SELECT 1|ALTER VIEW v {RENAME TO w|SET SCHEMA s|OWNER TO admin|RENAME COLUMN a TO b|ALTER COLUMN a SET DEFAULT 1}|REFRESH MATERIALIZED VIEW v|CREATE VIEW v WITH (security_invoker = true) AS SELECT 1}",
    ),
    (
        "other",
        "{CREATE SCHEMA {|IF NOT EXISTS }s{| AUTHORIZATION admin}|CREATE DOMAIN dm AS <type>{| CHECK (VALUE IS NOT NULL)| NOT NULL| DEFAULT 1}|ALTER DOMAIN dm {ADD CHECK (VALUE > 0)|SET NOT NULL|DROP DEFAULT|RENAME TO dn|DROP CONSTRAINT k}|CREATE TYPE mood AS ENUM ('a')|CREATE TYPE pair AS (a int)|ALTER TYPE mood ADD VALUE 'b'|CREATE EXTENSION IF NOT EXISTS pgcrypto|CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()|CREATE ROLE r{| WITH LOGIN}|CREATE ROLE r PASSWORD 'x'|CREATE ROLE r SUPERUSER|ALTER ROLE r RENAME TO r2|CREATE USER u|CREATE DATABASE d|CREATE TABLESPACE x LOCATION '/x'|CREATE COLLATION c FROM \"C\"|CREATE POLICY p ON t USING (true)|CREATE RULE r AS ON INSERT TO t DO NOTHING|CREATE AGGREGATE ag (int) (sfunc = f, stype = int)|CREATE OPERATOR === (leftarg = int, rightarg = int, function = f)|CREATE CAST (int AS text) WITHOUT FUNCTION|CREATE STATISTICS st ON a, b FROM t|CREATE STATISTICS st (dependencies) ON a, b FROM t|ALTER STATISTICS st {SET STATISTICS 100|SET STATISTICS DEFAULT|RENAME TO s2}|CREATE PUBLICATION p FOR ALL TABLES|CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p|CREATE FOREIGN TABLE ft (a int) SERVER s|CREATE SERVER s FOREIGN DATA WRAPPER w|CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION f()|CREATE TEXT SEARCH CONFIGURATION c (COPY = simple)|CREATE LANGUAGE plpgsql|CREATE ACCESS METHOD m TYPE INDEX HANDLER h|COMMENT ON {TABLE t|COLUMN t.a|SCHEMA s|INDEX i|FUNCTION f()|VIEW v|CONSTRAINT k ON t|DATABASE postgres} IS 'x'|SECURITY LABEL ON TABLE t IS 'x'|VACUUM{| t}|ANALYZE{| t}|REINDEX TABLE t|CLUSTER t|CHECKPOINT|ALTER INDEX i {RENAME TO j|SET (fillfactor = 10)|ATTACH PARTITION p}|ALTER SCHEMA s {RENAME TO s2|OWNER TO admin}|ALTER FUNCTION f() {RENAME TO g|OWNER TO admin|SET SCHEMA s}|ALTER DATABASE postgres SET timezone = 'UTC'|ALTER SYSTEM SET work_mem = '4MB'|ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO r|LOCK TABLE t|TRUNCATE t|TRUNCATE TABLE t CASCADE|DO $$ BEGIN END $$|CREATE TABLE n AS SELECT 1 AS a|SELECT 1 INTO n|IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c|REASSIGN OWNED BY a TO b|LOAD 'x'}",
    ),
    (
        "routine",
        "{CREATE {|OR REPLACE }FUNCTION f({|a int}) RETURNS {int|text|void|trigger|SETOF int|TABLE (a int)} {LANGUAGE sql AS $$ SELECT 1 $$|AS 'SELECT 1' LANGUAGE sql{| IMMUTABLE}|LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$|LANGUAGE sql RETURN 1|LANGUAGE c AS 'x'|BEGIN ATOMIC SELECT 1; END}|CREATE PROCEDURE p() LANGUAGE sql AS $$ SELECT 1 $$|DROP FUNCTION {|IF EXISTS }f{|()}|DROP PROCEDURE p|CALL p()|CALL sys.wait_for_job('x')}",
    ),
    (
        "drop",
        "DROP {TABLE|VIEW|INDEX|SEQUENCE|SCHEMA|DOMAIN|MATERIALIZED VIEW|TYPE|EXTENSION|TRIGGER x ON|ROLE|DATABASE|POLICY x ON|STATISTICS|RULE x ON|COLLATION|AGGREGATE|FOREIGN TABLE|USER|OWNED BY|INDEX CONCURRENTLY|PUBLICATION|SERVER} {|IF EXISTS }t{||| CASCADE| RESTRICT}",
    ),
    (
        "dml",
        "{INSERT INTO t {VALUES (1)|(a, b) VALUES (1, 2), (3, 4)|SELECT * FROM p|DEFAULT VALUES|VALUES (1) ON CONFLICT DO NOTHING|VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 1|VALUES (1) RETURNING *}|UPDATE t SET a = 1{| WHERE id = 1| FROM p WHERE p.id = t.id}|DELETE FROM t{| WHERE id = 1| USING p WHERE p.id = t.id}|MERGE INTO t USING p ON t.id = p.id WHEN MATCHED THEN DELETE|COPY t FROM {stdin|'/tmp/x'|PROGRAM 'ls'}|COPY t TO {stdout|'/tmp/x'}|WITH x AS (DELETE FROM t WHERE id = 1 RETURNING *) SELECT * FROM x}",
    ),
    (
        "query",
        "{SELECT * FROM t{|| FOR UPDATE| FOR SHARE| FOR KEY SHARE| FOR NO KEY UPDATE| FOR UPDATE NOWAIT| FOR UPDATE SKIP LOCKED}|SELECT a FROM t TABLESAMPLE SYSTEM (1)|SELECT pg_advisory_lock(1)|SELECT {'1'::money|'1'::inet|CAST('1' AS int)|'a'::citext|'1'::int8}|SELECT a, count(*) FROM t GROUP BY {a|ALL|DISTINCT a|ROLLUP (a)|GROUPING SETS ((a), ())}|WITH RECURSIVE r AS (SELECT 1) SELECT * FROM r|TABLE t|VALUES (1)|EXPLAIN SELECT 1|EXPLAIN ANALYZE SELECT 1|SELECT nextval('q')|SELECT setval('q', 1)|SELECT to_tsvector('english', 'x')|SELECT lo_create(0)}",
    ),
    (
        "block",
        "{BEGIN; <ddl>; COMMIT|BEGIN; <ddl>; <ddl>; COMMIT|BEGIN; <ddl>; INSERT INTO t VALUES (1); COMMIT|BEGIN; INSERT INTO t VALUES (1); UPDATE t SET a = 1 WHERE id = 1; COMMIT|BEGIN {ISOLATION LEVEL SERIALIZABLE|ISOLATION LEVEL REPEATABLE READ|ISOLATION LEVEL READ COMMITTED|READ ONLY|READ WRITE|DEFERRABLE}; SELECT 1; COMMIT|START TRANSACTION; <ddl>; END|BEGIN; SAVEPOINT a; COMMIT|BEGIN; <ddl>; ROLLBACK|<ddl>; <ddl>|COMMIT|BEGIN; SELECT 1; <ddl>; COMMIT AND CHAIN|BEGIN; <ddl>; GRANT SELECT ON t TO r; COMMIT|PREPARE TRANSACTION 'x'}",
    ),
    (
        "ddl",
        "{CREATE TABLE b1 (id int PRIMARY KEY)|CREATE INDEX ASYNC i1 ON t (a)|ALTER TABLE t ADD COLUMN y int|DROP TABLE IF EXISTS b2|CREATE VIEW v1 AS SELECT 1|COMMENT ON TABLE t IS 'x'|CREATE SCHEMA s1|DROP INDEX i}",
    ),
    (
        "session",
        "{SET {|LOCAL |SESSION }{search_path = s|search_path TO s, public|timezone = 'UTC'|statement_timeout = '5s'|lock_timeout = 0|work_mem = '4MB'|default_transaction_isolation = 'serializable'|client_min_messages = warning|row_security = off|standard_conforming_strings = on|check_function_bodies = false|xmloption = content|idle_in_transaction_session_timeout = 0|client_encoding = 'UTF8'|default_tablespace = ''|default_table_access_method = heap}|SET TIME ZONE 'UTC'|SET NAMES 'UTF8'|SET ROLE r|SET SESSION AUTHORIZATION r|SET TRANSACTION READ ONLY|SET CONSTRAINTS ALL DEFERRED|SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY|RESET {search_path|ALL|ROLE}|SHOW {search_path|ALL|lc_collate}|DISCARD ALL|LISTEN c|NOTIFY c|UNLISTEN c|DECLARE k CURSOR FOR SELECT 1|FETCH 1 FROM k|CLOSE k|PREPARE q AS SELECT 1|EXECUTE q|DEALLOCATE q|SELECT pg_catalog.set_config('search_path', '', false)}",
    ),
    (
        "grant",
        "{GRANT {SELECT|ALL|INSERT, UPDATE|ALL PRIVILEGES|SELECT (a)} ON {t|TABLE t|ALL TABLES IN SCHEMA s} TO {r|PUBLIC|r WITH GRANT OPTION}|GRANT USAGE ON SCHEMA {s|public} TO r|GRANT CREATE ON SCHEMA public TO r|GRANT EXECUTE ON FUNCTION f() TO r|GRANT USAGE ON SEQUENCE q TO r|REVOKE {SELECT|ALL} ON t FROM r{| CASCADE}|GRANT r TO u|REVOKE r FROM u|AWS IAM GRANT r TO 'arn:aws:iam::123456789012:role/x'|AWS IAM REVOKE r FROM 'arn:aws:iam::123456789012:role/x'|GRANT CONNECT ON DATABASE postgres TO r|REVOKE ALL ON SCHEMA public FROM PUBLIC}",
    ),
];

/// A statement, or a few that belong together.
pub(crate) fn statement(random: &mut Random) -> String {
    expand(random, rule("statement"))
}

fn rule(name: &str) -> &'static str {
    RULES.iter().find(|(known, _)| *known == name).map_or_else(|| panic!("no rule {name}"), |(_, text)| text)
}

fn expand(random: &mut Random, template: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '<']) {
        text.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        let name = tail.find('>').map(|end| &tail[..end]);
        if rest.as_bytes()[at] == b'{' {
            let alternatives = alternatives(tail);
            let chosen = alternatives.1[random.below(alternatives.1.len())];
            text.push_str(&expand(random, chosen));
            rest = &tail[alternatives.0..];
        } else if let Some(name) =
            name.filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        {
            text.push_str(&expand(random, rule(name)));
            rest = &tail[name.len() + 1..];
        } else {
            text.push('<');
            rest = tail;
        }
    }
    text + rest
}

/// Where the alternatives after a `{` end, and what they are.
fn alternatives(text: &str) -> (usize, Vec<&str>) {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth > 0 => depth -= 1,
            b'|' if depth == 0 => {
                found.push(&text[start..at]);
                start = at + 1;
            }
            b'}' => {
                found.push(&text[start..at]);
                return (at + 1, found);
            }
            _ => {}
        }
    }
    panic!("{text}: a brace is missing")
}
