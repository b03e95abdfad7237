//! A statement as an application sends it: one of its own, on the schema that a set ends with. Whatever is about files and
//! their order, about steps and their records, is not asked of it.

use crate::ast::{Class, Kind};
use crate::catalog::End;
use crate::directive::Directives;
use crate::effect::Effects;
use crate::finding::{Context, Diagnostic, Rule, Schema, Severity};
use crate::options::Options;
use crate::rules::all::{copy_input, directive, sql_statement};
use crate::rules::dialects::{NO_PARAMETERS, NO_VARIABLES};
use crate::statement::{File, Statement};
use crate::text::{Source, Span};

use super::{drop_repeated, judge_statement, lexical, parameters};

/// What only a file of a set can do wrong.
const OF_MIGRATIONS: &[&Rule] = &[&copy_input::RULE];

/// Judges a text that is to be one statement, and tells what that does. `position` is what findings say that they are in.
pub(crate) fn judge_application(
    source: &Source,
    position: usize,
    options: Options,
    end: &mut End,
) -> (Vec<Diagnostic>, Effects) {
    let files = [(position, File::read(source))];
    let [(_, file)] = &files;
    let mut found = Vec::new();
    let mut directives = Directives::read(file, position, &mut found);
    of_files(&directives, position, &mut found);
    found.extend(file.errors.iter().map(|error| lexical::finding(file, position, *error)));
    let mut effects = Effects::default();
    match file.statements.as_slice() {
        [statement] => effects = judge_one(statement, &files, options, end, &mut found),
        [] => {
            let mut none = Diagnostic::new(&sql_statement::RULE, position, Span::default());
            found.push(none.message("there is no statement here").clone());
        }
        [first, second, ..] => {
            let count = file.statements.len();
            let mut many = Diagnostic::new(&sql_statement::RULE, position, second.head());
            many.message(format!("these are {count} statements, and a client prepares one at a time"));
            many.label("the second begins here").also(first.head(), "the first");
            found.push(many.help("give each of them a sql! of its own").clone());
        }
    }
    found.iter_mut().for_each(numbered);
    let spans: Vec<_> = file.statements.iter().map(|statement| statement.span).collect();
    found.retain(|one| !directives.covers(&spans, one));
    directives.unused(position, &mut found);
    (found, effects)
}

/// The placeholders of other clients are meant for parameters here.
fn numbered(finding: &mut Diagnostic) {
    if [NO_PARAMETERS, NO_VARIABLES].contains(&finding.message.as_str()) {
        finding.message("parameters are written by their numbers");
        finding.help("write `$1` for the first parameter, `$2` for the second");
    }
}

/// Directives that speak of a file.
fn of_files(directives: &Directives, position: usize, out: &mut Vec<Diagnostic>) {
    let alone = [directives.contract, directives.baseline, directives.always];
    let replaced = directives.replaces.iter().map(|(_, span)| *span);
    let spans = alone.into_iter().flatten().chain(replaced).chain(directives.external.iter().copied());
    for span in spans {
        let mut finding = Diagnostic::new(&directive::RULE, position, span);
        finding.message("this directive is for the files of a set").help("write it into a migration");
        out.push(finding);
    }
}

fn judge_one(
    statement: &Statement<'_>,
    files: &[(usize, File<'_>); 1],
    options: Options,
    end: &mut End,
    out: &mut Vec<Diagnostic>,
) -> Effects {
    let [(position, _)] = files;
    let (mut found, mut replayed) = (Vec::new(), Vec::new());
    let mut by_itself = |position: usize, statement: &Statement<'_>, schema: &dyn Schema| {
        let context = Context { dialect: options.dialect, schema };
        judge_statement(statement, position, &context, &mut found);
    };
    let effects = end.judge(statement, *position, &mut by_itself, &mut replayed);
    let wrong = |found: &[Diagnostic]| found.iter().any(|one| one.severity == Severity::Error);
    if !matches!(statement.kind(), Kind::Query | Kind::Dml(_)) {
        end.forget();
        // What cannot be read may have been meant for something else.
        if statement.stop().is_some() && wrong(&found) {
            out.append(&mut found);
        } else {
            out.push(refusal(statement, *position));
        }
        return Effects::default();
    }
    parameters::judge(statement, *position, &mut found);
    if wrong(&found) || wrong(&replayed) {
        end.forget();
    }
    if options.catalog {
        let by_itself = found.len();
        found.append(&mut replayed);
        drop_repeated(files, by_itself, &mut found);
    }
    found.retain(|one| !OF_MIGRATIONS.contains(&one.rule));
    out.append(&mut found);
    effects
}

/// That a statement is none for an application to send through the macro.
fn refusal(statement: &Statement<'_>, position: usize) -> Diagnostic {
    let mut finding = Diagnostic::new(&sql_statement::RULE, position, statement.head());
    match statement.class() {
        Class::Ddl => finding
            .message("what changes the schema belongs into a migration")
            .help("write it into a file of the set"),
        Class::Transaction => finding
            .message("transactions are begun and ended by the client")
            .help("use those of the client, such as `client.transaction()`"),
        Class::Session => finding
            .message("this is about the session, which a pool hands on to others")
            .help("set it where the connection is made"),
        _ => &mut finding,
    };
    finding
}
