//! Events for user interfaces.

mod event;
mod lines;
mod observer;

pub use event::{Event, Found, JobState, Kind, RetryCause, StepRef};
pub use lines::Lines;
pub(crate) use observer::{Listener, Observer};

/// Is told what a run does while it does it: for a progress bar, a page, a metric. Given to
/// [`crate::Options::progress`]; every `Fn(&Event)` is one.
///
/// A run neither waits for it nor fails through it: it is called on a thread of its own, in the order of the events.
/// One that is more than 4,096 events behind misses some. When a run ends it waits up to a second until the last
/// event has been taken in, so that a report that is printed then stands below them.
///
/// When it panics, the panic is reported as any thread's is (by the panic hook, to stderr unless set otherwise) and
/// once more as a `tracing` error; it gets no more events of that run, and the run goes on. In a program that is
/// built with `panic = "abort"` it ends the program, as it would anywhere; the next run goes on where that one stopped.
///
/// ```
/// use dsql_migrate::{Event, Options};
///
/// let options = Options::default().progress(|event: &Event| match event {
///     Event::StepFinished { step, elapsed, .. } => {
///         println!("{} step {}/{} ({elapsed:.1?})", step.version, step.step, step.steps);
///     }
///     Event::Job { object, state, elapsed, .. } => println!("{object}: {} {elapsed:.0?}", state.as_str()),
///     _ => {}
/// });
/// # let _ = options;
/// ```
pub trait Progress: Send + Sync {
    /// Something has happened.
    fn event(&self, event: &Event);
}

impl<F: Fn(&Event) + Send + Sync> Progress for F {
    fn event(&self, event: &Event) {
        self(event);
    }
}
