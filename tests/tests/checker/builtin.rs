//! The functions, operators and casts that the checker knows, against PostgreSQL 16's own catalog. `UPDATE_BUILTIN=1`
//! writes them anew.

use crate::postgres::Postgres;

/// Functions that SQL can call: what takes or gives types of the server's inside is left out.
const FUNCTIONS: &str = "
    SELECT line FROM (SELECT proname, concat_ws(E'\\t', proname,
        prokind::text || provolatile::text || CASE WHEN proretset THEN 's' ELSE '-' END,
        pronargs - pronargdefaults,
        CASE WHEN provariadic <> 0 THEN '*' ELSE pronargs::text END,
        coalesce((SELECT string_agg(t.typname, ' ' ORDER BY place)
            FROM unnest(proargtypes::oid[]) WITH ORDINALITY AS a (type, place) JOIN pg_type t ON t.oid = a.type), ''),
        (SELECT typname FROM pg_type WHERE oid = prorettype)) AS line
    FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND NOT 'internal'::regtype = ANY (proargtypes::oid[])
      AND prorettype NOT IN ('internal'::regtype, 'trigger'::regtype, 'event_trigger'::regtype,
        'index_am_handler'::regtype, 'fdw_handler'::regtype, 'tsm_handler'::regtype, 'table_am_handler'::regtype,
        'language_handler'::regtype)
    ) AS functions
    ORDER BY proname COLLATE \"C\", line COLLATE \"C\"";

/// Operators: their names, the types of their sides, that of the result, and the volatility.
const OPERATORS: &str = "
    SELECT line FROM (SELECT concat_ws(E'\\t', oprname, coalesce(l.typname, '-'), r.typname, t.typname, provolatile) AS line
    FROM pg_operator JOIN pg_proc p ON p.oid = oprcode JOIN pg_type t ON t.oid = oprresult
      JOIN pg_type r ON r.oid = oprright LEFT JOIN pg_type l ON l.oid = oprleft
    WHERE oprnamespace = 'pg_catalog'::regnamespace) AS operators
    ORDER BY line COLLATE \"C\"";

/// Casts, and those from and to text that the types' input and output make.
const CASTS: &str = "
    WITH stored AS (SELECT * FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typname IN (
      'int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'text', 'varchar', 'bpchar', 'bool', 'date', 'time', 'timetz',
      'timestamp', 'timestamptz', 'interval', 'uuid', 'bytea', 'json', 'jsonb')),
    texts AS (SELECT * FROM stored WHERE typname IN ('text', 'varchar', 'bpchar')),
    made AS (
      SELECT x.oid AS source, t.oid AS target, 'e' AS context, provolatile
      FROM texts x, stored t JOIN pg_proc p ON p.oid = t.typinput::oid
      UNION ALL
      SELECT s.oid, x.oid, 'a', provolatile FROM texts x, stored s JOIN pg_proc p ON p.oid = s.typoutput::oid),
    first AS (
      SELECT castsource AS source, casttarget AS target, castcontext::text AS context, coalesce(provolatile, 'i') AS provolatile
      FROM pg_cast LEFT JOIN pg_proc p ON p.oid = castfunc),
    all_casts AS (
      SELECT * FROM first
      UNION ALL
      SELECT DISTINCT ON (source, target) * FROM made
      WHERE source <> target AND (source, target) NOT IN (SELECT source, target FROM first))
    SELECT line FROM (SELECT concat_ws(E'\\t', s.typname, t.typname, context, provolatile) AS line
    FROM all_casts JOIN pg_type s ON s.oid = source JOIN pg_type t ON t.oid = target) AS casts
    ORDER BY line COLLATE \"C\"";

#[tokio::test]
async fn functions_operators_and_casts_are_postgresqls() {
    const LISTS: &[(&str, &str, &str)] = &[
        ("functions", FUNCTIONS, include_str!("../../../checker/src/catalog/builtin/functions.tsv")),
        ("operators", OPERATORS, include_str!("../../../checker/src/catalog/builtin/operators.tsv")),
        ("casts", CASTS, include_str!("../../../checker/src/catalog/builtin/casts.tsv")),
    ];
    let server = Postgres::start_sixteen();
    let client = server.connect().await;
    for (name, asked, known) in LISTS {
        let rows = client.query(*asked, &[]).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let lines: String = rows.iter().map(|row| row.get::<_, String>(0) + "\n").collect();
        if std::env::var_os("UPDATE_BUILTIN").is_some() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../checker/src/catalog/builtin");
            std::fs::write(format!("{folder}/{name}.tsv"), &lines).expect("the list is written");
            continue;
        }
        let differs = lines.lines().zip(known.lines()).find(|(server, known)| server != known);
        assert_eq!(differs, None, "{name}: UPDATE_BUILTIN=1 writes the list anew");
        assert_eq!(lines.lines().count(), known.lines().count(), "{name}");
    }
}
