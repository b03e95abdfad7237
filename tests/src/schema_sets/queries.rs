//! Queries, and statements that change rows.

use fastrand::Rng;

use super::definitions::{condition, default};
use super::world::{COLUMNS, Kind, Thing, World, one, quoted};

/// A table, or now and then a view.
fn source(rng: &mut Rng, world: &World) -> Thing {
    let kind = if rng.u32(0..4) == 0 { Kind::View } else { Kind::Table };
    world.pick(rng, kind)
}

/// A query, and the names of its columns.
pub(super) fn query(rng: &mut Rng, world: &World) -> (String, Vec<String>) {
    let from = source(rng, world);
    let called = world.called(rng, &from);
    let column = world.column(rng, &from);
    let shown = quoted(&column);
    match rng.u32(0..10) {
        0 => (format!("SELECT * FROM {called}"), from.columns.clone()),
        1 => (format!("SELECT {shown} FROM {called} WHERE {}", condition(rng, world, &from)), vec![column]),
        2 => (
            format!("SELECT t.{shown}, count(*) AS n FROM {called} t GROUP BY t.{shown}"),
            vec![column, "n".to_owned()],
        ),
        3 => {
            let other = source(rng, world);
            let joined = world.called(rng, &other);
            let of_other = quoted(&world.column(rng, &other));
            let kind = one(rng, &["JOIN", "LEFT JOIN", "FULL JOIN"]);
            (
                format!(
                    "SELECT l.{shown} AS id FROM {called} l {kind} {joined} r ON l.{shown}::text = r.{of_other}::text"
                ),
                vec!["id".to_owned()],
            )
        }
        4 => (
            format!("WITH w AS (SELECT {shown} AS title FROM {called}) SELECT title FROM w"),
            vec!["title".to_owned()],
        ),
        5 => (format!("SELECT {shown}::text AS n FROM {called} UNION ALL SELECT 'x'"), vec!["n".to_owned()]),
        6 => {
            let other = source(rng, world);
            let inner = quoted(&world.column(rng, &other));
            (
                format!(
                    "SELECT {shown} FROM {called} WHERE {shown}::text IN (SELECT {inner}::text FROM {})",
                    world.called(rng, &other)
                ),
                vec![column],
            )
        }
        7 => (
            format!(
                "SELECT {shown}, row_number() OVER (ORDER BY {shown}) AS n FROM {called} ORDER BY {shown} LIMIT 3"
            ),
            vec![column, "n".to_owned()],
        ),
        8 => {
            let mut function = world.pick(rng, Kind::Function);
            // The name of a domain is a cast, and whether there is one from a number is not judged.
            let same = |one: &Thing| one.schema == function.schema && one.name == function.name;
            if world.things.iter().any(|one| one.kind == Kind::Domain && same(one)) {
                function.name = "nothing".to_owned();
            }
            (format!("SELECT {}(1) AS n", world.called(rng, &function)), vec!["n".to_owned()])
        }
        _ => (format!("TABLE {called}"), from.columns.clone()),
    }
}

pub(super) fn statement(rng: &mut Rng, world: &World) -> String {
    let what = rng.u32(0..10);
    // Which of a view's columns can be set is its table's to say; that is not followed.
    let table = if (2..7).contains(&what) { world.pick(rng, Kind::Table) } else { source(rng, world) };
    let called = world.called(rng, &table);
    let column = quoted(&world.column(rng, &table));
    let what = if table.kind == Kind::View && (2..7).contains(&what) { 7 } else { what };
    match what {
        0..2 => query(rng, world).0,
        2 => format!("INSERT INTO {called} ({column}) VALUES ({})", default(rng)),
        3 => format!(
            "INSERT INTO {called} ({column}, {}) VALUES (DEFAULT, NULL) ON CONFLICT DO NOTHING",
            quoted(one(rng, COLUMNS))
        ),
        4 => {
            let key = quoted(&world.column(rng, &table));
            format!(
                "INSERT INTO {called} ({column}) VALUES (NULL) ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}"
            )
        }
        5 => {
            format!("UPDATE {called} SET {column} = {} WHERE {}", default(rng), condition(rng, world, &table))
        }
        6 => format!("UPDATE {called} AS u SET {column} = u.{column} WHERE u.{column} IS NULL RETURNING u.*"),
        7 => format!("DELETE FROM {called} WHERE {}", condition(rng, world, &table)),
        8 => {
            let other = source(rng, world);
            let joined = world.called(rng, &other);
            format!(
                "DELETE FROM {called} d USING {joined} o WHERE d.{column}::text = o.{}::text",
                quoted(&world.column(rng, &other))
            )
        }
        _ => format!(
            "WITH gone AS (DELETE FROM {called} WHERE {column} IS NULL RETURNING {column}) SELECT count(*) FROM gone"
        ),
    }
}
