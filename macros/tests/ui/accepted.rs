//! A set that is right embeds as constants, in either form.

use dsql_migrate::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("accepted", catalog = true, table = "ledger", schema = "app");

embed_migrations! {
    /// The same, with a test that it is fresh.
    pub static AGAIN = "accepted", dialect = "2026-09-30"
}

fn main() {
    let names: Vec<_> = MIGRATIONS.iter().map(|migration| (migration.version(), migration.name())).collect();
    assert_eq!(names, [("0001", "first"), ("0002", "second"), ("3", "Third")]);
    assert_eq!(AGAIN.digest(), MIGRATIONS.digest());
    assert!(AGAIN.check_fresh().is_ok());
}
