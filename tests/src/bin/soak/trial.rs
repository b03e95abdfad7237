//! One database, and instances that are killed until one of them is left alone.

use crate::child;
use dsql_local::Cluster;
use dsql_migrate_tests::relay::{Relay, Side};
use dsql_migrate_tests::sets;
use fastrand::Rng;
use std::collections::BTreeMap;
use std::fmt;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, ChildStdin, Command};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// How long the last instances, which nobody kills, may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What was counted.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    trials: u32,
    pub(crate) kills: u32,
    conflicts: u32,
    take_overs: i64,
    doubled: u32,
    lost: u32,
    stuck: u32,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Self) {
        self.trials += other.trials;
        self.kills += other.kills;
        self.conflicts += other.conflicts;
        self.take_overs += other.take_overs;
        self.doubled += other.doubled;
        self.lost += other.lost;
        self.stuck += other.stuck;
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.doubled + self.lost + self.stuck == 0
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "trials {}, cuts {}, with conflicts {}, take-overs {}, doubled {}, lost {}, stuck {}",
            self.trials, self.kills, self.conflicts, self.take_overs, self.doubled, self.lost, self.stuck
        )
    }
}

/// A database's state: the answers to each of [`sets::STATE`].
pub(crate) type State = Vec<Vec<String>>;

/// One trial; its number and the seed decide everything but the scheduling.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial {
    pub(crate) number: u64,
    pub(crate) seed: u64,
}

/// The state that a run leaves that nothing disturbs.
pub(crate) async fn undisturbed(cluster: &Cluster) -> Result<State, String> {
    let endpoint = cluster.new_endpoint().await.map_err(|error| error.to_string())?;
    let config = child::config(endpoint.port());
    let run = sets::every_kind()?.with(child::options()).run(&config).await;
    run.map_err(|error| error.to_string())?;
    state(&connect(endpoint.port()).await?).await
}

impl Trial {
    pub(crate) async fn run(self, cluster: &Cluster, expected: &State) -> Result<Counts, String> {
        let mut rng = Rng::with_seed(self.seed ^ self.number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let endpoint = cluster.new_endpoint().await.map_err(|error| error.to_string())?;
        let relay = Relay::start(endpoint.port()).await.map_err(|error| error.to_string())?;
        let mut counts = Counts { trials: 1, ..Counts::default() };
        let share = [0.0, 0.0, 0.1, 0.5][rng.usize(0..4)];
        if share > 0.0 {
            relay.conflict(share, rng.u64(..));
            counts.conflicts = 1;
        }
        for _ in 0..rng.u32(1..6) {
            let mut instances = start(relay.port(), [1, 1, 2, 4][rng.usize(0..4)])?;
            self.kill(&mut instances, &relay, &mut rng).await?;
            counts.kills += u32::try_from(instances.len()).unwrap_or_default();
        }
        let mut last = start(relay.port(), [1, 2, 4, 16][rng.usize(0..4)])?;
        for instance in &mut last {
            match tokio::time::timeout(PATIENCE, instance.child.wait()).await {
                Ok(Ok(status)) if status.success() => {}
                Ok(other) => {
                    counts.stuck = 1;
                    eprintln!("trial {}: an instance ended with {other:?}", self.number);
                }
                Err(_) => {
                    counts.stuck = 1;
                    eprintln!("trial {}: an instance did not end", self.number);
                }
            }
        }
        let client = connect(endpoint.port()).await?;
        let fences = rows(&client, "SELECT fence - 1 FROM schema_migrations_lease").await?;
        counts.take_overs = fences.first().and_then(|fence| fence.parse().ok()).unwrap_or_default();
        self.compare(expected, &state(&client).await?, &mut counts);
        Ok(counts)
    }

    /// Kills all of them at once: at a message of theirs, or at some moment.
    async fn kill(self, instances: &mut [Instance], relay: &Relay, rng: &mut Rng) -> Result<(), String> {
        let (message, side) = (rng.usize(0..60), if rng.bool() { Side::Before } else { Side::After });
        let moment = Duration::from_millis(rng.u64(20..3000));
        if rng.bool() {
            relay.freeze_at(message, side);
            // They may be done before that message.
            let _ = tokio::time::timeout(Duration::from_secs(4), relay.frozen()).await;
        } else {
            tokio::time::sleep(moment).await;
        }
        for instance in instances {
            instance.child.kill().await.map_err(|error| error.to_string())?;
        }
        // What was on its way arrives a little after its sender's death.
        relay.thaw();
        Ok(())
    }

    fn compare(self, expected: &State, found: &State, counts: &mut Counts) {
        if expected == found {
            return;
        }
        eprintln!("trial {} (--seed {} --trial {}):", self.number, self.seed, self.number);
        for (query, (expected, found)) in sets::STATE.iter().zip(expected.iter().zip(found)) {
            if expected != found {
                eprintln!("  {query}\n    expected {expected:?}\n    found    {found:?}");
            }
        }
        // The first query counts how often each row step has written.
        let hits = |state: &State| -> BTreeMap<String, u32> {
            let rows = state.first().cloned().unwrap_or_default();
            let pair = |row: &String| {
                let (step, times) = row.split_once('|')?;
                Some((step.to_owned(), times.parse().ok()?))
            };
            rows.iter().filter_map(pair).collect()
        };
        if hits(found).values().any(|times| *times > 1) {
            counts.doubled = 1;
        } else {
            counts.lost = 1;
        }
    }
}

/// A migrating process, and what tells it that we are still there: waiting for a child closes what it still has.
struct Instance {
    child: Child,
    _tie: Option<ChildStdin>,
}

fn start(port: u16, count: usize) -> Result<Vec<Instance>, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let one = || {
        let mut child = Command::new(&program)
            .args(["migrate", &port.to_string()])
            // Never written to: its end tells the child that its parent is gone.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| error.to_string())?;
        let tie = child.stdin.take();
        Ok(Instance { child, _tie: tie })
    };
    (0..count).map(|_| one()).collect()
}

async fn connect(port: u16) -> Result<Client, String> {
    let (client, connection) = child::config(port).connect(NoTls).await.map_err(|error| error.to_string())?;
    tokio::spawn(connection);
    Ok(client)
}

async fn state(client: &Client) -> Result<State, String> {
    let mut state = Vec::new();
    for query in sets::STATE {
        state.push(rows(client, query).await?);
    }
    Ok(state)
}

/// The rows of a query, columns joined by `|`. A stale catalog is asked again; a missing table has no rows.
async fn rows(client: &Client, query: &str) -> Result<Vec<String>, String> {
    for _ in 0..50 {
        match client.simple_query(query).await {
            Ok(messages) => return Ok(messages.iter().filter_map(row).collect()),
            Err(error) if error.code().is_some_and(|code| code.code() == "40001") => {}
            Err(error) => return Ok(vec![format!("{error:?}")]),
        }
    }
    Err(format!("conflicts without end: {query}"))
}

fn row(message: &SimpleQueryMessage) -> Option<String> {
    let SimpleQueryMessage::Row(row) = message else { return None };
    let values: Vec<&str> = (0..row.len()).map(|column| row.get(column).unwrap_or("-")).collect();
    Some(values.join("|"))
}
