//! The set is wrong: one of the statements says so.

use dsql_migrate::sql;

fn main() {
    sql!("several_files", "SELECT id FROM items");
    sql!("several_files", "SELECT id FROM nowhere");
}
