-- Run once as superuser in the template database: what DSQL has and PostgreSQL lacks, and what PostgreSQL has and DSQL refuses.

CREATE SCHEMA sys;
GRANT USAGE ON SCHEMA sys TO public;

CREATE TABLE sys._jobs (
    job_id text PRIMARY KEY,
    status text NOT NULL DEFAULT 'submitted',
    details text,
    job_type text NOT NULL,
    class_id oid NOT NULL,
    object_id oid NOT NULL,
    named text NOT NULL,
    start_time timestamptz NOT NULL DEFAULT clock_timestamp(),
    update_time timestamptz
);

CREATE VIEW sys.jobs AS
SELECT job_id, status, details, job_type, class_id, object_id,
       CASE class_id
           WHEN 'pg_class'::regclass THEN
               (SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = object_id)
           WHEN 'pg_constraint'::regclass THEN
               (SELECT n.nspname || '.' || c.conname FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.oid = object_id)
       END AS object_name,
       start_time, update_time
FROM sys._jobs;

GRANT SELECT ON sys._jobs, sys.jobs TO public;

-- Commits between looks, as each look needs a snapshot of its own; this is why it must be called outside a transaction block.
CREATE PROCEDURE sys.wait_for_job(job_id text, INOUT succeeded boolean DEFAULT NULL) LANGUAGE plpgsql AS $$
DECLARE
    found_status text;
BEGIN
    IF job_id IS NULL OR job_id !~ '^[a-z2-7]{26}$' THEN
        RAISE EXCEPTION USING ERRCODE = '22P02', MESSAGE = 'Unable to convert text to UUID';
    END IF;
    LOOP
        SELECT j.status INTO found_status FROM sys._jobs j WHERE j.job_id = wait_for_job.job_id;
        -- A job that is not there (any more) has no outcome to report.
        EXIT WHEN found_status IS NULL;
        IF found_status IN ('completed', 'failed') THEN
            succeeded := found_status = 'completed';
            EXIT;
        END IF;
        COMMIT;
        PERFORM pg_catalog.pg_sleep(0.01);
    END LOOP;
END $$;

-- The index that this transaction has made, if it has made one: rows whose xmin is not older than the transaction itself
-- and that it can see are its own, in whatever subtransaction.
CREATE FUNCTION sys._start_index_job(id text) RETURNS oid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    made oid;
BEGIN
    SELECT indexrelid INTO made FROM pg_index
    WHERE xmin::text::bigint >= (pg_current_xact_id()::text::bigint & 4294967295) ORDER BY indexrelid DESC LIMIT 1;
    IF made IS NOT NULL THEN
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = made;
        INSERT INTO sys._jobs (job_id, job_type, class_id, object_id, named)
        SELECT id, 'INDEX_BUILD', 'pg_class'::regclass, made, n.nspname || '.' || c.relname
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = made;
    END IF;
    RETURN made;
END $$;

CREATE FUNCTION sys._start_validate_job(id text, relation text, constraint_name text) RETURNS oid
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    found_constraint oid;
BEGIN
    SELECT c.oid INTO found_constraint FROM pg_catalog.pg_constraint c
    WHERE c.conrelid = pg_catalog.to_regclass(relation) AND c.conname = constraint_name;
    IF found_constraint IS NOT NULL THEN
        INSERT INTO sys._jobs (job_id, job_type, class_id, object_id, named)
        VALUES (id, 'VALIDATE_CONSTRAINT', 'pg_catalog.pg_constraint'::pg_catalog.regclass, found_constraint, constraint_name);
    END IF;
    RETURN found_constraint;
END $$;

-- Runs a job's work. Called by the emulator alone, as superuser, in a transaction of its own.
CREATE FUNCTION sys._finish_job(id text, failure text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    job sys._jobs;
    target text;
    outcome text := 'completed';
    said text;
BEGIN
    SELECT * INTO job FROM sys._jobs j WHERE j.job_id = id FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF failure IS NOT NULL THEN
        outcome := 'failed';
        said := failure;
    ELSIF job.job_type = 'INDEX_BUILD' THEN
        UPDATE pg_catalog.pg_index SET indisvalid = true WHERE indexrelid = job.object_id;
        IF NOT FOUND THEN
            -- As recorded: the job of something that is gone ends as completed, and only the details tell.
            said := pg_catalog.format('relation "%s" does not exist', job.named);
        END IF;
    ELSE
        SELECT pg_catalog.format('ALTER TABLE %s VALIDATE CONSTRAINT %I', c.conrelid::pg_catalog.regclass, c.conname) INTO target
        FROM pg_catalog.pg_constraint c WHERE c.oid = job.object_id;
        IF target IS NULL THEN
            said := pg_catalog.format('constraint "%s" does not exist', job.named);
        ELSE
            BEGIN
                EXECUTE target;
            EXCEPTION WHEN check_violation OR foreign_key_violation THEN
                outcome := 'failed';
                said := SQLERRM;
            END;
        END IF;
    END IF;
    UPDATE sys._jobs SET status = outcome, details = said, update_time = clock_timestamp() WHERE job_id = id;
    RETURN outcome;
END $$;
REVOKE ALL ON FUNCTION sys._finish_job FROM public;

-- Rows changed so far by this connection. PostgreSQL's own counters: they know of CTEs and cascades. They run on between
-- transactions until reported, so the emulator compares two readings within one transaction.
CREATE FUNCTION sys._rows_changed() RETURNS bigint LANGUAGE sql AS $$
    SELECT coalesce(sum(pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
                        + pg_stat_get_xact_tuples_deleted(oid)), 0)::bigint
    FROM pg_catalog.pg_class
    WHERE oid >= 16384 AND relkind IN ('r', 'p') AND relnamespace <> 'sys'::regnamespace
$$;

-- A built-in function can only be stood in for by another of its name: calls by OID never look at pg_proc.
DO $$
DECLARE
    f record;
BEGIN
    FOR f IN SELECT oid::regprocedure AS signature, proname, pg_get_function_identity_arguments(oid) AS arguments,
                    pg_get_function_result(oid) AS result
             FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^pg_(try_)?advisory_'
    LOOP
        EXECUTE format('ALTER FUNCTION %s RENAME TO %I', f.signature, '_' || f.proname);
        EXECUTE format(
            'CREATE FUNCTION pg_catalog.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', f.proname, f.arguments, f.result,
            format('BEGIN RAISE EXCEPTION USING ERRCODE = ''0A000'', MESSAGE = ''function %s not supported''; END', f.proname));
    END LOOP;
END $$;

ALTER FUNCTION pg_catalog.version() RENAME TO _version;
CREATE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'PostgreSQL 16'::text $$;

ALTER FUNCTION pg_catalog.current_database() RENAME TO _current_database;
CREATE FUNCTION pg_catalog.current_database() RETURNS name LANGUAGE sql STABLE AS $$ SELECT 'postgres'::name $$;

ALTER FUNCTION pg_catalog.current_setting(text) RENAME TO _current_setting;
CREATE FUNCTION pg_catalog.current_setting(text) RETURNS text LANGUAGE sql STABLE STRICT AS $$
    SELECT CASE lower($1) WHEN 'server_version' THEN '16.15' WHEN 'server_version_num' THEN '160015'
        WHEN 'disable_sync_create_index' THEN pg_catalog._current_setting('dsql_local.disable_sync_create_index') ELSE pg_catalog._current_setting($1) END
$$;
ALTER FUNCTION pg_catalog.current_setting(text, boolean) RENAME TO _current_setting;
CREATE FUNCTION pg_catalog.current_setting(text, boolean) RETURNS text LANGUAGE sql STABLE STRICT AS $$
    SELECT CASE lower($1) WHEN 'server_version' THEN '16.15' WHEN 'server_version_num' THEN '160015'
        WHEN 'disable_sync_create_index' THEN pg_catalog._current_setting('dsql_local.disable_sync_create_index') ELSE pg_catalog._current_setting($1, $2) END
$$;

-- PostgreSQL lets only whom it was granted to give a function a setting that it does not know itself.
GRANT SET ON PARAMETER dsql.enable_batched_nestloop TO public;

-- A session can set by a function what it can by SET. {settable} is the list of refuse/settings.rs, whose rules these are.
ALTER FUNCTION pg_catalog.set_config(text, text, boolean) RENAME TO _set_config;
CREATE FUNCTION pg_catalog.set_config(text, text, boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    name text := pg_catalog.lower($1);
    value text := $2;
BEGIN
    IF name IN ('disable_sync_create_index', 'dsql.enable_batched_nestloop') THEN
        BEGIN
            value := CASE WHEN value::boolean THEN 'on' WHEN NOT value::boolean THEN 'off' END;
        EXCEPTION WHEN invalid_text_representation THEN
            RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = pg_catalog.format('parameter "%s" requires a Boolean value', name);
        END;
        IF name = 'disable_sync_create_index' THEN
            name := 'dsql_local.' || name;
        END IF;
    ELSIF pg_catalog.starts_with(name, 'dsql.') THEN
        RAISE EXCEPTION USING ERRCODE = '42602', MESSAGE = pg_catalog.format('invalid configuration parameter name "%s"', name),
            DETAIL = '"dsql" is a reserved prefix.';
    ELSIF value IS NOT NULL AND NOT pg_catalog.starts_with(name, 'enable_')
        AND name <> ALL (pg_catalog.string_to_array('{settable}', ' ')) THEN
        RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = pg_catalog.format('setting configuration parameter "%s" not supported', $1);
    END IF;
    RETURN pg_catalog._set_config(name, value, $3);
END $$;

-- The first trace that this transaction has left in the catalog and that DSQL would not have allowed. Rows are its own when
-- their xmin is not older than the transaction, whose snapshot hides everybody else's later ones.
CREATE FUNCTION sys._check_ddl() RETURNS TABLE (what text, argument text) LANGUAGE sql AS $$
WITH own AS (SELECT pg_current_xact_id_if_assigned()::text::bigint & 4294967295 AS xid),
new_class AS (SELECT c.oid, c.* FROM pg_class c, own WHERE c.xmin::text::bigint >= own.xid),
new_column AS (
    SELECT a.*, coalesce(nullif(t.typbasetype, 0), t.oid) AS base
    FROM own, pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.xmin::text::bigint >= own.xid AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
),
new_sequence AS (
    SELECT s.*, (SELECT d.deptype FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid
                 AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0) AS owned
    FROM pg_sequence s, own WHERE s.xmin::text::bigint >= own.xid
),
new_index AS (SELECT i.* FROM pg_index i, own WHERE i.xmin::text::bigint >= own.xid)
SELECT 'temporary', CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END
FROM new_class WHERE relpersistence = 't' AND relkind IN ('r', 'v', 'S')
UNION ALL SELECT 'unlogged', '' FROM new_class WHERE relpersistence = 'u'
UNION ALL SELECT 'serial', CASE seqtypid WHEN 'int2'::regtype THEN 'smallserial' WHEN 'int4'::regtype THEN 'serial' ELSE 'bigserial' END
FROM new_sequence WHERE owned = 'a'
UNION ALL SELECT 'identity type', format_type(atttypid, NULL) FROM new_column WHERE attidentity <> '' AND atttypid <> 'int8'::regtype
UNION ALL SELECT 'type', format_type(n.base, NULL) FROM new_column n JOIN pg_type t ON t.oid = n.base
WHERE t.typcategory IN ('A', 'G', 'I', 'R', 'V') OR t.typtype IN ('c', 'e', 'r', 'm')
   OR t.typname IN ('money', 'xml', 'macaddr', 'macaddr8', 'tsvector', 'tsquery', 'pg_lsn', 'jsonpath', 'pg_snapshot', 'txid_snapshot')
UNION ALL SELECT 'unknown type', format_type(n.base, NULL) FROM new_column n JOIN pg_type t ON t.oid = n.base
WHERE t.typname NOT IN ('int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'bpchar', 'varchar', 'text', 'date', 'time', 'timetz',
                        'timestamp', 'timestamptz', 'interval', 'bool', 'bytea', 'uuid', 'json', 'jsonb')
UNION ALL SELECT 'default cache', CASE owned WHEN 'i' THEN 'identity' ELSE 'sequence' END FROM new_sequence
UNION ALL SELECT 'cache', CASE owned WHEN 'i' THEN 'identity' ELSE 'sequence' END FROM new_sequence WHERE seqcache BETWEEN 2 AND 65535
UNION ALL SELECT 'sequence type', format_type(seqtypid, NULL) FROM new_sequence WHERE seqtypid <> 'int8'::regtype
UNION ALL SELECT 'deferrable', '' FROM pg_constraint c, own
WHERE c.xmin::text::bigint >= own.xid AND c.condeferrable AND c.contype IN ('u', 'p')
UNION ALL SELECT 'exclude', '' FROM pg_constraint c, own WHERE c.xmin::text::bigint >= own.xid AND c.contype = 'x'
UNION ALL SELECT 'language', l.lanname FROM own, pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.xmin::text::bigint >= own.xid AND l.lanname <> 'sql'
UNION ALL SELECT 'trigger', '' FROM pg_trigger t, own WHERE t.xmin::text::bigint >= own.xid AND NOT t.tgisinternal
UNION ALL SELECT 'key columns', '' FROM new_index WHERE indnkeyatts > 8
UNION ALL SELECT 'key type', format_type(a.atttypid, NULL) FROM new_index i JOIN pg_attribute a ON a.attrelid = i.indexrelid
WHERE a.attnum <= i.indnkeyatts AND a.atttypid IN ('json'::regtype, 'jsonb'::regtype, 'bytea'::regtype, 'interval'::regtype, 'timetz'::regtype)
UNION ALL SELECT 'operator class', '' FROM new_index i, unnest(i.indclass) AS k(class) JOIN pg_opclass o ON o.oid = k.class
WHERE NOT o.opcdefault
UNION ALL SELECT 'indexes', '' FROM new_index n WHERE (SELECT count(*) FROM pg_index i WHERE i.indrelid = n.indrelid) > 24
UNION ALL SELECT 'columns', '' FROM (SELECT DISTINCT attrelid FROM new_column) n
WHERE (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = n.attrelid AND a.attnum > 0 AND NOT a.attisdropped) > 256
UNION ALL SELECT 'schemas', '' FROM own WHERE EXISTS (SELECT FROM pg_namespace n WHERE n.xmin::text::bigint >= own.xid)
AND (SELECT count(*) FROM pg_namespace n WHERE n.oid >= 16384 AND n.nspname <> 'sys' AND n.nspname !~ '^pg_') > 10
$$;

-- Only `simple` text search was seen.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT cfgname FROM pg_ts_config WHERE cfgname <> 'simple' LOOP
        EXECUTE format('DROP TEXT SEARCH CONFIGURATION pg_catalog.%I', name);
    END LOOP;
END $$;

-- Back to an empty database, between the probes of a replay.
CREATE FUNCTION sys._reset() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('sys', 'information_schema') LOOP
        EXECUTE pg_catalog.format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
    CREATE SCHEMA public AUTHORIZATION admin;
    GRANT USAGE ON SCHEMA public TO public;
    DELETE FROM sys._jobs;
END $$;
REVOKE ALL ON FUNCTION sys._reset FROM public;

-- Puts copies of the named tables before them, for a transaction that is doomed but must not notice before its COMMIT.
CREATE FUNCTION sys._shadow(names text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t record;
    columns text;
BEGIN
    FOR t IN SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('sys', 'information_schema')
               AND c.relname = ANY (names)
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_class s WHERE s.relname = c.relname AND s.relpersistence = 't'
                               AND s.relnamespace = pg_catalog.pg_my_temp_schema())
    LOOP
        EXECUTE pg_catalog.format('CREATE TEMP TABLE %I (LIKE %I.%I INCLUDING ALL) ON COMMIT DROP', t.relname, t.nspname, t.relname);
        SELECT string_agg(pg_catalog.quote_ident(attname), ',' ORDER BY attnum) INTO columns
        FROM pg_catalog.pg_attribute WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
        EXECUTE pg_catalog.format('INSERT INTO pg_temp.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %I.%I',
                                  t.relname, columns, columns, t.nspname, t.relname);
    END LOOP;
END $$;

CREATE FUNCTION sys.dsql_major_version() RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$;

-- Which IAM principals may connect as which role. That there is one is asked for, not which: whose a token is cannot be told.
CREATE TABLE sys.iam_pg_role_mappings (
    pg_role_oid oid NOT NULL,
    pg_role_name text NOT NULL,
    arn text NOT NULL,
    grantor_pg_role_oid oid NOT NULL,
    grantor_pg_role_name text NOT NULL,
    PRIMARY KEY (pg_role_name, arn)
);
GRANT SELECT ON sys.iam_pg_role_mappings TO public;

CREATE FUNCTION sys._map_role(granted boolean, role_name text, principal text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    role_oid oid := (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = role_name);
BEGIN
    IF session_user <> 'admin' THEN
        RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'permission denied';
    ELSIF role_oid IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = pg_catalog.format('role "%s" does not exist', role_name);
    ELSIF granted THEN
        INSERT INTO sys.iam_pg_role_mappings
        VALUES (role_oid, role_name, principal, pg_catalog.to_regrole(session_user::text)::oid, session_user);
    ELSE
        DELETE FROM sys.iam_pg_role_mappings m WHERE m.pg_role_name = role_name AND m.arn = principal;
    END IF;
END $$;
