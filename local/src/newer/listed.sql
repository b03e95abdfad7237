-- The functions of pg_catalog that SQL can call: what takes or gives types of the server's inside is left out, and what was made
-- after the cluster was.
SELECT oid, format('%s(%s)', proname, array_to_string(proargtypes::regtype[], ',')) AS signature
FROM pg_proc
WHERE pronamespace = 'pg_catalog'::regnamespace AND oid < 16384 AND NOT 'internal'::regtype = ANY (proargtypes::oid[])
  AND prorettype NOT IN ('internal'::regtype, 'trigger'::regtype, 'event_trigger'::regtype, 'index_am_handler'::regtype,
                         'fdw_handler'::regtype, 'tsm_handler'::regtype, 'table_am_handler'::regtype, 'language_handler'::regtype)
