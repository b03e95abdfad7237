//! Judges files that have been read: each statement by itself and on the schema, each file, and the set.

mod application;
mod block;
mod down;
mod kind;
mod lexical;
mod parameters;
mod phase;

use std::collections::{BTreeMap, HashMap, HashSet};

use dsql_migrate_plan::Phase;

use crate::catalog::Replayed;
use crate::directive::Directives;
use crate::effect::Effects;
use crate::finding::{Context, Diagnostic, Schema, Severity};
use crate::options::Options;
use crate::plan;
use crate::rules::all::{empty_migration, insert_values, unverified};
use crate::statement::{File, Statement};
use crate::text::Span;

pub(crate) use application::judge_application;
pub(crate) use phase::judge_release;

/// What a set of files is, besides what is wrong with it.
pub(crate) struct Judged {
    pub(crate) steps: Vec<Vec<plan::Draft>>,
    pub(crate) directives: Vec<Directives>,
    pub(crate) phases: Vec<Phase>,
    pub(crate) replayed: Replayed,
}

impl Judged {
    /// What the statements of a file do.
    pub(crate) fn effects(&self, position: usize) -> &[Effects] {
        of_file(&self.replayed, position)
    }
}

fn of_file(replayed: &Replayed, position: usize) -> &[Effects] {
    replayed.effects.get(&position).map_or(&[], Vec::as_slice)
}

/// Judges files that have been read, and tells how the statements of each make steps.
pub(crate) fn judge_files(
    files: &[(usize, File<'_>)],
    options: Options,
    diagnostics: &mut Vec<Diagnostic>,
) -> Judged {
    let mut directives: Vec<_> =
        files.iter().map(|(position, file)| Directives::read(file, *position, diagnostics)).collect();
    let declared = crate::catalog::Declared::read(files, &directives, diagnostics);
    let (last, first): (Vec<_>, Vec<_>) =
        files.iter().zip(&directives).partition(|(_, directives)| directives.always.is_some());
    let applied = first.iter().chain(&last).map(|((position, file), _)| (*position, file));
    let mut found = Vec::new();
    // The plan needs what the replay tells also where nothing is to be said of the set.
    let mut by_itself = |position: usize, statement: &Statement<'_>, schema: &dyn Schema| {
        let context = Context { dialect: options.dialect, schema };
        judge_statement(statement, position, &context, diagnostics);
    };
    let replayed = crate::catalog::replay(applied, &declared, &mut by_itself, &mut found);
    let of_files = files.iter().map(|(position, file)| (*position, file, of_file(&replayed, *position)));
    let steps = of_files
        .clone()
        .map(|(position, file, effects)| judge_file(file, position, effects, diagnostics))
        .collect();
    if options.catalog {
        let by_itself = diagnostics.len();
        diagnostics.append(&mut found);
        drop_repeated(files, by_itself, diagnostics);
    }
    let with_directives =
        of_files.zip(&directives).map(|((position, file, effects), one)| (position, file, one, effects));
    let phases = phase::judge(with_directives, diagnostics);
    kind::judge(files, &directives, diagnostics);
    // Exceptions come last: they are for what any of the passes found.
    for ((position, file), directives) in files.iter().zip(&mut directives) {
        let spans: Vec<_> = file.statements.iter().map(|statement| statement.span).collect();
        diagnostics.retain(|one| one.file != *position || !directives.covers(&spans, one));
        directives.unused(*position, diagnostics);
    }
    Judged { steps, directives, phases, replayed }
}

/// What a statement shows by itself the replay finds once more: the second finding goes. The same is what stands in
/// the same place with the same SQLSTATE, and what one rule says of the values of one statement.
fn drop_repeated(files: &[(usize, File<'_>)], by_itself: usize, diagnostics: &mut Vec<Diagnostic>) {
    let of_values = |one: &Diagnostic| {
        if one.rule != &insert_values::RULE {
            return None;
        }
        let at = files.binary_search_by_key(&one.file, |(position, _)| *position).ok()?;
        let statements = &files.get(at)?.1.statements;
        Some((one.file, statements.partition_point(|statement| statement.span.end < one.span.start)))
    };
    let mut places: HashMap<(usize, &str), BTreeMap<usize, usize>> = HashMap::new();
    let mut statements = HashSet::new();
    for one in diagnostics.iter().take(by_itself).filter(|one| one.severity == Severity::Error) {
        if let Some(server) = &one.server {
            places.entry((one.file, server.sqlstate)).or_default().insert(one.span.start, one.span.end);
        }
        statements.extend(of_values(one));
    }
    let mut at = 0;
    diagnostics.retain(|one| {
        at += 1;
        if at <= by_itself || one.severity != Severity::Error {
            return true;
        }
        let ends = one.server.as_ref().and_then(|server| places.get(&(one.file, server.sqlstate)));
        let nearest = ends.and_then(|ends| ends.range(..one.span.end).next_back());
        let same_place = nearest.is_some_and(|(_, end)| *end > one.span.start);
        !same_place && of_values(one).is_none_or(|statement| !statements.contains(&statement))
    });
}

/// Judges a statement by itself, before it is applied to the schema.
fn judge_statement(
    statement: &Statement<'_>,
    position: usize,
    context: &Context<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let before = diagnostics.len();
    crate::rules::judge(statement, position, context, diagnostics);
    crate::fix::write_help(
        statement.file_text(),
        statement.span,
        diagnostics.get_mut(before..).unwrap_or_default(),
    );
    if statement.is_unknown() {
        diagnostics.push(Diagnostic::new(&unverified::RULE, position, statement.head()));
    }
}

/// Judges a file as such, and tells how its statements make steps.
fn judge_file(
    file: &File<'_>,
    position: usize,
    effects: &[Effects],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<plan::Draft> {
    for error in &file.errors {
        diagnostics.push(lexical::finding(file, position, *error));
    }
    if file.statements.is_empty() && file.errors.is_empty() {
        diagnostics.push(Diagnostic::new(&empty_migration::RULE, position, Span::default()));
    }
    block::judge(file, position, diagnostics);
    down::judge(file, position, diagnostics);
    plan::steps(file, position, effects, diagnostics)
}

/// Judges a text by itself, for the rules' tests.
#[cfg(test)]
pub(crate) fn judge_text(source: &crate::text::Source, dialect: crate::Dialect) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let file = File::read(source);
    let mut by_itself = |position: usize, statement: &Statement<'_>, schema: &dyn Schema| {
        judge_statement(statement, position, &Context { dialect, schema }, &mut diagnostics);
    };
    let none = crate::catalog::Declared::default();
    let replayed =
        crate::catalog::replay(std::iter::once((0, &file)), &none, &mut by_itself, &mut Vec::new());
    judge_file(&file, 0, of_file(&replayed, 0), &mut diagnostics);
    diagnostics
}
