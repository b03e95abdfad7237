//! Sets of statements that a seed decides, against an emulated cluster that applies them: what passes the checker applies,
//! what the server refuses is refused by the checker at the same statement, and in the end the replayed schema is the
//! server's catalog, object by object.
//!
//! `CHECKER_SETS` is how many, `CHECKER_SEED` the first seed:
//! `CHECKER_SETS=100000 cargo test --release -p dsql-migrate-tests --test checker replayed -- --nocapture`.

mod catalog;

use dsql_local::{Cluster, Endpoint, Options as LocalOptions};
use dsql_migrate_check::{Input, Options, Report, Severity, check_set, replayed};
use dsql_migrate_tests::schema_sets::{Generator, Next};
use std::time::Duration;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// How many statements of a set are tried.
const TRIES: usize = 45;
/// How many sets share a database before it has grown slow.
const SETS_OF_A_DATABASE: u64 = 500;

/// A file of the set, as the statements that were taken.
type Files = Vec<Vec<String>>;

fn inputs(files: &Files) -> Vec<Input> {
    let one = |(at, statements): (usize, &Vec<String>)| {
        let name = format!("{:04}_x.sql", at + 1);
        let sql = format!("{};\n", statements.join(";\n"));
        Input { path: name.clone(), name, bytes: sql.into_bytes() }
    };
    files.iter().filter(|statements| !statements.is_empty()).enumerate().map(one).collect()
}

fn errors(report: &Report) -> Vec<String> {
    let errors = report.diagnostics.iter().filter(|one| one.severity == Severity::Error);
    let shown = |one: &dsql_migrate_check::Diagnostic| {
        let text = report.files.get(one.file).map_or("", |file| file.text());
        let at = text.get(one.span.start..one.span.end).unwrap_or_default();
        format!(
            "{} `{at}`: {} {:?}",
            one.rule.id,
            one.message,
            one.server.as_ref().map(|server| &server.message)
        )
    };
    errors.map(shown).collect()
}

/// The connection to a database, and a new one now and then.
struct Server {
    endpoint: Endpoint,
    client: Client,
}

impl Server {
    async fn open(cluster: &Cluster) -> Self {
        let options = LocalOptions::default().job_time(Duration::ZERO);
        let endpoint = cluster.new_endpoint_with(options).await.expect("an endpoint opens");
        let config: tokio_postgres::Config = endpoint.url().parse().expect("the emulator's URL is one");
        let (client, connection) = config.connect(NoTls).await.expect("the emulator takes a connection");
        tokio::spawn(connection);
        Self { endpoint, client }
    }

    /// Takes away what a set has made; DSQL has room for ten schemas.
    async fn clean(&self) {
        let made = "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname ~ '[0-9]$'";
        for name in self.answers(made).await.expect("the catalog answers") {
            self.apply(&format!("DROP SCHEMA {name} CASCADE")).await.expect("a schema goes");
        }
        for drop in self.answers(IN_PUBLIC).await.expect("the catalog answers") {
            self.apply(&drop).await.expect("what is in public goes");
        }
    }

    /// Applies a statement and waits for the job that it may begin: nothing, or the SQLSTATE and the words.
    async fn apply(&self, sql: &str) -> Result<(), Refusal> {
        let answers = self.answers(sql).await?;
        if sql.contains(" ASYNC ")
            && let Some(job) = answers.first()
        {
            let succeeded = self.answers(&format!("CALL sys.wait_for_job('{job}')")).await?;
            if succeeded.first().is_none_or(|answer| answer != "t") {
                let invalid = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid";
                for index in self.answers(invalid).await? {
                    self.answers(&format!("DROP INDEX {index}")).await?;
                }
                return Err(("23505".to_owned(), "the job has failed".to_owned()));
            }
        }
        Ok(())
    }

    /// The first column of what a statement answers, with as many tries as a stale catalog asks for.
    async fn answers(&self, sql: &str) -> Result<Vec<String>, Refusal> {
        loop {
            match self.client.simple_query(sql).await {
                Ok(messages) => {
                    let first = |message: &SimpleQueryMessage| match message {
                        // A SELECT may give rows without a column.
                        SimpleQueryMessage::Row(row) => row.try_get(0).ok().flatten().map(str::to_owned),
                        _ => None,
                    };
                    return Ok(messages.iter().filter_map(first).collect());
                }
                Err(error) => {
                    let Some(error) = error.as_db_error() else { panic!("{sql}: {error:?}") };
                    if error.code().code() != "40001" {
                        return Err((error.code().code().to_owned(), error.message().to_owned()));
                    }
                }
            }
        }
    }
}

/// What drops all that is in the schema public.
const IN_PUBLIC: &str = "
SELECT format('DROP %s IF EXISTS public.%I CASCADE', CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
    relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
UNION ALL SELECT format('DROP DOMAIN IF EXISTS public.%I CASCADE', typname) FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND typtype = 'd'
UNION ALL SELECT format('DROP FUNCTION IF EXISTS public.%I(%s) CASCADE', proname, pg_get_function_identity_arguments(oid))
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace";

/// A SQLSTATE and the server's words.
type Refusal = (String, String);

/// What rows decide, and no schema: a value that is there twice, also where a job meets it, is out of range, or is none of
/// its type.
fn is_about_rows(code: &str) -> bool {
    code.starts_with("23") || code.starts_with("22")
}

/// What the replay does not follow: views that come to read each other, the types of expressions, and the keys of the table
/// below a view.
fn is_not_followed(message: &str) -> bool {
    const WORDS: &[&str] = &[
        "infinite recursion",
        "cannot change data type of view column",
        "there is no unique or exclusion constraint matching the ON CONFLICT specification",
    ];
    WORDS.iter().any(|words| message.starts_with(words))
}

async fn differences(server: &Server, seed: u64) -> Vec<String> {
    let suffix = format!("{seed}");
    let mut generator = Generator::new(seed, &suffix);
    let mut files: Files = vec![Vec::new()];
    let mut found = Vec::new();
    server.apply("RESET ALL").await.expect("settings are the session's");
    for _ in 0..TRIES {
        let statement = match generator.statement() {
            Next::Statement(statement) => statement,
            Next::File => {
                server.apply("RESET search_path").await.expect("settings are the session's");
                files.push(Vec::new());
                continue;
            }
        };
        let answer = server.apply(&statement.sql).await;
        match answer {
            Ok(()) => {
                files.last_mut().expect("there is a file").push(statement.sql.clone());
                generator.taken(statement);
            }
            Err((code, message)) if is_about_rows(&code) || is_not_followed(&message) => {}
            Err((code, message)) => {
                let mut with = files.clone();
                with.last_mut().expect("there is a file").push(statement.sql.clone());
                let report = check_set(inputs(&with), Options::default());
                if errors(&report).is_empty() {
                    found.push(format!("passes: {}\n    server: {code} {message}", statement.sql));
                }
            }
        }
    }
    let inputs = inputs(&files);
    let report = check_set(inputs.clone(), Options::default());
    for error in errors(&report) {
        found.push(format!("refused, and the server takes it: {error}"));
    }
    if found.is_empty() {
        found = {
            let of_server = server.answers(&catalog::objects(&suffix)).await.expect("the catalog answers");
            catalog::differences(&replayed(&inputs), of_server.into_iter().collect())
        };
    }
    if !found.is_empty() {
        let shown: Vec<_> = files.iter().map(|statements| statements.join(";\n")).collect();
        found.push(format!("the set of seed {seed}:\n{}", shown.join(";\n-- file\n")));
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn sets_are_judged_as_the_server_does() {
    let sets = crate::number("CHECKER_SETS", 120);
    let first = crate::number("CHECKER_SEED", 1);
    println!("{sets} sets from seed {first}");
    let cluster = Cluster::start(LocalOptions::default()).await.expect("an emulator starts");
    let mut server = Server::open(&cluster).await;
    let mut all = Vec::new();
    for seed in first..first + sets {
        if (seed - first) % SETS_OF_A_DATABASE == SETS_OF_A_DATABASE - 1 {
            server = Server::open(&cluster).await;
        }
        let found = differences(&server, seed).await;
        server.clean().await;
        if !found.is_empty() {
            println!("seed {seed}:\n{}", found.join("\n"));
            all.push(seed);
        }
    }
    assert!(all.is_empty(), "{} sets differ: {all:?}", all.len());
    drop(server.endpoint);
}
