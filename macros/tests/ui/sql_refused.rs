use dsql_migrate::sql;

fn main() {
    sql!("sql", "ALTER TABLE items ADD COLUMN rating int");
    sql!("sql", "BEGIN");
    sql!("sql", "SELECT id FROM items; SELECT id FROM shelves");
    sql!("sql", "-- nothing");
    sql!("sql", "SELECT id FRM items");
    sql!("sql", "SELECT id FROM items FOR SHARE");
}
