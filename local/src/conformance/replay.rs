//! The replay: every probe on an empty database, its setup first, step by step.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use tokio::net::TcpStream;

use super::probe::{Probe, probes};
use super::render::{normal, render};
use super::{DIFFERENCES, RECORDED};
use crate::backend::{Answer, Backend, Refused};
use crate::cluster::Cluster;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::options::Options;

/// How one recorded probe compares.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Comparison {
    /// The probe's name.
    pub id: String,
    /// What the cluster answered, a step a line.
    pub recorded: Vec<String>,
    /// What the stand-in answered.
    pub answered: Vec<String>,
    /// Whether codes, texts, tags, columns and rows are equal.
    pub equal: bool,
    /// Why they differ, when that is known.
    pub reason: Option<String>,
}

/// How all of them compare.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// One comparison a probe, in the order of the recordings.
    pub comparisons: Vec<Comparison>,
}

impl Report {
    /// The number of probes that were answered alike.
    #[must_use]
    pub fn equal(&self) -> usize {
        self.comparisons.iter().filter(|comparison| comparison.equal).count()
    }

    /// Whether at least 95 % are equal, and every other one is explained.
    #[must_use]
    pub fn kept(&self) -> bool {
        let explained = self.comparisons.iter().all(|c| c.equal || c.reason.is_some());
        explained && self.equal() * 100 >= self.comparisons.len() * 95
    }
}

/// Asks a stand-in of its own everything that was recorded.
///
/// # Errors
/// When the stand-in does not start or a connection breaks: a different answer is no error.
pub async fn replay(cluster: &Cluster) -> Result<Report, Error> {
    // Long enough that a job is still running when the next step comes, as it was on the cluster.
    // Jobs of earlier probes end during later ones; what that does to a connection is not what is compared here.
    let options = Options::new().job_time(Duration::from_millis(500)).insecure(true).catalog_conflicts(false);
    let endpoint = cluster.new_endpoint_with(options).await?;
    let reasons: BTreeMap<&str, &str> =
        DIFFERENCES.lines().filter_map(|line| line.split_once('\t')).collect();
    let mut report = Report::default();
    for probe in probes(RECORDED) {
        endpoint.reset().await?;
        let answered = ask(&endpoint, &probe).await.map_err(Error::io("replaying"))?;
        let answered: Vec<String> = answered.iter().map(|text| normal(&probe.id, text)).collect();
        let recorded: Vec<String> = probe.answers.iter().map(|text| normal(&probe.id, text)).collect();
        let equal = comparable(&probe, &answered) == comparable(&probe, &recorded);
        let reason = reasons.get(probe.id.as_str()).map(ToString::to_string);
        report.comparisons.push(Comparison { id: probe.id, recorded, answered, equal, reason });
    }
    Ok(report)
}

/// Which of two sessions loses was a race on the cluster: only that one did, and when, is compared.
fn comparable(probe: &Probe, answers: &[String]) -> Vec<String> {
    let mut answers = answers.to_vec();
    if let [first, _] = probe.sessions.as_slice() {
        let last = answers.len().saturating_sub(1);
        let middle = first.len() - 1;
        if last > middle && answers.get(middle) > answers.get(last) {
            answers.swap(middle, last);
        }
    }
    answers
}

async fn ask(endpoint: &Endpoint, probe: &Probe) -> io::Result<Vec<String>> {
    let mut connections = Vec::new();
    for _ in &probe.sessions {
        connections.push(connect(endpoint).await?);
    }
    if let Some(first) = connections.first_mut() {
        for statement in &probe.setup {
            let answer = first.query(statement).await?;
            if let Some(error) = answer.error {
                let said = format!("setup of {}: {statement}: {}", probe.id, error.message);
                return Err(io::Error::other(said));
            }
        }
    }
    let mut answers: Vec<Vec<String>> = vec![Vec::new(); connections.len()];
    let steps = probe.sessions.iter().map(Vec::len).max().unwrap_or_default();
    for step in 0..steps {
        for ((connection, statements), answers) in
            connections.iter_mut().zip(&probe.sessions).zip(&mut answers)
        {
            let Some(sql) = statements.get(step) else { continue };
            if probe.whole {
                answers.extend(rendered(&connection.query_all(sql).await?));
            } else {
                answers.push(render(&connection.extended_query(sql).await?));
            }
        }
    }
    Ok(answers.concat())
}

/// The answers of one simple query; the recordings keep only the error when there is one.
fn rendered(all: &[Answer]) -> Vec<String> {
    match all.iter().find(|answer| answer.error.is_some()) {
        Some(error) => vec![render(error)],
        None => all.iter().map(render).collect(),
    }
}

async fn connect(endpoint: &Endpoint) -> io::Result<Backend> {
    let stream = TcpStream::connect(("127.0.0.1", endpoint.port())).await?;
    stream.set_nodelay(true)?;
    let parameters =
        [("user".to_string(), "admin".to_string()), ("database".to_string(), "postgres".to_string())];
    Backend::over(Box::new(stream), &parameters, "local").await.map_err(|refused| match refused {
        Refused::Io(error) => error,
        Refused::Server(error) => io::Error::other(error.message),
    })
}
