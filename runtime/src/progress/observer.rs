//! Hands events to a listener that cannot hold the run up.

use super::{Event, Progress};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;
use tokio::sync::oneshot;

/// How far a listener may be behind.
const BACKLOG: usize = 4096;
/// How long a run's end waits for a listener that is behind.
const END_LIMIT: Duration = Duration::from_secs(1);

/// What [`crate::Options::progress`] was given.
#[derive(Clone)]
pub(crate) struct Listener(pub(crate) Arc<dyn Progress>);

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

/// The way from a run to its listener.
#[derive(Debug, Default)]
pub(crate) struct Observer {
    way: Option<(SyncSender<Event>, oneshot::Receiver<()>)>,
}

impl Observer {
    /// Starts the listener's thread. Without a listener, or without a thread, events go nowhere.
    pub(crate) fn new(listener: Option<&Listener>) -> Self {
        let Some(Listener(progress)) = listener.cloned() else { return Self::default() };
        let (sender, events) = sync_channel::<Event>(BACKLOG);
        let (ended, end) = oneshot::channel();
        let listening =
            std::thread::Builder::new().name("dsql-migrate progress".to_owned()).spawn(move || {
                for event in events {
                    if catch_unwind(AssertUnwindSafe(|| progress.event(&event))).is_err() {
                        tracing::error!(
                            target: "dsql_migrate",
                            "the progress listener panicked; it is told no more, and the run goes on"
                        );
                        break;
                    }
                }
                // A run that does not wait for it has ended or was given up.
                let _ = ended.send(());
            });
        match listening {
            Ok(_) => Self { way: Some((sender, end)) },
            Err(error) => {
                tracing::warn!(target: "dsql_migrate", "no thread for the progress listener: {error}");
                Self::default()
            }
        }
    }

    /// Passes an event on, if anybody listens and is not too far behind.
    pub(crate) fn pass(&self, event: Event) {
        if let Some((sender, _)) = &self.way {
            // Full or gone: the listener's loss.
            let _ = sender.try_send(event);
        }
    }

    /// Tells the listener that there is no more, and waits until it has taken everything in.
    pub(crate) async fn finish(self) {
        if let Some((sender, end)) = self.way {
            drop(sender);
            // A listener that takes too long goes on by itself.
            let _ = tokio::time::timeout(END_LIMIT, end).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::time::Instant;

    fn observer(progress: impl Progress + 'static) -> Observer {
        Observer::new(Some(&Listener(Arc::new(progress))))
    }

    #[tokio::test]
    async fn everything_has_been_heard_when_it_finishes() {
        let heard = Arc::new(Mutex::new(0));
        let count = Arc::clone(&heard);
        let observer = observer(move |_: &Event| *count.lock().expect("nobody panics here") += 1);
        for _ in 0..1000 {
            observer.pass(Event::LeaseLost {});
        }
        observer.finish().await;
        assert_eq!(*heard.lock().expect("nobody panics here"), 1000);
    }

    #[tokio::test]
    async fn one_that_never_returns_holds_nobody_up() {
        let observer = observer(|_: &Event| std::thread::sleep(Duration::from_secs(3600)));
        let started = Instant::now();
        for _ in 0..2 * BACKLOG {
            observer.pass(Event::LeaseLost {});
        }
        observer.finish().await;
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[tokio::test]
    async fn one_that_panics_is_told_no_more() {
        let heard = Arc::new(Mutex::new(0));
        let count = Arc::clone(&heard);
        let observer = observer(move |_: &Event| {
            *count.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += 1;
            panic!("as intended");
        });
        observer.pass(Event::LeaseLost {});
        observer.pass(Event::LeaseLost {});
        observer.finish().await;
        assert_eq!(*heard.lock().unwrap_or_else(std::sync::PoisonError::into_inner), 1);
    }
}
