//! `-- dsql: external …`: what the database has before the first migration.

use crate::ast::Kind;
use crate::cursor::Cursor;
use crate::directive::Directives;
use crate::finding::Diagnostic;
use crate::rules::all::directive;
use crate::statement::File;
use crate::text::Source;

use super::Replay;
use super::model::{Output, Place, RelationKind, View};
use super::names::{cut, object};

/// Everything that is declared in a set, and where.
#[derive(Default)]
pub(crate) struct Declared(Vec<(Place, Source)>);

impl Declared {
    /// Reads the declarations of the files; what cannot be read is an error.
    pub(crate) fn read(
        files: &[(usize, File<'_>)],
        directives: &[Directives],
        out: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut declared = Vec::new();
        for ((position, file), directives) in files.iter().zip(directives) {
            for span in &directives.external {
                let text = file.source.slice(*span).trim_end().trim_end_matches(';');
                let source = Source::new("", format!("CREATE {text}"));
                if is_readable(&source) {
                    declared.push((Place { file: *position, span: *span }, source));
                } else {
                    let mut finding = Diagnostic::new(&directive::RULE, *position, *span);
                    finding.message("`external` takes a definition that can be read");
                    finding.help(
                        "write one of `table name (columns)`, `view name (columns)`, `sequence name`, \
                         `schema name`, `domain name AS type`, `index name ON table (columns)` and \
                         `function name(types)`",
                    );
                    out.push(finding);
                }
            }
        }
        Self(declared)
    }
}

/// Whether a declaration can be read.
fn is_readable(source: &Source) -> bool {
    let file = File::read(source);
    let [statement] = file.statements.as_slice() else { return false };
    if !file.errors.is_empty() {
        return false;
    }
    let mut cursor = statement.cursor();
    if is_view(&mut cursor) {
        let named = cursor.name().is_some();
        cursor.parens();
        return named && (cursor.at_end() || cursor.is("AS"));
    }
    // A table without its columns: some that are not known.
    if cursor.eat("CREATE TABLE").is_some() && cursor.name().is_some() && cursor.at_end() {
        return true;
    }
    let known = matches!(
        statement.kind(),
        Kind::CreateTable(_)
            | Kind::CreateSequence(_)
            | Kind::CreateSchema(_)
            | Kind::CreateDomain(_)
            | Kind::CreateIndex(_)
            | Kind::CreateFunction(_)
    );
    known && statement.tree().is_some()
}

fn is_view(cursor: &mut Cursor<'_>) -> bool {
    cursor.eat("CREATE VIEW").is_some()
}

/// Puts what is declared into the model. Domains and schemas come first, so that the order of the lines does not
/// matter.
pub(super) fn declare(replay: &mut Replay<'_>, declared: &Declared) {
    let read: Vec<_> = declared.0.iter().map(|(place, source)| (*place, File::read(source))).collect();
    let rank = |kind: &Kind| match kind {
        Kind::CreateSchema(_) => 0,
        Kind::CreateDomain(_) => 1,
        Kind::CreateTable(_) => 2,
        _ => 3,
    };
    for wanted in 0..4 {
        for (place, statement) in read
            .iter()
            .flat_map(|(place, file)| file.statements.iter().map(move |statement| (*place, statement)))
        {
            if rank(statement.kind()) == wanted {
                replay.file = place.file;
                replay.place = Some(place);
                if !view(replay, statement.cursor(), place) {
                    replay.statement(statement);
                }
            }
        }
    }
    replay.place = None;
    // The statements are not of the set: nothing is said of them.
    replay.out.clear();
}

/// A view is declared with its columns, or without any that are known.
fn view(replay: &mut Replay<'_>, mut cursor: Cursor<'_>, place: Place) -> bool {
    if !is_view(&mut cursor) {
        return false;
    }
    let Some(name) = cursor.name() else { return false };
    let columns = cursor
        .ident_list()
        .map(|columns| columns.iter().map(|column| Output::named(cut(&column.value))).collect());
    if let Some(home) = replay.home(&name) {
        let kind = RelationKind::View(View { columns, simple: true, source: None });
        replay.model.add_relation(home, object(&name), kind, Some(place));
    }
    true
}
