//! The statements that we send ourselves, against the list of them: nothing is sent that it does not have, and it has
//! nothing that is not sent. What it says of each is for people; see docs/own-sql.md.

mod page;
mod scenes;

use dsql_migrate::__private::forms::{Form, Sender, groups};
use dsql_migrate::Migrations;
use dsql_migrate_check::{Dialect, Input, Options, check_file};
use dsql_migrate_tests::form;
use dsql_migrate_tests::relay::Relay;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// What was sent, by its form, each with the message that it was first seen in.
#[derive(Default)]
pub(crate) struct Sent(Mutex<BTreeMap<String, String>>);

impl Sent {
    /// Takes in what has gone over a relay, but for what the sets and the caller have sent.
    pub(crate) fn take_in(&self, relay: &Relay, sets: &[&Migrations], own: &[&str]) {
        let of_sets = sets.iter().flat_map(|set| set.plan().migrations.iter()).flat_map(|it| it.steps.iter());
        let mut of_users: BTreeSet<String> = own.iter().map(|sql| form::of_user(sql)).collect();
        for step in of_sets {
            of_users.extend(step.statements().map(|it| form::of_user(&it.sql)));
            of_users.extend(step.settings.iter().map(|it| form::of_user(&it.statement.sql)));
        }
        for message in relay.sent() {
            for statement in form::statements(&message) {
                if of_users.contains(&form::of_user(statement)) {
                    continue;
                }
                let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                for form in form::forms(statement) {
                    sent.entry(form).or_insert_with(|| message.clone());
                }
            }
        }
    }
}

fn listed(senders: &[Sender]) -> Vec<Form> {
    let forms = groups().into_iter().flat_map(|group| group.forms);
    forms.filter(|form| senders.contains(&form.sender)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_what_is_listed() {
    let sent = Arc::new(Sent::default());
    scenes::all(&sent).await;
    let sent = std::mem::take(&mut *sent.0.lock().unwrap_or_else(PoisonError::into_inner));
    let listed = listed(&[Sender::Library, Sender::Refinery]);
    let known: BTreeSet<String> =
        listed.iter().flat_map(|form| &form.samples).flat_map(|sample| form::forms(sample)).collect();
    let mut wrong = String::new();
    for (form, message) in sent.iter().filter(|(form, _)| !known.contains(*form)) {
        wrong += &format!("sent and not listed:\n  {form}\n  in {message}\n");
    }
    for entry in listed.iter().filter(|entry| entry.unreached.is_empty()) {
        for sample in &entry.samples {
            for form in form::forms(sample).iter().filter(|form| !sent.contains_key(*form)) {
                wrong += &format!("listed and not sent, {}:\n  {form}\n  in {sample}\n", entry.name);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn our_own_checker_has_nothing_against_them() {
    let mut wrong = String::new();
    for entry in listed(&[Sender::Library, Sender::Refinery, Sender::Adopt]) {
        for sample in &entry.samples {
            let input = Input {
                path: "sample.sql".to_owned(),
                name: "sample.sql".to_owned(),
                bytes: format!("{};\n", sample.trim_end_matches(';')).into_bytes(),
            };
            let report = check_file(input, Options { dialect: Dialect::LATEST, catalog: false });
            assert_eq!(report.statements, 1, "{sample}");
            let exempt = entry.exempt.map(|(rule, _)| rule);
            for finding in report.diagnostics.iter().filter(|it| Some(it.rule.id) != exempt) {
                wrong += &format!("{}: {}\n  {sample}\n", finding.rule.id, finding.message);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_entry_says_what_it_rests_on() {
    let mut names = BTreeSet::new();
    for group in groups() {
        for form in &group.forms {
            assert!(!form.samples.is_empty() && !form.constructs.is_empty(), "{}", form.name);
            assert!(form.evidence.ends_with('.') && !form.when.is_empty(), "{}", form.name);
            assert!(names.insert((group.title, form.name)), "{} is there twice", form.name);
        }
    }
}
