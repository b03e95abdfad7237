//! Statements that are right are the literals that they are written as.

use dsql_migrate::sql;

const BY_ID: &str = sql!("sql", "SELECT title FROM items WHERE id = $1");

macro_rules! of_shelf {
    ($statement:literal) => {
        sql!("sql", $statement)
    };
}

fn main() {
    assert_eq!(BY_ID, "SELECT title FROM items WHERE id = $1");
    assert_eq!(sql!("sql", "SELECT \"title\" \
                            FROM items;"), "SELECT \"title\" FROM items;");
    let raw: &'static str = sql!(
        "sql",
        r#"
        INSERT INTO items (shelf_id, title)
        SELECT * FROM unnest($1::uuid[], $2::text[])
        RETURNING "id"
        "#,
        dialect = "2026-09-30",
        deny(warnings),
    );
    assert!(raw.contains("RETURNING \"id\"\n"));
    assert_eq!(of_shelf!("SELECT id FROM shelves WHERE name = $1"), "SELECT id FROM shelves WHERE name = $1");
    // The names of another database.
    assert_eq!(sql!("sql", "SELECT a FROM b", catalog = false), "SELECT a FROM b");
    let few = sql!(
        "sql",
        "-- dsql: allow(unbounded-change) there are a dozen shelves
         UPDATE shelves SET name = upper(name)",
        deny(unbounded_change)
    );
    assert!(few.starts_with("-- dsql"));
}
