-- Run once as superuser in the template database, before the emulator has functions of its own there. What is in braces are the
-- two files beside this one: the query and what it answers on PostgreSQL 16.
DO $hide$
DECLARE
    known CONSTANT text[] := string_to_array('{functions}', E'\n');
    f record;
    former text;
    given int;
BEGIN
    FOR f IN
        SELECT p.oid, listed.signature, p.proname, 'newer: ' || p.proname AS hidden, p.proargmodes, p.proisstrict,
               p.pronargs - p.pronargdefaults AS least, pg_get_function_result(p.oid) AS result,
               CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END AS volatility
        FROM ({listed}) AS listed JOIN pg_proc p USING (oid)
        WHERE NOT EXISTS (SELECT FROM unnest(known) AS k WHERE k = listed.signature)
    LOOP
        -- The OID stays, so views, operators and aggregates that call it go on doing so.
        UPDATE pg_proc SET proname = f.hidden WHERE oid = f.oid;
        DELETE FROM pg_cast WHERE castfunc = f.oid;
        -- One of 16's that has been given a parameter with a default since stands in for what it was.
        FOREACH former IN ARRAY known LOOP
            CONTINUE WHEN NOT starts_with(f.signature, rtrim(former, ')') || ',') OR f.proargmodes IS NOT NULL;
            given := cardinality(string_to_array(former, ','));
            CONTINUE WHEN given < f.least OR to_regprocedure('pg_catalog.' || former) IS NOT NULL;
            EXECUTE format('CREATE FUNCTION pg_catalog.%s RETURNS %s LANGUAGE sql %s %s AS %L', former, f.result, f.volatility,
                CASE WHEN f.proisstrict THEN 'STRICT' ELSE '' END,
                format('SELECT pg_catalog.%I(%s)', f.hidden,
                    (SELECT string_agg('$' || n, ', ' ORDER BY n) FROM generate_series(1, given) AS n)));
        END LOOP;
    END LOOP;
END $hide$
