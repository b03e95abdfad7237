//! Judges texts: one file by itself, or the files of a folder as a set.

use std::collections::HashMap;

use dsql_migrate_plan::Plan;

use crate::diagnostic::{Diagnostic, Severity};
use crate::dialect::Dialect;
use crate::file_name::{self, FileName};
use crate::lex::LexErrorKind;
use crate::plan;
use crate::rules::all::{
    duplicate_version, empty_migration, file_name as file_name_rule, not_utf, syntax, unverified,
};
use crate::source::{Source, Span};
use crate::statement::File;

/// A file as it was found.
#[derive(Debug, Clone)]
pub struct Input {
    /// As messages name it: `migrations/0001_items.sql`.
    pub path: String,
    /// The last part of its path: `0001_items.sql`.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// How to judge.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// As of which day.
    pub dialect: Dialect,
}

impl Default for Options {
    fn default() -> Self {
        Self { dialect: Dialect::LATEST }
    }
}

/// What was found.
#[derive(Debug)]
pub struct Report {
    /// As of which day.
    pub dialect: Dialect,
    /// The files, in version order.
    pub files: Vec<Source>,
    /// How many statements they hold.
    pub statements: usize,
    /// The findings, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The plan of a set. `None` where there is an error, or where no set was judged.
    pub plan: Option<Plan>,
}

impl Report {
    /// How many findings are of this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|one| one.severity == severity).count()
    }

    fn sort(&mut self) {
        self.diagnostics.sort_by_key(|one| (one.file, one.span, one.severity, one.rule.id));
    }
}

/// Judges one file by itself, whatever it is called.
#[must_use]
pub fn check_file(input: Input, options: Options) -> Report {
    let source = source(&input);
    let mut diagnostics = Vec::new();
    let mut statements = 0;
    if let Err(at) = std::str::from_utf8(&input.bytes) {
        not_utf(&mut diagnostics, 0, at.valid_up_to());
    } else {
        statements = judge_file(&File::read(&source), 0, options.dialect, &mut diagnostics).0;
    }
    let mut report =
        Report { dialect: options.dialect, files: vec![source], statements, diagnostics, plan: None };
    report.sort();
    report
}

/// Judges the files of a folder as a set, and plans them.
#[must_use]
pub fn check_set(mut inputs: Vec<Input>, options: Options) -> Report {
    inputs.sort_by(|a, b| file_name::order(&a.name).cmp(&file_name::order(&b.name)));
    let files: Vec<_> = inputs.iter().map(source).collect();
    let mut diagnostics = Vec::new();
    let mut migrations = Vec::new();
    let mut statements = 0;
    let mut versions: HashMap<String, usize> = HashMap::new();
    let mut index_names = plan::IndexNames::default();
    for (position, (input, source)) in inputs.iter().zip(&files).enumerate() {
        let name = name(input, position, &mut diagnostics);
        if let Some(name) = &name
            && let Some(first) = versions.insert(name.number().to_owned(), position)
        {
            let other = inputs.get(first).map_or("", |input| input.path.as_str());
            let finding = Diagnostic::new(&duplicate_version::RULE, position, Span::default());
            diagnostics.push(finding);
            if let Some(finding) = diagnostics.last_mut() {
                finding.message(format!("version {} is taken by `{other}` already", name.version));
            }
        }
        if let Err(error) = std::str::from_utf8(&input.bytes) {
            not_utf(&mut diagnostics, position, error.valid_up_to());
            continue;
        }
        let file = File::read(source);
        let (count, steps) = judge_file(&file, position, options.dialect, &mut diagnostics);
        statements += count;
        if let Some(name) = name {
            migrations.push(plan::migration(&file, &name, steps, &mut index_names));
        }
    }
    let mut report = Report { dialect: options.dialect, files, statements, diagnostics, plan: None };
    report.sort();
    if report.count(Severity::Error) == 0 {
        report.plan =
            Some(Plan { dialect: options.dialect.to_string().into(), migrations: migrations.into() });
    }
    report
}

/// A file that is no UTF-8 is kept up to the place where it stops being any, for the message.
fn source(input: &Input) -> Source {
    let text = match std::str::from_utf8(&input.bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(input.bytes.get(..error.valid_up_to()).unwrap_or_default())
            .unwrap_or_default(),
    };
    Source::new(input.path.clone(), text)
}

fn not_utf(diagnostics: &mut Vec<Diagnostic>, file: usize, at: usize) {
    let mut finding = Diagnostic::new(&not_utf::RULE, file, Span::new(at, at));
    finding.message(format!("this is not UTF-8 from byte {at} on"));
    finding.server("invalid byte sequence for encoding \"UTF8\"");
    diagnostics.push(finding);
}

fn name(input: &Input, file: usize, diagnostics: &mut Vec<Diagnostic>) -> Option<FileName> {
    let name = FileName::parse(&input.name);
    if name.is_none() {
        let mut finding = Diagnostic::new(&file_name_rule::RULE, file, Span::default());
        finding.message(format!("`{}` is not named `NNNN_snake_case.sql`", input.name));
        finding.help(file_name::advice(&input.name));
        diagnostics.push(finding);
    }
    name
}

/// Judges a file and tells how many statements it has and how they make steps.
fn judge_file(
    file: &File<'_>,
    position: usize,
    dialect: Dialect,
    diagnostics: &mut Vec<Diagnostic>,
) -> (usize, Vec<plan::Draft>) {
    for error in &file.errors {
        let mut finding = Diagnostic::new(&syntax::RULE, position, error.span);
        finding.message(error.kind.server_words()).label("it begins here and never ends");
        let near = file.source.slice(error.span);
        match error.kind {
            LexErrorKind::NulByte => {
                finding.label("").answer("22021", error.kind.server_words()).help("delete the zero byte");
            }
            LexErrorKind::EmptyIdent => {
                finding.label("").help("put a name between the quotes");
                finding.server(format!("{} at or near \"{near}\"", error.kind.server_words()));
            }
            _ => {
                finding.server(format!("{} at or near \"{near}\"", error.kind.server_words()));
            }
        }
        diagnostics.push(finding);
    }
    if file.statements.is_empty() && file.errors.is_empty() {
        diagnostics.push(Diagnostic::new(&empty_migration::RULE, position, Span::default()));
    }
    for statement in &file.statements {
        let before = diagnostics.len();
        crate::rules::judge(statement, position, dialect, diagnostics);
        let refused = diagnostics.iter().skip(before).any(|one| one.severity == Severity::Error);
        let unread = statement.unread().filter(|_| !refused);
        // What the lexer could not read has been reported by itself.
        if let Some(unread) = unread
            .filter(|unread| !file.errors.iter().any(|error| overlaps(error.span, statement.span, *unread)))
        {
            let mut finding = Diagnostic::new(&unverified::RULE, position, unread);
            finding.label("reading stopped here");
            diagnostics.push(finding);
        }
    }
    (file.statements.len(), plan::steps(file, position, diagnostics))
}

/// Whether a lexical error is what stopped the reading of a statement.
fn overlaps(error: Span, statement: Span, unread: Span) -> bool {
    error.start >= statement.start && error.start <= unread.end
}

/// Judges a text by itself, for the rules' tests.
#[cfg(test)]
pub(crate) fn judge_text(source: &Source, dialect: Dialect) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    judge_file(&File::read(source), 0, dialect, &mut diagnostics);
    diagnostics
}
