//! What `dsql-migrate adopt` asks of other tools' tables.

use super::Verdict::{Likely, Seen};
use super::{Form, Group, Sender, form};
use crate::sql::elsewhere::{self, Rows, Wanted, tables};

pub(super) fn group() -> Group {
    let mut forms = vec![
        form(
            "which tables are there",
            "first",
            vec![
                tables(Wanted::OneOf(&["schema_migrations", "_sqlx_migrations"])),
                tables(Wanted::In { schema: "drizzle", table: "__drizzle_migrations" }),
            ],
        )
        .rests_on(
            "pg_table_is_visible, format_type, a join of three catalogs",
            "AWS's SQLAlchemy dialect sends all three, 2026-08-17.",
            Seen,
        ),
    ];
    forms.extend(
        [
            ("rows of three-columns", &elsewhere::THREE_COLUMNS),
            ("rows of refinery", &elsewhere::REFINERY),
            ("rows of sqlx", &elsewhere::SQLX),
            ("rows of golang-migrate", &elsewhere::GOLANG_MIGRATE),
            ("rows of goose", &elsewhere::GOOSE),
            ("rows of flyway", &elsewhere::FLYWAY),
            ("rows of drizzle", &elsewhere::DRIZZLE),
        ]
        .map(|(name, rows)| of_tool(name, rows)),
    );
    forms.push(of_tool("rows of drizzle-dsql", &elsewhere::DRIZZLE_DSQL).not_reached(
        "no test has a table as AWS's Drizzle adapter makes it; what its rows mean is tested without one.",
    ));
    Group {
        title: "Taking over another tool's table",
        about: "Sent by `dsql-migrate adopt` beside what the library sends for it (records, the lease). The table is \
                only read.",
        forms: forms
            .into_iter()
            .map(|one| {
                one.sent_by(Sender::Adopt)
                    .if_refused("adopt ends with the server's words, and nothing was written.")
            })
            .collect(),
    }
}

fn of_tool(name: &'static str, rows: &Rows) -> Form {
    form(name, "when its table was found", vec![rows.of("\"public\".\"history\"")]).rests_on(
        "columns of a table, some as text",
        "Recorded 2026-09-18 (probes q_cast, q_where). Whatever other types the tool's table has on a cluster, its text \
         form is PostgreSQL's.",
        Likely,
    )
}
