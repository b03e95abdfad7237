//! Judges texts: one file by itself, or the files of a folder as a set.

use std::collections::{BTreeMap, HashMap, HashSet};

use dsql_migrate_plan::{Migration, Plan};

use crate::catalog::ChosenNames;
use crate::diagnostic::{Diagnostic, Severity};
use crate::dialect::Dialect;
use crate::directive::Directives;
use crate::file_name::{self, FileName};
use crate::lex::{LexError, LexErrorKind};
use crate::lock::{self, Guarded};
use crate::plan;
use crate::rules::all::{
    duplicate_version, empty_migration, file_name as file_name_rule, insert_values, not_utf, syntax,
    unverified, version_style,
};
use crate::rules::{Context, Domains};
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
    /// Whether statements are judged together: what one of them makes, others may use or miss. Without it each
    /// is judged by itself, whatever exists.
    pub catalog: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { dialect: Dialect::LATEST, catalog: true }
    }
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
    new_lock: Option<String>,
}

impl Report {
    /// The text of a lock of this set. `None` while something other than the guarded history is wrong.
    #[must_use]
    pub fn lock(&self) -> Option<String> {
        self.new_lock.clone()
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
fn on_a_large_stack<T: Send>(work: impl Fn() -> T + Sync) -> T {
    const STACK: usize = 64 << 20;
    std::thread::scope(|scope| {
        match std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, &work) {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // No thread could be had: this one must do.
            Err(_) => work(),
        }
    })
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
    let (unlocked, new_lock) = (Vec::new(), None);
    let mut report = Report {
        dialect: options.dialect,
        migrations: 1,
        files,
        statements,
        diagnostics,
        plan: None,
        unlocked,
        new_lock,
    };
    report.sort();
    report
}

/// Judges the files of a folder as a set, and plans them.
#[must_use]
pub fn check_set(inputs: Vec<Input>, options: Options) -> Report {
    on_a_large_stack(|| judge_set(inputs.clone(), options))
}

fn judge_set(mut inputs: Vec<Input>, options: Options) -> Report {
    let lock = inputs.iter().position(|input| input.name == lock::FILE_NAME).map(|at| inputs.remove(at));
    inputs.sort_by_cached_key(|input| file_name::order(&input.name));
    let mut files: Vec<_> = inputs.iter().map(source).collect();
    files.extend(lock.iter().map(source));
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
    let (judged, chosen) = judge_files(&read, options, &mut diagnostics);
    let statements = read.iter().map(|(_, file)| file.statements.len()).sum();
    let mut names_in_set = plan::Names::new(chosen);
    let mut planned = Vec::new();
    let phases = crate::phase::of_files(&read);
    for (((position, file), (steps, directives)), phase) in read.iter().zip(judged).zip(phases) {
        if let (Some(Some(name)), Some(input)) = (names.get(*position), inputs.get(*position)) {
            planned.push((
                input,
                Migration {
                    phase,
                    ..plan::migration(file, *position, name, steps, &directives, &mut names_in_set)
                },
                directives,
                *position,
            ));
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
        let released: Vec<_> = read.iter().filter(|(position, _)| unlocked.contains(position)).collect();
        crate::phase::judge_release(&released, &mut diagnostics);
    }
    let new_lock = (!blocked)
        .then(|| lock::of(planned.iter().map(|(input, migration, ..)| (migration, input.bytes.as_slice()))));
    let mut report = Report {
        dialect: options.dialect,
        migrations: inputs.len(),
        files,
        statements,
        diagnostics,
        plan: None,
        new_lock,
        unlocked,
    };
    report.sort();
    if report.count(Severity::Error) == 0 {
        let migrations = planned.into_iter().map(|(_, migration, ..)| migration).collect();
        report.plan = Some(Plan { dialect: options.dialect.to_string().into(), migrations });
    }
    report
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

/// Judges files that have been read, and tells how the statements of each make steps.
fn judge_files(
    files: &[(usize, File<'_>)],
    options: Options,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<(Vec<plan::Draft>, Directives)>, ChosenNames) {
    let mut domains = Domains::default();
    for statement in files.iter().flat_map(|(_, file)| &file.statements) {
        domains.note(statement);
    }
    let directives: Vec<_> =
        files.iter().map(|(position, file)| Directives::read(file, *position, diagnostics)).collect();
    let declared = crate::catalog::Declared::read(files, &directives, diagnostics);
    declared.domains(&mut domains);
    let context = Context { dialect: options.dialect, domains };
    let steps: Vec<_> =
        files.iter().map(|(position, file)| judge_file(file, *position, &context, diagnostics)).collect();
    let mut found = Vec::new();
    // The plan needs the names that the replay chooses also where nothing is to be said of the set.
    let (last, first): (Vec<_>, Vec<_>) =
        files.iter().zip(&directives).partition(|(_, directives)| directives.always.is_some());
    let applied = first.iter().chain(&last).map(|((position, file), _)| (*position, file));
    let chosen = crate::catalog::replay(applied, &declared, &context, &mut found);
    if options.catalog {
        crate::hazards::judge(files, diagnostics);
        let by_itself = diagnostics.len();
        diagnostics.append(&mut found);
        drop_repeated(files, by_itself, diagnostics);
    }
    let with_directives = files.iter().zip(&directives);
    crate::phase::judge(with_directives.map(|((position, file), one)| (*position, file, one)), diagnostics);
    crate::kind::judge(files, &directives, diagnostics);
    // Exceptions come last: they are for what any of the passes found.
    let mut directives = directives;
    for ((position, file), directives) in files.iter().zip(&mut directives) {
        let spans: Vec<_> = file.statements.iter().map(|statement| statement.span).collect();
        diagnostics.retain(|one| one.file != *position || !directives.covers(&spans, one));
        directives.unused(*position, diagnostics);
    }
    (steps.into_iter().zip(directives).collect(), chosen)
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

/// Judges a file by itself.
fn judge_file(
    file: &File<'_>,
    position: usize,
    context: &Context,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<plan::Draft> {
    for error in &file.errors {
        diagnostics.push(lexical(file, position, *error));
    }
    if file.statements.is_empty() && file.errors.is_empty() {
        diagnostics.push(Diagnostic::new(&empty_migration::RULE, position, Span::default()));
    }
    for statement in &file.statements {
        let before = diagnostics.len();
        crate::rules::judge(statement, position, context, diagnostics);
        crate::fix::write_help(
            file.source.text(),
            statement.span,
            diagnostics.get_mut(before..).unwrap_or_default(),
        );
        let refused = diagnostics.iter().skip(before).any(|one| one.severity == Severity::Error);
        // What the lexer could not read has been reported by itself.
        let lexical =
            |unread: &Span| file.errors.iter().any(|error| overlaps(error.span, statement.span, *unread));
        if let Some(unread) = statement.unread().filter(|unread| !refused && !lexical(unread)) {
            let mut finding = Diagnostic::new(&unverified::RULE, position, unread);
            finding.label("reading stopped here");
            diagnostics.push(finding);
        }
    }
    crate::block::judge(file, position, diagnostics);
    crate::down::judge(file, position, diagnostics);
    plan::steps(file, position, diagnostics)
}

fn lexical(file: &File<'_>, position: usize, error: LexError) -> Diagnostic {
    let mut finding = Diagnostic::new(&syntax::RULE, position, error.span);
    let words = error.kind.server_words();
    let near = file.source.slice(error.span);
    finding.message(words).server(format!("{words} at or near \"{near}\""));
    match error.kind {
        LexErrorKind::NulByte => finding.answer("22021", words).help("delete the zero byte"),
        LexErrorKind::EmptyIdent => finding.help("put a name between the quotes"),
        LexErrorKind::JunkAfterNumber | LexErrorKind::JunkAfterParam => {
            finding.help("put a blank between the two, or the name between double quotes")
        }
        LexErrorKind::UnicodeEscape { string: true } => {
            finding.answer("22025", words).help("write \\uXXXX or \\UXXXXXXXX with hexadecimal digits")
        }
        LexErrorKind::UnicodeEscape { string: false } => {
            finding.server(words).help("write \\XXXX or \\+XXXXXX with hexadecimal digits")
        }
        LexErrorKind::UnicodeValue => finding.server(words).help("write the code point of a character"),
        LexErrorKind::SurrogatePair => {
            finding.server(words).help("write both halves, or the whole code point: \\UXXXXXXXX")
        }
        LexErrorKind::ByteSequence => finding
            .answer("22021", words)
            .help("write the character itself, or bytes in a bytea: '\\x…'::bytea"),
        LexErrorKind::UescapeCharacter => {
            finding.help("name one character that is no hexadecimal digit, plus sign, quote or blank")
        }
        LexErrorKind::UescapeLiteral => finding.help("write UESCAPE '!', for example"),
        _ => finding.label("it begins here and never ends"),
    };
    finding
}

/// Whether a lexical error is what stopped the reading of a statement.
fn overlaps(error: Span, statement: Span, unread: Span) -> bool {
    error.start >= statement.start && error.start <= unread.end
}

/// Judges a text by itself, for the rules' tests.
#[cfg(test)]
pub(crate) fn judge_text(source: &Source, dialect: Dialect) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let file = File::read(source);
    let mut domains = Domains::default();
    file.statements.iter().for_each(|statement| domains.note(statement));
    judge_file(&file, 0, &Context { dialect, domains }, &mut diagnostics);
    diagnostics
}
