//! The parameters of a session: which there are, and which of them DSQL lets a session set to what.

use crate::ast::{Setting, SettingValue};
use crate::text::Span;
use crate::value::is_boolean;

/// PostgreSQL 16's parameters, sorted by name, and whether a session may reset them;
/// `tests/tests/checker/settings.rs` compares them with a server and writes them anew.
const POSTGRES16: &str = include_str!("postgres16.tsv");

/// Who may change a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A session.
    Session,
    /// The server, or who administers it.
    Server,
}

/// What values a parameter takes, as far as it is judged here.
#[derive(Clone, Copy)]
enum Values {
    Boolean,
    Number(i64, i64),
    Words(&'static [&'static str]),
    Dates,
    /// Not judged: names of zones and encodings are the server's.
    One,
    /// Not judged, and several of them.
    List,
}

/// What DSQL lets a session set, as the server spells it. AWS's list of session parameters names these and no others;
/// the switches of the planner are told by their beginning.
const SETTABLE: &[(&str, Values)] = &[
    ("application_name", Values::One),
    ("client_encoding", Values::One),
    ("DateStyle", Values::Dates),
    ("disable_sync_create_index", Values::Boolean),
    ("dsql.enable_batched_nestloop", Values::Boolean),
    ("extra_float_digits", Values::Number(-15, 3)),
    ("IntervalStyle", Values::Words(&["postgres", "postgres_verbose", "sql_standard", "iso_8601"])),
    ("search_path", Values::List),
    ("TimeZone", Values::One),
];

/// The parameters that only DSQL has.
const OF_DSQL: &[&str] = &["disable_sync_create_index", "dsql.enable_batched_nestloop"];

/// The prefix that DSQL keeps to itself.
const RESERVED: &str = "dsql.";

/// Who may change the parameter of this name; none if there is no such parameter.
pub(crate) fn scope(name: &str) -> Option<Scope> {
    if OF_DSQL.contains(&name) {
        return Some(Scope::Session);
    }
    let line = POSTGRES16.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'))?;
    Some(if line == "session" { Scope::Session } else { Scope::Server })
}

/// Whether DSQL keeps names like this to itself, and has none of this one.
pub(crate) fn is_reserved(name: &str) -> bool {
    name.starts_with(RESERVED) && !OF_DSQL.contains(&name)
}

/// Whether DSQL lets a session set it.
pub(crate) fn is_settable(name: &str) -> bool {
    values(name).is_some()
}

/// What it is set to, as the server spells it, and the values that it takes.
fn values(name: &str) -> Option<(&str, Values)> {
    let listed = SETTABLE.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let switch = || name.starts_with("enable_") && scope(name).is_some();
    listed.copied().or_else(|| switch().then_some((name, Values::Boolean)))
}

/// Why the server does not take a value: its words, and where the value stands.
pub(crate) fn wrong_value(setting: &Setting) -> Option<(String, Span)> {
    let SettingValue::These(given) = &setting.to else { return None };
    let (name, values) = values(&setting.name)?;
    let (value, span) = given.first()?;
    let invalid = |shown: &str| format!("invalid value for parameter \"{name}\": \"{shown}\"");
    if let (Some((_, last)), false) = (given.get(1), matches!(values, Values::List | Values::Dates)) {
        return Some((format!("SET {} takes only one argument", setting.spelled), span.to(*last)));
    }
    let why = match values {
        Values::Boolean => {
            (!is_boolean(value)).then(|| format!("parameter \"{name}\" requires a Boolean value"))
        }
        Values::Number(least, most) => match number(value) {
            None => Some(invalid(value)),
            Some(number) if (least..=most).contains(&number) => None,
            Some(number) => Some(format!(
                "{number} is outside the valid range for parameter \"{name}\" ({least} .. {most})"
            )),
        },
        Values::Words(words) => {
            let known = words.iter().any(|word| word.eq_ignore_ascii_case(value));
            // Of these alone the server shows the parameter as it was asked for.
            (!known).then(|| format!("invalid value for parameter \"{}\": \"{value}\"", setting.spelled))
        }
        Values::Dates => {
            let all: Vec<_> = given.iter().map(|(value, _)| value.as_str()).collect();
            // An empty list leaves everything as it is.
            (all != [""] && !is_date_style(&all)).then(|| invalid(&all.join(", ")))
        }
        Values::One | Values::List => None,
    };
    why.map(|why| (why, given.last().map_or(*span, |(_, last)| span.to(*last))))
}

/// A whole number of 32 bits as the server reads one: fractions are rounded, and there may be blanks around it.
#[allow(clippy::cast_possible_truncation)]
fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return i64::from_str_radix(digits, 16).ok();
    }
    let fraction =
        || text.parse::<f64>().ok().filter(|value| value.is_finite()).map(|value| value.round() as i64);
    text.parse().ok().or_else(fraction).filter(|value| i32::try_from(*value).is_ok())
}

/// Whether these words say how dates are written: a style and an order, each once.
fn is_date_style(given: &[&str]) -> bool {
    let (mut style, mut order) = (None, None);
    let same = |place: &mut Option<u8>, value: u8| place.replace(value).is_none_or(|before| before == value);
    let words = given.iter().flat_map(|text| text.split(','));
    words.map(|word| word.trim().to_ascii_lowercase()).all(|word| match word.as_str() {
        "iso" => same(&mut style, 0),
        "sql" => same(&mut style, 1),
        _ if word.starts_with("postgres") => same(&mut style, 2),
        "german" => same(&mut style, 3),
        "ymd" => same(&mut order, 0),
        "dmy" => same(&mut order, 1),
        _ if word.starts_with("euro") => same(&mut order, 1),
        "mdy" | "us" => same(&mut order, 2),
        _ if word.starts_with("noneuro") => same(&mut order, 2),
        _ => word == "default",
    })
}
