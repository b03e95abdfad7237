//! The replayed schema and a server's catalog, in the same lines of text.

use std::collections::BTreeSet;

/// One line for each object in schemas whose names end with a suffix; the replay's own form.
const OBJECTS: &str = "
WITH home AS (SELECT oid, nspname FROM pg_namespace WHERE nspname ~ ('[a-z ]' || '{suffix}' || '$') OR nspname = 'public'),
rel AS (
    SELECT c.oid, c.relkind, c.relname, h.nspname || '.' || c.relname AS name
    FROM pg_class c JOIN home h ON h.oid = c.relnamespace),
every AS (SELECT c.oid, relkind, n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace)
SELECT 'schema ' || nspname FROM home
UNION ALL SELECT 'table ' || name FROM rel WHERE relkind IN ('r', 'p')
UNION ALL SELECT 'column ' || name || ' ' || row_number() OVER (PARTITION BY r.oid ORDER BY attnum) || ': ' || attname || ' '
    || (SELECT CASE typtype WHEN 'b' THEN format_type(atttypid, atttypmod) ELSE n.nspname || '.' || typname END
        FROM pg_type y JOIN pg_namespace n ON n.oid = y.typnamespace WHERE y.oid = atttypid)
    || CASE WHEN attnotnull THEN ' not null' ELSE '' END
    || CASE WHEN atthasdef AND attgenerated = '' THEN ' default' ELSE '' END
    || CASE WHEN attgenerated <> '' THEN ' generated' ELSE '' END
    || CASE attidentity WHEN 'a' THEN ' always' WHEN 'd' THEN ' by default' ELSE '' END
    FROM pg_attribute a JOIN rel r ON r.oid = a.attrelid WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
UNION ALL SELECT 'constraint ' || name || ' ' || conname || ': ' || CASE contype
    WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'c' THEN 'check'
    WHEN 'f' THEN 'foreign key (' || (SELECT string_agg(attname, ', ' ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS k (n, place)
        JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.n) || ') to ' || (SELECT e.name FROM every e WHERE e.oid = confrelid)
    END FROM pg_constraint o JOIN rel r ON r.oid = o.conrelid WHERE contype IN ('p', 'u', 'c', 'f')
UNION ALL SELECT 'view ' || name || '(' || coalesce((SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute a
    WHERE a.attrelid = rel.oid AND attnum > 0), '') || ')' FROM rel WHERE relkind = 'v'
UNION ALL SELECT CASE WHEN indisunique THEN 'unique ' ELSE '' END || 'index ' || r.name || ' on ' || e.name || '(' ||
    (SELECT string_agg(coalesce(attname, 'expression'), ', ' ORDER BY place) FROM unnest(indkey::int[]) WITH ORDINALITY AS k (n, place)
        LEFT JOIN pg_attribute a ON a.attrelid = indrelid AND a.attnum = k.n AND k.n <> 0 WHERE place <= indnkeyatts) || ')'
    || CASE WHEN indpred IS NOT NULL THEN ' where' ELSE '' END
    FROM pg_index i JOIN rel r ON r.oid = indexrelid JOIN every e ON e.oid = indrelid
UNION ALL SELECT 'sequence ' || r.name || coalesce((SELECT ' of ' || e.name || ' ' || attname FROM pg_depend d
        JOIN every e ON e.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
        AND e.relkind <> 'v' AND d.deptype IN ('a', 'i')), '') FROM rel r WHERE relkind = 'S'
UNION ALL SELECT 'domain ' || nspname || '.' || typname || ': ' || (
        WITH RECURSIVE below (id, kind) AS (SELECT t.typbasetype, 'd'::\"char\" UNION ALL
            SELECT b.typbasetype, b.typtype FROM below JOIN pg_type b ON b.oid = below.id WHERE b.typtype = 'd')
        SELECT format_type(id, NULL) FROM below JOIN pg_type b ON b.oid = id WHERE b.typtype <> 'd')
    || CASE WHEN typnotnull THEN ' not null' ELSE '' END || CASE WHEN typdefault IS NOT NULL THEN ' default' ELSE '' END
    || ' [' || coalesce((SELECT string_agg(conname::text, ', ' ORDER BY conname::text COLLATE \"C\") FROM pg_constraint o
        WHERE o.contypid = t.oid AND contype = 'c'), '') || ']'
    FROM pg_type t JOIN home h ON h.oid = t.typnamespace WHERE typtype = 'd'
UNION ALL SELECT 'function ' || nspname || '.' || proname || '(' || oidvectortypes(p.proargtypes) || ')'
    FROM pg_proc p JOIN home h ON h.oid = p.pronamespace
UNION ALL SELECT 'statistics ' || nspname || '.' || stxname || ' on ' || e.name
    FROM pg_statistic_ext s JOIN home h ON h.oid = stxnamespace JOIN every e ON e.oid = stxrelid";

/// The query for them.
pub(super) fn objects(suffix: &str) -> String {
    OBJECTS.replace("{suffix}", suffix)
}

/// Where the two differ; lines of the replay that do not know something are compared as far as they do.
pub(super) fn differences(replayed: &[String], of_server: BTreeSet<String>) -> Vec<String> {
    let ours: BTreeSet<&String> = replayed.iter().collect();
    let only_ours = ours.iter().filter(|line| !of_server.iter().any(|other| is_same(line, other)));
    let only_theirs = of_server.iter().filter(|line| !ours.iter().any(|other| is_same(other, line)));
    let ours = only_ours.map(|line| format!("replayed only: {line}"));
    ours.chain(only_theirs.map(|line| format!("server only: {line}"))).collect()
}

/// Whether two lines are the same but for what the first one does not know.
fn is_same(ours: &str, of_server: &str) -> bool {
    let mut rest = of_server;
    let mut parts = ours.split('?');
    let Some(left) = parts.next().and_then(|first| rest.strip_prefix(first)) else { return false };
    rest = left;
    let parts: Vec<_> = parts.collect();
    for (at, part) in parts.iter().enumerate() {
        if at + 1 == parts.len() {
            return rest.ends_with(part);
        }
        let Some(found) = rest.find(part) else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.is_empty()
}
