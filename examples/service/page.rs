//! The page that shows the migrations. Plain HTML: it needs no script, and everything in it is escaped.

use crate::seen::{Seen, SeenMigration, SeenStep};
use crate::settings::Mode;
use dsql_migrate::{JobState, Kind, MigrationStatus, Migrations, PlannedStep, State, Status};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::time::Duration;

/// What the page shows.
pub(crate) struct View<'v> {
    pub(crate) migrations: &'v Migrations,
    pub(crate) mode: Mode,
    pub(crate) ready: bool,
    pub(crate) seen: Seen,
    pub(crate) status: Result<Status, String>,
}

pub(crate) fn page(view: &View<'_>) -> String {
    let applied = view.status.as_ref().ok().map(|status| {
        status.migrations.iter().filter(|it| matches!(it.state, State::Applied { .. })).count()
    });
    let total = view.migrations.iter().len();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                // While something happens, the page comes again by itself; afterwards it stands still.
                @if !view.ready { meta http-equiv="refresh" content="2"; }
                title { @if view.ready { "Ready" } @else { "Not ready" } " · migrations" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                main {
                    header {
                        h1 { "Migrations" }
                        (service(view))
                    }
                    @if let Err(why) = &view.status {
                        p.notice role="alert" { (why) ". Shown is what this process knows." }
                    }
                    dl.summary {
                        div {
                            dt { "Applied" }
                            dd { @match applied { Some(applied) => (applied), None => "?" } " of " (total) }
                        }
                        div { dt { "This process" } dd { (mode(view.mode)) } }
                        div { dt { "Migrating now" } dd { (holder(view)) } }
                        div { dt { "Set" } dd { code { (short(&view.migrations.digest(), 12)) } } }
                    }
                    div.columns aria-hidden="true" {
                        span {} span { "Version" } span { "Name" } span { "State" } span { "Phase" }
                        span { "Applied" } span.took { "Took here" }
                    }
                    ol.migrations {
                        @for (position, planned) in view.migrations.iter().enumerate() {
                            @let status = view.status.as_ref().ok().and_then(|it| it.migrations.get(position));
                            li { (migration(view, position, status, planned.phase().as_str())) }
                        }
                    }
                    (unknown(view.status.as_ref().ok()))
                }
                footer {
                    "Took here: what this process did itself; the database keeps when a migration was applied. "
                    a href="/migrations" { "As JSON" }
                }
            }
        }
    }
    .into_string()
}

fn service(view: &View<'_>) -> Markup {
    html! {
        @if view.ready {
            p.badge.good { "Ready" }
        } @else if view.seen.waiting_for.is_some() || view.mode == Mode::Wait {
            p.badge.busy { "Waiting for another instance" }
        } @else {
            p.badge.busy { "Migrating" }
        }
    }
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Apply => "applies what is pending",
        Mode::Verify => "starts only when all is applied",
        Mode::Wait => "waits until all is applied",
    }
}

fn holder(view: &View<'_>) -> Markup {
    let lease = view.status.as_ref().ok().and_then(|status| status.lease.as_ref());
    html! {
        @match lease {
            Some(lease) if lease.seconds_left >= 0 => { (lease.holder) " since " (time(&lease.since)) }
            Some(lease) => { (lease.holder) ", not heard of lately" }
            None => "nobody",
        }
    }
}

/// How a migration stands: the class of its badge, and its word.
fn state(status: Option<&MigrationStatus>, seen: Option<&SeenMigration>) -> (&'static str, String) {
    match status.map(|status| &status.state) {
        Some(State::Applied { adopted: true, .. }) => ("good", "adopted".to_owned()),
        Some(State::Applied { .. }) => ("good", "applied".to_owned()),
        Some(State::Edited { .. }) => ("bad", "edited since".to_owned()),
        Some(State::InFlight { done, steps, .. }) => ("busy", format!("{done} of {steps} steps")),
        Some(_) => ("idle", "pending".to_owned()),
        None if seen.is_some_and(|seen| seen.took.is_some()) => ("good", "applied".to_owned()),
        None => ("idle", "unknown".to_owned()),
    }
}

fn migration(view: &View<'_>, position: usize, status: Option<&MigrationStatus>, phase: &str) -> Markup {
    let Some(planned) = view.migrations.iter().nth(position) else { return html! {} };
    let seen = view.seen.migrations.get(planned.version());
    let (class, word) = state(status, seen);
    let applied_at = status.and_then(|status| match &status.state {
        State::Applied { at, .. } | State::Edited { at, .. } => Some(at),
        _ => None,
    });
    let newest = position + 1 == view.migrations.iter().len() && class == "good";
    html! {
        details open[newest || class == "busy"] {
            summary {
                span.version { (planned.version()) }
                span.name { (planned.name()) }
                span.badge.(class) { (word) }
                span.phase.(phase) { (phase) }
                span.when title="applied" { @if let Some(at) = applied_at { (time(at)) } @else { "–" } }
                span.took title="took here" { @if let Some(took) = seen.and_then(|seen| seen.took) { (duration(took)) } @else { "–" } }
            }
            table {
                thead {
                    tr {
                        th scope="col" { "Step" }
                        th scope="col" { "Kind" }
                        th scope="col" { "Statement" }
                        th scope="col" { "Took here" }
                    }
                }
                tbody {
                    @for step in planned.steps() {
                        (row(&step, seen.and_then(|seen| seen.steps.get(&step.step))))
                    }
                }
            }
        }
    }
}

fn row(step: &PlannedStep, seen: Option<&SeenStep>) -> Markup {
    html! {
        tr {
            td.number { (step.step) }
            td.kind { (kind(step.kind)) }
            td.sql {
                @for statement in &step.statements {
                    pre { code { (statement.sql) } }
                }
            }
            td.took {
                @match seen {
                    Some(seen) => {
                        @if !seen.is_done() { "for " }
                        (duration(seen.time()))
                        @if seen.attempts > 1 { small { (seen.attempts) " attempts" } }
                        @if let Some((id, state)) = &seen.job {
                            small title=(id) { "job " (job(*state)) }
                        }
                    }
                    None => "–",
                }
            }
        }
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Ddl => "DDL",
        Kind::AsyncDdl => "DDL, job",
        Kind::Dml => "DML",
        _ => "other",
    }
}

fn job(state: JobState) -> &'static str {
    state.as_str()
}

fn unknown(status: Option<&Status>) -> Markup {
    let unknown = status.map(|status| status.unknown.as_slice()).unwrap_or_default();
    html! {
        @if !unknown.is_empty() {
            h2 { "Applied, without a file in this binary" }
            ul.unknown {
                @for migration in unknown {
                    li {
                        span.version { (migration.version) } " " span.name { (migration.name) } " "
                        span.when { (time(&migration.at)) }
                    }
                }
            }
        }
    }
}

/// A time as the server writes it, to the second.
fn time(at: &str) -> Markup {
    let (moment, zone) = match at.rfind(['+', '-']).filter(|sign| *sign > "2026-01-01".len()) {
        Some(sign) => at.split_at(sign),
        None => (at, ""),
    };
    let moment = moment.split('.').next().unwrap_or(moment);
    let zone = if zone == "+00" { "UTC" } else { zone };
    html! { time datetime=(at.replacen(' ', "T", 1)) { (moment) (PreEscaped("&nbsp;")) (zone) } }
}

fn duration(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        seconds @ 1..=59 => format!("{seconds}.{} s", duration.subsec_millis() / 100),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

fn short(text: &str, length: usize) -> &str {
    text.get(..length).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(status: Result<Status, String>) -> String {
        let (mode, ready, seen) = (Mode::Apply, false, Seen::default());
        page(&View { migrations: &crate::MIGRATIONS, mode, ready, seen, status })
    }

    #[test]
    fn what_the_database_cannot_tell_is_said() {
        let page = view(Err("the database cannot be read <now>".to_owned()));
        assert!(page.contains("the database cannot be read &lt;now&gt;"), "{page}");
        for migration in crate::MIGRATIONS.iter() {
            assert!(page.contains(migration.version()) && page.contains(migration.name()));
        }
    }

    #[test]
    fn times_and_durations_are_short() {
        assert_eq!(
            time("2026-11-21 16:42:46.123+00").into_string(),
            "<time datetime=\"2026-11-21T16:42:46.123+00\">2026-11-21 16:42:46&nbsp;UTC</time>"
        );
        assert!(time("2026-11-21 16:42:46+05:30").into_string().contains("16:42:46&nbsp;+05:30"));
        assert!(time("<b>").into_string().contains("&lt;b&gt;"));
        assert_eq!(duration(Duration::from_millis(412)), "412 ms");
        assert_eq!(duration(Duration::from_millis(1999)), "1.9 s");
        assert_eq!(duration(Duration::from_secs(200)), "3 min 20 s");
    }
}
