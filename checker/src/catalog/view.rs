//! Views: their columns, and what they read.

use std::collections::HashSet;

use crate::ast::{CreateView, TokenRange};
use crate::effect::{Change, Object};
use crate::rules::all::view_columns;
use crate::statement::Statement;
use crate::text::Span;

use super::Replay;
use super::create::last_span;
use super::depend::sequences_in;
use super::model::{Output, RelationKind, User, View};
use super::names::Resolved;
use super::names::{cut, object};
use super::read::Reads;
use super::read::query::source_of;

impl Replay<'_> {
    pub(super) fn create_view(&mut self, statement: &Statement<'_>, create: &CreateView) {
        let Some(home) = self.home(&create.name) else { return };
        let name = object(&create.name).to_owned();
        let span = last_span(&create.name);
        // A recursive view reads itself by its name, which is then no relation.
        let recursive = is_recursive(statement);
        let reads = self.reads_of(statement, create.query, recursive.then_some(name.as_str()));
        let outputs = reads.as_ref().and_then(|reads| reads.outputs.clone());
        let columns = self.view_columns(create, outputs);
        let simple = reads.as_ref().is_none_or(|reads| reads.simple);
        let source = statement.with_part(create.query, source_of).flatten();
        let source = source.and_then(|name| match self.resolve(&name) {
            Resolved::Found(id) => Some(id),
            _ => None,
        });
        let existing = self.model.schemas[home].relations.get(&name).copied();
        let id = match existing {
            Some(id) if create.or_replace && self.is_view(id) => {
                self.model.forget_uses(User::Relation(id));
                self.model.change(Change::Altered, Object::Relation(id));
                self.replaced(id, columns.as_deref(), create, span);
                if let RelationKind::View(view) = &mut self.model.relations[id].kind {
                    (view.simple, view.source) = (simple, source);
                    view.columns = columns;
                }
                id
            }
            Some(id) if create.or_replace => {
                self.not_a(id, span, "view", "give the view another name".to_owned());
                return;
            }
            Some(id) => {
                self.relation_taken(id, span);
                if let Some(last) = self.out.last_mut()
                    && self
                        .model
                        .relations
                        .get(id)
                        .is_some_and(|one| matches!(one.kind, RelationKind::View(_)))
                {
                    last.help("write CREATE OR REPLACE VIEW to change the view");
                }
                self.forget(id);
                return;
            }
            None => {
                self.type_name_taken(home, &name, span);
                self.case(home, &name, span);
                let place = self.place(span);
                self.model.add_relation(
                    home,
                    &name,
                    RelationKind::View(View { columns, simple, source }),
                    Some(place),
                )
            }
        };
        if let Some(reads) = reads {
            self.note_reads(&reads, User::Relation(id));
        }
        self.note_calls(statement, create.query, User::Relation(id));
        for sequence in sequences_in(statement.within(create.query)).iter().filter(|one| one.bound) {
            if let Some(used) = self.known(&sequence.name, "sequence", false) {
                self.model.note_use(used, None, User::Relation(id));
            }
        }
    }

    /// The columns of a view: those of its query, under the names that it lists.
    fn view_columns(&mut self, create: &CreateView, outputs: Option<Vec<Output>>) -> Option<Vec<Output>> {
        let mut columns = outputs?;
        let named = create.columns.len();
        if named > columns.len()
            && let Some(extra) = create.columns.get(columns.len())
        {
            let finding = self.find(&view_columns::RULE, extra.span);
            finding.message(format!("{named} names for {} columns", columns.len()));
            finding.answer("42601", "CREATE VIEW specifies more column names than columns");
            finding.help("name as many columns as the query gives, or fewer");
            return None;
        }
        // Columns behind those that are named keep the names of the query.
        for (column, name) in columns.iter_mut().zip(&create.columns) {
            column.name = Some(cut(&name.value).to_owned());
        }
        let mut seen = HashSet::new();
        let twice = columns.iter().filter_map(|one| one.name.clone()).find(|name| !seen.insert(name.clone()));
        if let Some(name) = twice {
            let listed = create.columns.iter().rfind(|column| cut(&column.value) == name);
            let span = listed.map_or(last_span(&create.name), |column| column.span);
            let finding = self.find(&view_columns::RULE, span);
            finding.message(format!("two columns of the view are called `{name}`"));
            finding.answer("42701", format!("column \"{name}\" specified more than once"));
            finding.help("give one of them another name with AS");
        }
        Some(columns)
    }

    /// `CREATE OR REPLACE VIEW` keeps the columns that are there.
    fn replaced(&mut self, id: usize, columns: Option<&[Output]>, create: &CreateView, span: Span) {
        let relation = self.model.relation(id);
        let RelationKind::View(View { columns: Some(old), .. }) = &relation.kind else { return };
        let Some(new) = columns else { return };
        let (made, of) = (relation.made, relation.name.clone());
        let changed = old.iter().zip(new).zip(create.columns.iter().map(Some).chain(std::iter::repeat(None)));
        let change = changed.into_iter().find_map(|((old, new), at)| {
            let (from, to) = (old.name.as_deref()?, new.name.as_deref()?);
            let span = at.map_or(span, |at| at.span);
            if from != to {
                let server = format!("cannot change name of view column \"{from}\" to \"{to}\"");
                return Some((format!("column `{from}` of the view would become `{to}`"), server, span));
            }
            let (old, new) = (old.data_type.as_ref()?, new.data_type.as_ref()?);
            let (a, b) = (&old.display, &new.display);
            let known = !a.is_empty() && !b.is_empty() && old.domain.is_none() && new.domain.is_none();
            (known && a != b).then(|| {
                let server = format!("cannot change data type of view column \"{from}\" from {a} to {b}");
                (format!("column `{from}` of the view would become `{b}`, and it is `{a}`"), server, span)
            })
        });
        let change = change.or_else(|| {
            let gone = old.get(new.len())?.name.clone();
            let gone = gone.map_or_else(|| "a column".to_owned(), |name| format!("column `{name}`"));
            Some((
                format!("{gone} of `{of}` would be gone"),
                "cannot drop columns from view".to_owned(),
                span,
            ))
        });
        if let Some((message, server, span)) = change {
            let finding = self.find(&view_columns::RULE, span);
            finding.message(message).server(server).at_place(made, "the view is created here");
        }
    }

    fn is_view(&self, id: usize) -> bool {
        matches!(self.model.relation(id).kind, RelationKind::View(_) | RelationKind::Opaque)
    }

    pub(super) fn note_reads(&mut self, reads: &Reads, by: User) {
        for relation in &reads.relations {
            self.model.note_use(*relation, None, by);
        }
        for (relation, column) in &reads.columns {
            self.model.note_use(*relation, Some(*column), by);
        }
    }

    /// What a query reads; `None` where it cannot be read.
    pub(super) fn reads_of(
        &mut self,
        statement: &Statement<'_>,
        query: TokenRange,
        own: Option<&str>,
    ) -> Option<Reads> {
        statement.with_part(query, |part| self.read_statement(part, own))
    }
}

fn is_recursive(statement: &Statement<'_>) -> bool {
    let mut cursor = statement.cursor();
    cursor.advance();
    cursor.eat("OR REPLACE");
    cursor.is("RECURSIVE")
}
