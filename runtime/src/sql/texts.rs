//! What the lease and the records send, word by word: the evidence in `docs/own-sql.md` is about these words.
//!
//! `UPDATE_TEXTS=1 cargo test -p dsql-migrate --lib texts` writes them down anew; read the difference.

use super::lease::{self, HookWord};
use super::ledger::LedgerForm;
use super::record::{self, Author, Identities};
use super::tables::TableNames;
use crate::core::{FencingToken, FreeLease, LeaseHolder, StepId, Write};
use crate::testing::{ddl, dml, index, plan};
use std::fmt::Write as _;
use std::time::Duration;

const TEXTS: &str = include_str!("texts.txt");

fn all() -> String {
    let tables =
        TableNames { schema: Some("app".into()), ledger: "schema_migrations".into(), form: LedgerForm::Own };
    let (quiet, length) = (Duration::from_secs(330), Duration::from_secs(30));
    let token = FencingToken { fence: 4, seq: 7 };
    let free = |abandoned_by: Option<&str>, has_companions: bool, known: &str| FreeLease {
        token: Some(token),
        has_companions,
        abandoned_by: abandoned_by.map(|holder| LeaseHolder {
            holder: holder.into(),
            since: "2026-10-01".into(),
            seconds_left: -5,
        }),
        known: known.into(),
    };
    let plan = plan(vec![
        ("1", vec![ddl("CREATE TABLE t"), dml(&["INSERT 1", "INSERT 2"])]),
        ("2", vec![index("i", &[])]),
    ]);
    let author = Author { tables: &tables, holder: "me", token, length };
    let id = |migration, step| StepId { migration, step };
    let mut out = String::new();
    let mut say = |name: &str, sql: &str| {
        let _ = writeln!(out, "{name}:\n    {}\n", sql.replace("; ", ";\n    ").replace("\n;\n", ";\n    "));
    };
    say("read", &lease::read(&tables, quiet));
    say(
        "take, the first time",
        &lease::take(&tables, "me", &FreeLease { token: None, ..free(None, false, "") }, length),
    );
    say("take, given back", &lease::take(&tables, "me", &free(None, true, ""), length));
    say("take, of another", &lease::take(&tables, "me", &free(Some("other"), true, ""), length));
    say("take, of our own", &lease::take(&tables, "me", &free(Some("me"), true, ""), length));
    say(
        "take, of an older version",
        &lease::take(&tables, "me", &free(None, false, "0001 after_migrate"), length),
    );
    say("renew", &lease::renew(&tables, "me", 4, length));
    say("release", &lease::release(&tables, "me", token, None, None));
    let sweep = Write::Sweep { version: "1".into(), from: 3, to: 9, last: false };
    let last = Write::Sweep { version: "1".into(), from: 3, to: 9, last: true };
    let swept = record::sweep_sql(&tables, &last);
    say("release, with what is left", &lease::release(&tables, "me", token, Some("0001 0002"), swept));
    for word in [HookWord::Keep, HookWord::Set, HookWord::Clear] {
        let (check, count) = lease::fence(&tables, "me", token, length, word);
        say(&format!("fence, {word:?}"), &format!("{check}; {count}"));
    }
    let writes = [
        Write::Intent(id(0, 0)),
        Write::Intent(id(1, 0)),
        Write::Done(id(0, 0)),
        Write::Submitted(id(1, 0), "j".into()),
        Write::Forget(id(0, 0)),
        Write::Complete(0),
        Write::Adopt(0),
        Write::Close(0),
        Write::HookOwed,
        Write::HookDone,
        sweep,
        last,
    ];
    for write in writes {
        for identities in [Identities::Asked, Identities::LeftOut] {
            let message = record::record(author, &plan, &[], std::slice::from_ref(&write), identities);
            say(&format!("record, {write:?}, {identities:?}, asks {}", message.asks_catalog), &message.sql);
        }
    }
    let rows: Vec<_> = match &plan.migrations[0].steps[1].kind {
        dsql_migrate_plan::StepKind::Dml { statements } => statements.iter().collect(),
        _ => Vec::new(),
    };
    let message = record::record(author, &plan, &rows, &[Write::Complete(0)], Identities::Asked);
    say(&format!("rows, of the user {:?}", message.user), &message.sql);
    let adopted =
        record::adopt(author, &plan, &[(0, None), (1, Some("2026-10-01".into()))], &[Write::Close(0)]);
    say("adopt", &adopted.sql);
    out
}

#[test]
fn what_is_sent_is_what_was_read() {
    let texts = all();
    if std::env::var_os("UPDATE_TEXTS").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/sql/texts.txt");
        std::fs::write(file, &texts).unwrap();
        return;
    }
    assert_eq!(texts, TEXTS);
}
