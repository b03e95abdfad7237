//! The recordings as data.

use crate::lex::split;

/// One recorded probe.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    pub(super) id: String,
    pub(super) setup: Vec<String>,
    /// The sessions, each with its statements.
    pub(super) sessions: Vec<Vec<String>>,
    /// Sent as one simple query.
    pub(super) whole: bool,
    /// What was answered, a line a step.
    pub(super) answers: Vec<String>,
}

/// All probes of the recordings, in their order.
pub(super) fn probes(recorded: &str) -> Vec<Probe> {
    recorded.lines().skip(1).filter_map(probe).collect()
}

fn probe(line: &str) -> Option<Probe> {
    let fields: Vec<String> =
        line.split('\t').map(|field| field.replace("\\n", "\n").replace("\\t", "\t")).collect();
    let [id, _group, setup, sql, outcome, code, message, result, ..] = fields.as_slice() else { return None };
    let setup = split(setup).into_iter().map(|part| part.trim().to_string()).collect();
    let (sql, whole) = match sql.split_once("  -- sent as ONE simple query") {
        Some((sql, _)) => (sql, true),
        None => (sql.as_str(), false),
    };
    let steps: Vec<String> = if whole {
        vec![sql.trim().to_string()]
    } else {
        sql.split(" ;; ").map(|step| step.trim().to_string()).collect()
    };
    let mut sessions = Vec::new();
    for name in ["S1: ", "S2: "] {
        let of: Vec<String> =
            steps.iter().filter_map(|step| step.strip_prefix(name).map(str::to_string)).collect();
        if !of.is_empty() {
            sessions.push(of);
        }
    }
    if sessions.is_empty() {
        sessions.push(steps);
    }
    Some(Probe { id: id.clone(), setup, sessions, whole, answers: answers(outcome, code, message, result) })
}

/// The recorded answers, one a step, without the step numbers and without notes.
fn answers(outcome: &str, code: &str, message: &str, result: &str) -> Vec<String> {
    if result.is_empty() {
        let only = if outcome == "error" { format!("ERROR {code} {message}") } else { String::new() };
        return vec![only];
    }
    let noted = |text: &str| text.find(" {race").or_else(|| text.find(" {not stable"));
    let result = noted(result).and_then(|at| result.get(..at)).unwrap_or(result);
    let steps = result.split(" ;; ");
    steps
        .map(|step| {
            step.split_once("] ").filter(|_| step.starts_with('[')).map_or(step, |(_, rest)| rest).to_string()
        })
        .collect()
}
