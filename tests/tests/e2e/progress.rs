//! What listeners and logs are told of a run.

use crate::support::{Database, Written, database, database_with, quick, set};
use dsql_migrate::{Event, JobState, Kind, Options};
use dsql_migrate_tests::relay::Side;
use dsql_migrate_tests::sets;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A listener that keeps everything.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Event>>>);

impl Heard {
    fn listening(&self, options: Options) -> Options {
        let heard = Arc::clone(&self.0);
        options.progress(move |event: &Event| {
            heard.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
        })
    }

    fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn small() -> dsql_migrate::Migrations {
    set(&[(
        "0001_t.sql",
        "CREATE TABLE t (id int PRIMARY KEY, a int);\nINSERT INTO t VALUES (1, 1);\nCREATE INDEX ASYNC t_a ON t (a);",
    )])
}

#[tokio::test]
async fn a_listener_hears_of_every_step_in_order() {
    let database = database().await;
    let heard = Heard::default();
    let options = heard.listening(Options::default());
    small().with(options).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    let events = heard.events();
    assert!(matches!(events.first(), Some(Event::RunStarted { migrations: 1, .. })), "{events:?}");
    assert!(matches!(events.last(), Some(Event::RunFinished { applied: 1, .. })), "{events:?}");
    let finished: Vec<(usize, Kind)> = events
        .iter()
        .filter_map(|event| match event {
            Event::StepFinished { step, .. } => Some((step.step, step.kind)),
            _ => None,
        })
        .collect();
    assert_eq!(finished, [(1, Kind::Ddl), (2, Kind::Dml), (3, Kind::AsyncDdl)]);
    let position = |wanted: fn(&Event) -> bool| {
        events.iter().position(wanted).unwrap_or_else(|| panic!("not told: {events:?}"))
    };
    let order = [
        position(|it| matches!(it, Event::Connected { again: false, attempts: 1, .. })),
        position(|it| matches!(it, Event::LeaseTaken { from: None, .. })),
        position(|it| matches!(it, Event::MigrationStarted { steps: 3, .. })),
        position(|it| matches!(it, Event::StepStarted { attempt: 1, .. })),
        position(|it| matches!(it, Event::MigrationFinished { .. })),
    ];
    assert!(order.is_sorted(), "{order:?} {events:?}");
}

#[tokio::test]
async fn a_job_is_told_with_its_state_and_time() {
    let database = database_with(|options| options.job_time(Duration::from_secs(2))).await;
    let heard = Heard::default();
    let options = heard.listening(Options::default());
    small().with(options).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    let jobs: Vec<(JobState, Duration, String)> = heard
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Job { state, elapsed, object, job_id, .. } => {
                assert!(!job_id.is_empty());
                Some((state, elapsed, object))
            }
            _ => None,
        })
        .collect();
    let states: Vec<JobState> = jobs.iter().map(|(state, ..)| *state).collect();
    assert_eq!(states.first(), Some(&JobState::Started));
    assert!(states.contains(&JobState::Running), "{states:?}");
    assert_eq!(states.last(), Some(&JobState::Succeeded));
    assert!(jobs.iter().map(|(_, elapsed, _)| elapsed).is_sorted(), "{jobs:?}");
    assert!(jobs.last().is_some_and(|(_, elapsed, _)| *elapsed >= Duration::from_secs(1)), "{jobs:?}");
    assert_eq!(jobs[0].2, "index t_a on t");
}

#[tokio::test]
async fn who_waits_is_told_for_whom() {
    let database = database_with(|options| options.job_time(Duration::from_secs(2))).await;
    let (migrations, config) = (small(), database.config());
    let heard = Heard::default();
    let (one, other) =
        tokio::join!(async { migrations.with(quick().holder("first")).run(&config).await }, async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            migrations.with(heard.listening(quick())).run(&config).await
        });
    assert_eq!(one.expect("one ends well").applied.len() + other.expect("the other too").applied.len(), 1);
    let waited = heard.events().into_iter().find_map(|event| match event {
        Event::LeaseWaiting { holder, since, .. } => Some((holder, since)),
        _ => None,
    });
    let (holder, since) = waited.expect("it was told");
    assert!(holder.starts_with("first/") && !since.is_empty(), "{holder} {since}");
}

/// Whichever message is lost, the report and the events still name everything that the run has applied, once.
#[tokio::test]
async fn a_lost_answer_loses_no_news() {
    let mut running = tokio::task::JoinSet::new();
    for message in 0..40 {
        running.spawn(async move {
            let database = database().await;
            database.relay.cut_at(message, Side::After);
            let heard = Heard::default();
            let set = sets::every_kind().unwrap_or_else(|refusal| panic!("{refusal}"));
            let run = set.with(heard.listening(Options::default())).run(&database.config()).await;
            let report = run.unwrap_or_else(|error| panic!("cut after {message}: {error}"));
            let applied: Vec<&str> = report.applied.iter().map(|it| it.version.as_str()).collect();
            let all: Vec<&str> = set.iter().map(|it| it.version()).collect();
            assert_eq!(applied, all, "cut after {message}");
            let events = heard.events();
            let finished: Vec<&str> = events
                .iter()
                .filter_map(|event| match event {
                    Event::MigrationFinished { version, .. } => Some(version.as_str()),
                    _ => None,
                })
                .collect();
            assert_eq!(finished, all, "cut after {message}");
            let again = events.iter().any(|event| matches!(event, Event::Connected { again: true, .. }));
            assert!(again || database.relay.cuts() == 0, "cut after {message}: {events:?}");
        });
        if running.len() == 12 {
            running.join_next().await.expect("some are running").expect("no panic");
        }
    }
    while let Some(ended) = running.join_next().await {
        ended.expect("no panic");
    }
}

#[tokio::test]
async fn a_listener_that_panics_or_hangs_does_not_harm_the_run() {
    let database = database().await;
    let options = Options::default().progress(|_: &Event| panic!("as intended"));
    let report = small().with(options).run(&database.config()).await.expect("it runs");
    assert_eq!(report.applied.len(), 1);
    database.assert_at_rest().await;
    let options = Options::default().progress(|_: &Event| std::thread::sleep(Duration::from_secs(3600)));
    assert!(small().with(options).run(&database.config()).await.expect("it runs").is_current());
}

/// Everything at the finest level, of runs that connect, retry, fail to connect and fail.
#[tokio::test]
async fn nothing_that_is_told_holds_the_password() {
    const PASSWORD: &str = "hunter2-4f6e";
    let written = Written::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer({
            let written = written.clone();
            move || written.clone()
        })
        .finish();
    // Of this thread only, on which a test's runtime runs everything.
    let guard = tracing::subscriber::set_default(subscriber);
    let heard = Heard::default();
    let told = run_of_every_fate(&heard, PASSWORD).await;
    drop(guard);
    let (log, events) = (written.text(), format!("{:?}", heard.events()));
    assert!(log.contains("migration_finished") && log.contains("run_failed"), "{log}");
    assert!(events.contains("RunFinished") && events.contains("RunFailed"), "{events}");
    for text in [log, events, told] {
        assert!(!text.contains(PASSWORD), "{text}");
    }
}

async fn run_of_every_fate(heard: &Heard, password: &str) -> String {
    let database: Database = database().await;
    let mut config = database.config();
    config.password(password);
    database.relay.cut_at(12, Side::After);
    let report = small().with(heard.listening(quick())).run(&config).await.expect("any password will do");
    let refused = set(&[("0002_u.sql", "CREATE TABLE t (id int PRIMARY KEY);")]);
    let options = || quick().missing_files(dsql_migrate::UnknownVersions::Accept);
    let refused = refused.with(heard.listening(options())).run(&config).await.expect_err("t is there");
    // A port on which nobody listens.
    let mut nowhere = config.clone();
    nowhere.port(1);
    let retry = dsql_migrate::Retry::default().tries(2);
    let unreachable = small().with(heard.listening(quick().retry(retry))).run(&nowhere).await;
    let unreachable = unreachable.expect_err("nobody is there");
    format!("{report:?} {refused:?} {refused} {unreachable:?} {unreachable}")
}
