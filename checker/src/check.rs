//! Judges texts: one file by itself, or the files of a folder as a set.

use std::collections::HashMap;

use dsql_migrate_plan::{Migration, Plan};

use crate::catalog::End;
use crate::dialect::Dialect;
use crate::file_name::{self, FileName};
use crate::finding::{Diagnostic, Severity};
use crate::judge::judge_files;
use crate::lock::{self, Guarded};
use crate::options::Options;
use crate::plan;
use crate::rules::all::{duplicate_version, file_name as file_name_rule, not_utf, version_style};
use crate::statement::File;
use crate::text::{Source, Span};

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

/// What was found.
#[derive(Debug)]
pub struct Report {
    /// As of which day.
    pub dialect: Dialect,
    /// The files, in version order; behind them the lock, if the folder has one.
    pub files: Vec<Source>,
    /// How many of the files are SQL.
    pub migrations: usize,
    /// How many statements they hold.
    pub statements: usize,
    /// The findings, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The plan of a set. `None` where there is an error, or where no set was judged.
    pub plan: Option<Plan>,
    /// Positions of the files that the lock does not have; empty without a lock.
    pub unlocked: Vec<usize>,
    /// The migrations where the guarded history alone keeps them from being planned.
    lockable: Vec<Migration>,
}

impl Report {
    /// The text of a lock of this set. `None` while something other than the guarded history is wrong.
    #[must_use]
    pub fn lock(&self) -> Option<String> {
        let migrations = self.plan.as_ref().map_or(self.lockable.as_slice(), |plan| &plan.migrations);
        let guarded = migrations.iter().filter_map(|migration| {
            let source = self.files.iter().find(|source| source.path() == migration.file)?;
            Some((migration, source.text().as_bytes()))
        });
        (!migrations.is_empty() || self.plan.is_some()).then(|| lock::of(guarded))
    }

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
    on_a_large_stack(|| judge_one(&input, options))
}

/// Deeply nested expressions are read by recursion, to a limit that a thread of two megabytes does not always
/// hold in a debug build. Whoever calls, from a test or from a compiler plug-in, is not to be ended by that.
pub(crate) fn on_a_large_stack<T: Send>(mut work: impl FnMut() -> T + Send) -> T {
    const STACK: usize = 64 << 20;
    let on_thread = &mut work;
    let done = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, on_thread).ok()?;
        Some(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    // No thread could be had: this one must do.
    done.unwrap_or_else(work)
}

fn judge_one(input: &Input, options: Options) -> Report {
    let files = vec![source(input)];
    let mut diagnostics = Vec::new();
    let mut statements = 0;
    if let Err(error) = std::str::from_utf8(&input.bytes) {
        not_utf(&mut diagnostics, 0, error.valid_up_to());
    } else {
        let read: Vec<_> = files.iter().map(|source| (0, File::read(source))).collect();
        statements = read.iter().map(|(_, file)| file.statements.len()).sum();
        judge_files(&read, options, &mut diagnostics);
    }
    let mut report = Report {
        dialect: options.dialect,
        migrations: 1,
        files,
        statements,
        diagnostics,
        plan: None,
        unlocked: Vec::new(),
        lockable: Vec::new(),
    };
    report.sort();
    report
}

/// Judges the files of a folder as a set, and plans them.
#[must_use]
pub fn check_set(inputs: Vec<Input>, options: Options) -> Report {
    on_a_large_stack(|| judge_set(&inputs, options).0)
}

/// The schema that the files make, one line an object, in no stable form: for tests that hold it against a server.
#[doc(hidden)]
#[must_use]
pub fn replayed(inputs: &[Input]) -> Vec<String> {
    on_a_large_stack(|| {
        let sources: Vec<_> = inputs.iter().map(source).collect();
        let read: Vec<_> = sources.iter().map(File::read).collect();
        crate::catalog::dump(read.iter().enumerate())
    })
}

/// The same, with the schema that the set ends with.
pub(crate) fn judge_set(inputs: &[Input], options: Options) -> (Report, End) {
    let (lock, mut inputs): (Vec<&Input>, Vec<&Input>) =
        inputs.iter().partition(|input| input.name == lock::FILE_NAME);
    let lock = lock.first().copied();
    inputs.sort_by_cached_key(|input| file_name::order(&input.name));
    let files: Vec<_> = inputs.iter().copied().chain(lock).map(source).collect();
    let mut diagnostics = Vec::new();
    let mut names = Vec::new();
    let mut read = Vec::new();
    let mut versions: HashMap<String, usize> = HashMap::new();
    for (position, (input, source)) in inputs.iter().zip(&files).enumerate() {
        let name = name(input, position, &mut diagnostics);
        if let Some(name) = &name
            && let Some(first) = versions.insert(name.number().to_owned(), position)
        {
            let other = inputs.get(first).map_or("", |input| input.path.as_str());
            let mut finding = Diagnostic::new(&duplicate_version::RULE, position, Span::default());
            finding.message(format!("version {} is taken by `{other}` already", name.version));
            diagnostics.push(finding);
        }
        match std::str::from_utf8(&input.bytes) {
            Ok(_) => read.push((position, File::read(source))),
            Err(error) => not_utf(&mut diagnostics, position, error.valid_up_to()),
        }
        names.push(name);
    }
    version_styles(&names, &mut diagnostics);
    let mut judged = judge_files(&read, options, &mut diagnostics);
    let statements = read.iter().map(|(_, file)| file.statements.len()).sum();
    let mut names_in_set = plan::Names::new(std::mem::take(&mut judged.replayed.chosen));
    let mut planned = Vec::new();
    let steps = std::mem::take(&mut judged.steps);
    let about = steps.into_iter().zip(&judged.directives).zip(&judged.phases);
    for ((position, file), ((steps, directives), phase)) in read.iter().zip(about) {
        if let (Some(Some(name)), Some(input)) = (names.get(*position), inputs.get(*position)) {
            let effects = judged.effects(*position);
            let planned_file =
                plan::migration(file, *position, name, steps, directives, &mut names_in_set, effects);
            planned.push((input, Migration { phase: *phase, ..planned_file }, directives, *position));
        }
    }
    let blocked = diagnostics.iter().any(|one| one.severity == Severity::Error);
    let mut unlocked = Vec::new();
    if let (Some(_), Some(source)) = (&lock, files.last()) {
        let guarded: Vec<_> = planned
            .iter()
            .map(|(input, migration, directives, position)| Guarded {
                position: *position,
                migration,
                name: &input.name,
                directives,
            })
            .collect();
        unlocked = lock::guard(&guarded, source, files.len() - 1, &mut diagnostics);
        let released = read.iter().filter(|(position, _)| unlocked.contains(position));
        let released = released.map(|(position, file)| (*position, file, judged.effects(*position)));
        crate::judge::judge_release(released, &mut diagnostics);
    }
    let mut report = Report {
        dialect: options.dialect,
        migrations: inputs.len(),
        files,
        statements,
        diagnostics,
        plan: None,
        lockable: Vec::new(),
        unlocked,
    };
    report.sort();
    let migrations: Vec<_> = planned.into_iter().map(|(_, migration, ..)| migration).collect();
    if report.count(Severity::Error) == 0 {
        report.plan =
            Some(Plan { dialect: options.dialect.to_string().into(), migrations: migrations.into() });
    } else if !blocked {
        report.lockable = migrations;
    }
    (report, judged.replayed.end)
}

/// Warns once, at the first timestamp behind a counted version.
fn version_styles(names: &[Option<FileName>], diagnostics: &mut Vec<Diagnostic>) {
    let stamped = |name: &FileName| name.version.len() >= 12;
    let counted = names.iter().flatten().any(|name| !stamped(name));
    let first = names.iter().position(|name| name.as_ref().is_some_and(stamped));
    if let Some(position) = first.filter(|_| counted) {
        diagnostics.push(Diagnostic::new(&version_style::RULE, position, Span::default()));
    }
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
        let (message, help) = file_name::refusal(&input.name);
        finding.message(message).help(help);
        diagnostics.push(finding);
    }
    name
}
