//! Hazards are warnings of the compiler; they are errors here so that their text shows.

#![deny(deprecated)]

use dsql_migrate::sql;

fn main() {
    sql!("sql", "DELETE FROM items WHERE shelf_id = $1");
    sql!("sql", "SELECT title FROM items WHERE $1 IS NULL OR title = $1");
}
