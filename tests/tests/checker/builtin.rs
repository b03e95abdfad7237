//! The functions and operators that the checker knows, against PostgreSQL 16's own catalog. `UPDATE_BUILTIN=1` writes them
//! anew.

use crate::postgres::Postgres;

const KNOWN: &str = include_str!("../../../checker/src/catalog/builtin.tsv");

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

#[tokio::test]
async fn functions_are_postgresqls() {
    let server = Postgres::start_sixteen();
    let client = server.connect().await;
    let rows = client.query(FUNCTIONS, &[]).await.expect("the catalog's functions");
    let mut lines: String = rows.iter().map(|row| row.get::<_, String>(0) + "\n").collect();
    if lines.is_empty() {
        lines.push('\n');
    }
    if std::env::var_os("UPDATE_BUILTIN").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../checker/src/catalog/builtin.tsv");
        std::fs::write(file, &lines).expect("the list of functions");
        return;
    }
    let differs = lines.lines().zip(KNOWN.lines()).find(|(server, known)| server != known);
    assert_eq!(differs, None, "UPDATE_BUILTIN=1 writes the list anew");
    assert_eq!(lines.lines().count(), KNOWN.lines().count());
}
