//! The tables of a grammar, as `checker/src/grammar/table.rs` reads them.

use std::collections::{BTreeMap, HashMap, HashSet};

use cfgrammar::yacc::{YaccGrammar, YaccKind, YaccOriginalActionKind};
use cfgrammar::{PIdx, TIdx};
use lrtable::statetable::Conflicts;
use lrtable::{Action, Minimiser, StIdx, StateGraph, StateTable};

use crate::keywords::KEYWORDS;
use crate::notation::{Expanded, mangled};
use crate::terminals::TERMINALS;

type Grammar = YaccGrammar<u16>;

/// What has been made of a grammar.
pub struct Made {
    /// The tables.
    pub bytes: Vec<u8>,
    /// How large they are, in words.
    pub report: String,
}

/// A row of a table: columns and what they hold, without what is the row's default.
type Row = Vec<(u16, u16)>;

/// Means the end of the statement in the place of an action.
const ACCEPT: u16 = u16::MAX;

/// Makes the tables.
///
/// # Errors
///
/// What is wrong with the grammar; the places where two readings conflict.
pub fn make(expanded: &Expanded) -> Result<Made, String> {
    let kind = YaccKind::Original(YaccOriginalActionKind::NoAction);
    let grammar = Grammar::new_with_storaget(kind, &expanded.yacc).map_err(|errors| format!("{errors:?}"))?;
    let made = lrtable::from_yacc(&grammar, Minimiser::Pager);
    let (graph, table) = made.map_err(|error| error.to_string())?;
    if let Some(found) = table.conflicts() {
        return Err(conflicts(&grammar, found));
    }
    let terminals = terminals(&grammar)?;
    let productions = productions(&grammar, expanded)?;
    let (actions, action_defaults) = actions(&grammar, &graph, &table, &terminals);
    let (leads, lead_defaults) = leads(&grammar, &graph, &table);
    let (action_bases, action_entries) = pack(&actions);
    let (lead_bases, lead_entries) = pack(&leads);

    let mut bytes = Vec::new();
    let start = usize::from(graph.start_state());
    let counts =
        [actions.len(), productions.len(), leads.len(), action_entries.len(), lead_entries.len(), start];
    for count in counts {
        let count = u32::try_from(count).map_err(|error| error.to_string())?;
        bytes.extend(count.to_le_bytes());
    }
    action_bases.iter().chain(&lead_bases).for_each(|base| bytes.extend(base.to_le_bytes()));
    action_defaults.iter().chain(&lead_defaults).for_each(|one| bytes.extend(one.to_le_bytes()));
    productions.iter().flatten().for_each(|one| bytes.extend(one.to_le_bytes()));
    for (column, value) in action_entries.iter().chain(&lead_entries) {
        bytes.extend(column.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    let report = format!(
        "{} states, {} productions, {} rules: {} bytes",
        actions.len(),
        productions.len(),
        leads.len(),
        bytes.len()
    );
    Ok(Made { bytes, report })
}

/// Says where two readings conflict, a line for each pair in each state.
fn conflicts(grammar: &Grammar, found: &Conflicts<u16>) -> String {
    let token = |token: &TIdx<u16>| grammar.token_name(*token).unwrap_or("the end").to_owned();
    let mut pairs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (at, production, state) in found.sr_conflicts() {
        let pair = format!("state {}: {} or more", state.as_storaget(), grammar.pp_prod(*production));
        pairs.entry(pair).or_default().push(token(at));
    }
    for (at, first, second, state) in found.rr_conflicts() {
        let (first, second) = (grammar.pp_prod(*first), grammar.pp_prod(*second));
        pairs
            .entry(format!("state {}: {first} or {second}", state.as_storaget()))
            .or_default()
            .push(token(at));
    }
    let lines = pairs.iter().map(|(pair, tokens)| format!("{pair}\n    at {}", tokens.join(" ")));
    let mut said = String::from("the grammar can be read in two ways:\n");
    lines.for_each(|line| {
        said.push_str(&line);
        said.push('\n');
    });
    said
}

/// The checker's number of each token.
fn terminals(grammar: &Grammar) -> Result<HashMap<TIdx<u16>, u16>, String> {
    let keywords = KEYWORDS.iter().map(|keyword| mangled(&keyword.text.to_ascii_uppercase()));
    let names = TERMINALS.iter().map(|name| mangled(name)).chain(keywords);
    let numbers: HashMap<String, u16> = names.zip(1..).collect();
    let mut terminals = HashMap::from([(grammar.eof_token_idx(), 0)]);
    for token in grammar.iter_tidxs() {
        let Some(name) = grammar.token_name(token) else { continue };
        // The precedence of a sign before an expression has a name of its own and is no token.
        match numbers.get(name) {
            Some(number) => drop(terminals.insert(token, *number)),
            None if name == mangled("SIGN") => {}
            None => return Err(format!("the token {name} is neither a keyword nor one of TERMINALS")),
        }
    }
    Ok(terminals)
}

/// Of each production its rule, its length and the number of its kind of node.
fn productions(grammar: &Grammar, expanded: &Expanded) -> Result<Vec<[u16; 3]>, String> {
    let one = |production: PIdx<u16>| {
        let rule = grammar.prod_to_rule(production);
        let place = grammar.rule_to_prods(rule).iter().position(|one| *one == production)?;
        let labels = expanded.label_of.get(grammar.rule_name_str(rule));
        let label = labels.and_then(|labels| labels.get(place)?.as_ref());
        let node = label.and_then(|label| expanded.labels.iter().position(|one| one == label));
        let length = u16::try_from(grammar.prod(production).len()).ok()?;
        Some([rule.as_storaget(), length, node.map_or(Some(0), |node| u16::try_from(node + 1).ok())?])
    };
    grammar.iter_pidxs().map(one).collect::<Option<_>>().ok_or_else(|| "a production is too long".to_owned())
}

/// What to do in each state at each terminal: 0 for an error, else odd to go to a state, even to reduce.
fn actions(
    grammar: &Grammar,
    graph: &StateGraph<u16>,
    table: &StateTable<u16>,
    terminals: &HashMap<TIdx<u16>, u16>,
) -> (Vec<Row>, Vec<u16>) {
    let mut rows = Vec::new();
    let mut defaults = Vec::new();
    for state in graph.iter_stidxs() {
        let action = |token| match table.action(state, token) {
            Action::Shift(to) => Some(to.as_storaget() * 2 + 1),
            Action::Reduce(production) => Some(production.as_storaget() * 2 + 2),
            Action::Accept => Some(ACCEPT),
            // What does not bind to itself (`a < b < c`) has been taken out of what is reduced: the row's default would
            // bring it back.
            Action::Error => reduces(grammar, graph, state, token).then_some(0),
        };
        let row = terminals.iter().filter_map(|(token, number)| Some((*number, action(*token)?)));
        let (row, default) =
            without_default(row.collect(), |value| value != 0 && value != ACCEPT && value % 2 == 0);
        rows.push(row);
        defaults.push(default);
    }
    (rows, defaults)
}

/// Whether a state ends something that the token may follow.
fn reduces(grammar: &Grammar, graph: &StateGraph<u16>, state: StIdx<u16>, token: TIdx<u16>) -> bool {
    graph.closed_state(state).items.iter().any(|((production, dot), follows)| {
        usize::from(*dot) == grammar.prod(*production).len() && follows.get(usize::from(token)) == Some(true)
    })
}

/// Where each rule leads from each state, a row for each rule.
fn leads(grammar: &Grammar, graph: &StateGraph<u16>, table: &StateTable<u16>) -> (Vec<Row>, Vec<u16>) {
    let row = |rule| {
        let lead = |state: StIdx<u16>| Some((state.as_storaget(), table.goto(state, rule)?.as_storaget()));
        without_default(graph.iter_stidxs().filter_map(lead).collect(), |_| true)
    };
    grammar.iter_rules().map(row).unzip()
}

/// Takes what a row holds most often out of it, if it may be its default.
fn without_default(mut row: Row, may_be: impl Fn(u16) -> bool) -> (Row, u16) {
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    for (_, value) in row.iter().filter(|(_, value)| may_be(*value)) {
        *counts.entry(*value).or_default() += 1;
    }
    let default =
        counts.iter().max_by_key(|(value, count)| (**count, std::cmp::Reverse(**value))).map(|one| *one.0);
    row.retain(|(_, value)| default.map_or(*value != 0, |default| *value != default));
    row.sort_unstable();
    (row, default.unwrap_or(0))
}

/// Lays sparse rows into one array, each where its entries are free: where each begins, and the array with the column
/// of each entry. Equal rows lie in one place; a row of defaults only has none.
fn pack(rows: &[Row]) -> (Vec<u32>, Row) {
    const NOWHERE: u32 = u32::MAX;
    const FREE: (u16, u16) = (u16::MAX, 0);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|row| std::cmp::Reverse(rows[*row].len()));
    let mut bases = vec![NOWHERE; rows.len()];
    let mut entries: Row = Vec::new();
    let mut known: HashMap<&Row, u32> = HashMap::new();
    // Two rows with one base would read each other's entries.
    let mut taken: HashSet<usize> = HashSet::new();
    let mut first_free = 0;
    for row in order {
        let own = &rows[row];
        let Some((first, _)) = own.first() else { continue };
        if let Some(base) = known.get(own) {
            bases[row] = *base;
            continue;
        }
        while entries.get(first_free).is_some_and(|entry| *entry != FREE) {
            first_free += 1;
        }
        let mut base = first_free.saturating_sub(usize::from(*first));
        let fits = |base: usize| {
            own.iter().all(|(column, _)| {
                entries.get(base + usize::from(*column)).is_none_or(|entry| *entry == FREE)
            })
        };
        while taken.contains(&base) || !fits(base) {
            base += 1;
        }
        taken.insert(base);
        for (column, value) in own {
            let at = base + usize::from(*column);
            if entries.len() <= at {
                entries.resize(at + 1, FREE);
            }
            entries[at] = (*column, *value);
        }
        let base = u32::try_from(base).unwrap_or(NOWHERE);
        known.insert(own, base);
        bases[row] = base;
    }
    (bases, entries)
}
