//! The replay: every probe on an empty database, its setup first, step by step.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use super::probe::{Probe, probes};
use super::render::{normal, render};
use super::target::{Remote, Target, settled};
use super::{DIFFERENCES, RECORDED};
use crate::backend::Answer;
use crate::cluster::Cluster;
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
    /// What the emulator answered.
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

/// Asks an emulator, at an endpoint of its own, everything that was recorded.
///
/// # Errors
/// When a connection breaks or a probe's setup is refused: a different answer is no error.
pub async fn replay(cluster: &Cluster) -> Result<Report, Error> {
    // Long enough that a job is still running when the next step comes, as it was on the cluster.
    // Jobs of earlier probes end during later ones; what that does to a connection is not what is compared here.
    let options = Options::new().job_time(Duration::from_millis(500)).insecure(true).catalog_conflicts(false);
    let endpoint = cluster.new_endpoint_with(options).await?;
    compare(&Target::Endpoint(&endpoint)).await
}

/// Asks a cluster everything that was recorded, in a schema of its own that is dropped again: a real cluster, at port 5432 with a
/// token for `admin` and the authority in `ca_pem`, or an emulator served with TLS.
///
/// # Errors
/// As for [`replay`].
pub async fn replay_at(host: &str, port: u16, token: &str, ca_pem: &str) -> Result<Report, Error> {
    let target = Remote::new(host, port, token, ca_pem)?;
    compare(&Target::Remote(&target)).await
}

async fn compare(target: &Target<'_>) -> Result<Report, Error> {
    let reasons: BTreeMap<&str, &str> =
        DIFFERENCES.lines().filter_map(|line| line.split_once('\t')).collect();
    let mut report = Report::default();
    for probe in probes(RECORDED) {
        let mut answered = Vec::new();
        for _ in 0..5 {
            target.reset().await?;
            answered = ask(target, &probe).await.map_err(Error::io("replaying"))?;
            // A job of an earlier probe has ended and changed the catalog; the recordings were made again then, too.
            if !answered.iter().any(|answer| answer.contains("(OC001)")) {
                break;
            }
        }
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

async fn ask(target: &Target<'_>, probe: &Probe) -> io::Result<Vec<String>> {
    let mut first = target.connect().await?;
    for statement in &probe.setup {
        settled(&mut first, statement).await?;
    }
    let mut connections = vec![first];
    // After the setup, so that they know the catalog that it has made.
    for _ in probe.sessions.iter().skip(1) {
        connections.push(target.connect().await?);
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
