use dsql_migrate::sql;

fn main() {
    let id = 1;
    sql!("sql", "SELECT title FROM items WHERE id = $1", id);
    sql!("sql", "SELECT title FROM items WHERE id = $1", &id);
    sql!("sql", "SELECT title FROM items", deny(trunkate));
    sql!(format!("SELECT title FROM items"));
    sql!("nowhere", "SELECT title FROM items");
    sql!();
}
