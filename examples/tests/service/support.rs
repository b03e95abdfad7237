//! Runs the service as a process and talks to it.

use dsql_local::{Cluster, Endpoint, Options};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long anything may take on a loaded machine.
pub const LIMIT: Duration = Duration::from_secs(60);

/// An emulator of the test's own.
pub async fn database(options: Options) -> (Cluster, String) {
    let cluster = Cluster::start(options).await.expect("an emulator starts");
    let url = cluster.url();
    (cluster, url)
}

/// The service as a process, which ends with the test.
pub struct Service {
    process: Child,
    lines: Receiver<String>,
    pub said: Vec<String>,
    pub address: String,
}

/// An answer.
pub struct Answer {
    pub status: i32,
    pub body: String,
    pub headers: std::collections::HashMap<String, String>,
}

impl Service {
    /// Starts one and waits until it listens.
    pub fn start(variables: &[(&str, &str)]) -> Self {
        let mut service = Self::start_wrong(variables);
        let line = service.line_with("listening on http://");
        let rest = line.split("http://").nth(1).unwrap_or_default();
        service.address = rest.split([' ', '"']).next().unwrap_or_default().to_owned();
        service
    }

    /// Starts one that may never listen.
    pub fn start_wrong(variables: &[(&str, &str)]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_service"))
            .env_remove("DATABASE_URL")
            .env_remove("DSQL_ENDPOINT")
            .env_remove("DSQL_CLUSTER_ID")
            .env_remove("DSQL_REGION")
            .env_remove("AWS_REGION")
            .env_remove("AWS_DEFAULT_REGION")
            .env_remove("RUST_LOG")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the service starts");
        let (told, lines) = channel();
        let outs: [Box<dyn Read + Send>; 2] = [
            Box::new(process.stdout.take().expect("it is piped")),
            Box::new(process.stderr.take().expect("it is piped")),
        ];
        for out in outs {
            let told = told.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(out).lines().map_while(Result::ok) {
                    if told.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        Self { process, lines, said: Vec::new(), address: String::new() }
    }

    /// The next line that has this text in it.
    pub fn line_with(&mut self, text: &str) -> String {
        let started = Instant::now();
        loop {
            let left = LIMIT.saturating_sub(started.elapsed());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("never said {text:?}, only {:#?}", self.said);
            };
            self.said.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        let answer = minreq::get(format!("http://{}{path}", self.address)).with_timeout(20).send();
        let answer = answer.unwrap_or_else(|error| panic!("GET {path}: {error}"));
        let body = answer.as_str().unwrap_or_default().to_owned();
        Answer { status: answer.status_code, body, headers: answer.headers }
    }

    /// Waits until it is ready.
    pub fn ready(&self) {
        let started = Instant::now();
        while self.get("/ready").status != 200 {
            assert!(started.elapsed() < LIMIT, "not ready after {LIMIT:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Sends it SIGTERM, as an orchestrator does.
    pub fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(sent.expect("there is kill").success());
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().expect("it is our child") {
                let limit = Duration::from_secs(20);
                while let Ok(line) = self.lines.recv_timeout(limit) {
                    self.said.push(line);
                }
                return status;
            }
            assert!(started.elapsed() < LIMIT, "it does not end: {:#?}", self.said);
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The rows of a query as text.
pub async fn rows(endpoint: &Endpoint, sql: &str) -> Vec<String> {
    let config: tokio_postgres::Config = endpoint.url().parse().expect("it is a URL");
    let (client, connection) = config.connect(tokio_postgres::NoTls).await.expect("it connects");
    tokio::spawn(connection);
    let messages = loop {
        match client.simple_query(sql).await {
            Ok(messages) => break messages,
            Err(error) if error.code().is_some_and(|code| code.code() == "40001") => {}
            Err(error) => panic!("{sql}: {error}"),
        }
    };
    messages
        .iter()
        .filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|at| row.get(at).unwrap_or("-")).collect::<Vec<_>>().join("|"))
            }
            _ => None,
        })
        .collect()
}
