use dsql_migrate::sql;

fn main() {
    sql!("sql", "SELECT titel FROM items WHERE id = $1");
    sql!("sql", "SELECT headline FROM items WHERE id = $1");
    sql!(
        "sql",
        r#"
        SELECT "title"
        FROM items
        WHERE color = $1
        "#
    );
    sql!("sql", "SELECT name \
                 FROM shelfs");
}
