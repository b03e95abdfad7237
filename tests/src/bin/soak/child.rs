//! The process that is killed: a service's boot.

use crate::subject::Subject;
use dsql_migrate::Options;
use std::io::Read;
use std::process::ExitCode;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

/// How a trial's database is reached.
pub(crate) fn config(port: u16) -> Config {
    let mut config = Config::new();
    config.host("127.0.0.1").port(port).user("admin").password("local").dbname("postgres");
    config.ssl_mode(SslMode::Disable);
    config
}

/// Leases short enough that a take-over does not take a minute.
pub(crate) fn options() -> Options {
    Options::default()
        .lease(Duration::from_secs(1), Duration::from_millis(500))
        .job_silence(Duration::from_millis(500))
}

/// Migrates; the code tells whether it went well.
pub(crate) async fn migrate(port: u16, subject: &str) -> ExitCode {
    let migrations = match Subject::parse(subject).and_then(Subject::migrations) {
        Ok(migrations) => migrations,
        Err(refusal) => {
            eprintln!("{refusal}");
            return ExitCode::from(2);
        }
    };
    end_with_parent();
    match migrations.with(options()).run(&config(port)).await {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Ends this process when the soak itself has been killed, so that nothing is left of it. On a thread of its own:
/// a runtime would wait for the read.
fn end_with_parent() {
    std::thread::spawn(|| {
        // Nothing is ever written: the read ends with the writer.
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(1);
    });
}
