use dsql_migrate::sql;

fn main() {
    sql!("sql", "UPDATE items SET title = $3 WHERE id = $1");
    sql!("sql", "SELECT title FROM items WHERE id = $0");
}
