//! One database, and instances that are killed until one of them is left alone.

use crate::child;
use crate::subject::{State, Subject, rows};
use dsql_local::Cluster;
use dsql_migrate_tests::relay::{Relay, Side};
use fastrand::Rng;
use std::collections::BTreeMap;
use std::fmt;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, ChildStdin, Command};
use tokio_postgres::{Client, NoTls};

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
    foreign: u32,
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
        self.foreign += other.foreign;
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.doubled + self.lost + self.stuck + self.foreign == 0
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "trials {}, cuts {}, with conflicts {}, take-overs {}, doubled {}, lost {}, stuck {}, foreign {}",
            self.trials,
            self.kills,
            self.conflicts,
            self.take_overs,
            self.doubled,
            self.lost,
            self.stuck,
            self.foreign
        )
    }
}

/// One trial; its number and the seed decide everything but the scheduling.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial {
    pub(crate) number: u64,
    pub(crate) seed: u64,
}

/// The state that a run leaves that nothing disturbs.
pub(crate) async fn undisturbed(cluster: &Cluster, subject: Subject) -> Result<State, String> {
    let endpoint = cluster.new_endpoint().await.map_err(|error| error.to_string())?;
    let client = connect(endpoint.port()).await?;
    let foreign = subject.prepare(&client).await?;
    let config = child::config(endpoint.port());
    let run = subject.migrations()?.with(child::options()).run(&config).await;
    run.map_err(|error| format!("{subject:?}, undisturbed: {error}"))?;
    if subject.foreign(&client).await? != foreign {
        return Err(format!("{subject:?}, undisturbed: objects of others were touched"));
    }
    subject.state(&client).await
}

impl Trial {
    /// Every other trial is of another set.
    pub(crate) fn subject(self) -> Subject {
        match self.number % 2 {
            0 => Subject::EveryKind,
            _ => Subject::Generated(self.seed.wrapping_add(self.number)),
        }
    }

    pub(crate) async fn run(self, cluster: &Cluster, expected: &State) -> Result<Counts, String> {
        let mut rng = Rng::with_seed(self.seed ^ self.number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let endpoint = cluster.new_endpoint().await.map_err(|error| error.to_string())?;
        let relay = Relay::start(endpoint.port()).await.map_err(|error| error.to_string())?;
        let subject = self.subject();
        let client = connect(endpoint.port()).await?;
        let foreign = subject.prepare(&client).await?;
        let mut counts = Counts { trials: 1, ..Counts::default() };
        let share = [0.0, 0.0, 0.1, 0.5][rng.usize(0..4)];
        if share > 0.0 {
            relay.conflict(share, rng.u64(..));
            counts.conflicts = 1;
        }
        for _ in 0..rng.u32(1..6) {
            let mut instances = start(relay.port(), subject, [1, 1, 2, 4][rng.usize(0..4)])?;
            self.kill(&mut instances, &relay, &mut rng).await?;
            counts.kills += u32::try_from(instances.len()).unwrap_or_default();
        }
        let mut last = start(relay.port(), subject, [1, 2, 4, 16][rng.usize(0..4)])?;
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
        let fences = rows(&client, "SELECT fence - 1 FROM schema_migrations_lease WHERE id = 1").await?;
        counts.take_overs = fences.first().and_then(|fence| fence.parse().ok()).unwrap_or_default();
        self.compare(expected, &subject.state(&client).await?, &mut counts);
        if subject.foreign(&client).await? != foreign {
            eprintln!(
                "trial {} (--seed {} --trial {}): objects of others were touched",
                self.number, self.seed, self.number
            );
            counts.foreign = 1;
        }
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
        eprintln!(
            "trial {} (--seed {} --trial {}), {:?}:",
            self.number,
            self.seed,
            self.number,
            self.subject()
        );
        for (query, expected) in expected {
            let found = found.iter().find(|(other, _)| other == query).map(|(_, found)| found);
            if found != Some(expected) {
                eprintln!("  {query}\n    expected {expected:?}\n    found    {found:?}");
            }
        }
        // The first query counts how often each row step has written.
        let hits = |state: &State| -> BTreeMap<String, u32> {
            let rows = state.first().map(|(_, rows)| rows.clone()).unwrap_or_default();
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

fn start(port: u16, subject: Subject, count: usize) -> Result<Vec<Instance>, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let one = || {
        let mut child = Command::new(&program)
            .args(["migrate", &port.to_string(), &subject.argument()])
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
