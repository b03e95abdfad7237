//! The process that is killed: a service's boot.

use dsql_migrate::Options;
use dsql_migrate_tests::sets;
use std::process::ExitCode;
use std::time::Duration;
use tokio::io::AsyncReadExt;
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
    Options::default().lease(Duration::from_secs(1), Duration::from_millis(500))
}

/// Migrates; the code tells whether it went well.
pub(crate) async fn migrate(port: u16) -> ExitCode {
    let migrations = match sets::every_kind() {
        Ok(migrations) => migrations,
        Err(refusal) => {
            eprintln!("{refusal}");
            return ExitCode::from(2);
        }
    };
    let (runner, config) = (migrations.with(options()), config(port));
    tokio::select! {
        run = runner.run(&config) => match run {
            Ok(_) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        () = orphaned() => ExitCode::FAILURE,
    }
}

/// Ready when the soak itself has been killed, so that nothing is left of it.
async fn orphaned() {
    let mut byte = [0];
    // Nothing is ever written: the read ends with the writer.
    let _ = tokio::io::stdin().read(&mut byte).await;
}
