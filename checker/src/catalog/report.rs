//! What is said, in the words of the server.

use crate::ast::{Ident, ObjectName};
use crate::finding::Rule;
use crate::finding::{Diagnostic, Label};
use crate::rules::all::{duplicate_object, unknown_column, unknown_object, unknown_relation};
use crate::rules::{nearest, quoted, quoted_name};
use crate::text::Span;

use super::Replay;
use super::model::{Place, RelationId, RelationKind, SchemaId};
use super::names::{cut, object};

impl Diagnostic {
    /// Points at another place, of any file of the set.
    pub(super) fn at_place(&mut self, place: Option<Place>, text: &str) -> &mut Self {
        if let Some(place) = place {
            self.others.push(Label { file: place.file, span: place.span, text: text.to_owned() });
        }
        self
    }
}

/// Names of columns for a message: the first of them where they are many.
fn listed(names: &[&str]) -> String {
    const MOST: usize = 12;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{}`", quoted(name))).collect();
    let more = names.len().saturating_sub(MOST);
    match shown.as_slice() {
        _ if more > 0 => format!("{} and {more} more", shown.join(", ")),
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => shown.concat(),
    }
}

impl Replay<'_> {
    /// Notes a finding in the words of its rule; the caller refines it.
    pub(super) fn find(&mut self, rule: &'static Rule, span: Span) -> &mut Diagnostic {
        let at = self.out.len();
        self.out.push(Diagnostic::new(rule, self.file, span));
        &mut self.out[at]
    }

    /// A table or view that nothing made. It is taken to exist from then on.
    pub(super) fn unknown_relation(&mut self, name: &ObjectName, kind: &str, server: String) {
        if let Some(schema) =
            name.schema().filter(|one| !self.model.schema_names.contains_key(cut(&one.value)))
        {
            // Queries look for the relation, and everything else for the schema first.
            self.unknown_schema(&schema.clone());
            if let (true, Some(last)) = (kind == "relation" && !self.altering, self.out.last_mut()) {
                last.answer("42P01", server);
            }
            self.assume(name);
            return;
        }
        let object = object(name).to_owned();
        let schema = match name.schema() {
            Some(schema) => self.model.schema_names.get(cut(&schema.value)).copied(),
            None => self.path.iter().find_map(|name| self.model.schema_names.get(name)).copied(),
        };
        let (near, gone) = self.like(schema, &object);
        let word = if kind == "relation" { "table or view" } else { kind };
        let shown = name.to_string();
        let written = quoted_name(name);
        let finding = self.find(&unknown_relation::RULE, name.span());
        finding.message(format!("there is no {word} `{shown}`")).server(server);
        if let Some(place) = gone {
            finding.message(format!("there is no {word} `{shown}` any more"));
            finding.at_place(Some(place), "it was dropped, renamed or moved here");
        }
        match near {
            Some((near, made)) => {
                finding.help(format!("did you mean `{}`?", quoted(&near)));
                finding.at_place(made, "this is created here");
            }
            None => {
                let example = match kind {
                    "sequence" | "view" => format!("external {kind} {written}"),
                    _ => format!("external table {written} (id uuid PRIMARY KEY, …)"),
                };
                finding.help(format!(
                    "create it in an earlier migration; if the database has it already, declare it with a line \
                     `-- dsql: {example}`; without the replay (`--no-catalog`) nothing is asked"
                ));
            }
        }
        self.assume(name);
    }

    /// From here on something of this name exists, and nothing more is known of it.
    pub(super) fn assume(&mut self, name: &ObjectName) {
        let home = match name.schema() {
            Some(schema) => self.model.schema_names.get(cut(&schema.value)).copied().or_else(|| {
                let id = self.model.add_schema(cut(&schema.value), None);
                self.model.schemas[id].opaque = true;
                Some(id)
            }),
            None => Some(self.first_of_path()),
        };
        self.model.add_relation(home.unwrap_or_default(), object(name), RelationKind::Opaque, None);
    }

    /// The relation whose name is most like this one, and where one of this name went away.
    fn like(&self, schema: Option<SchemaId>, name: &str) -> (Option<(String, Option<Place>)>, Option<Place>) {
        let Some(schema) = schema.and_then(|id| self.model.schemas.get(id)) else { return (None, None) };
        let gone = schema.gone.get(name).copied();
        let table = |(_, id): &(&String, &RelationId)| {
            matches!(self.model.relation(**id).kind, RelationKind::Table(_) | RelationKind::View(_))
        };
        let near = if gone.is_some() {
            None
        } else if let Some(id) = schema.folded.get(&name.to_lowercase()) {
            Some(self.model.relation(*id).name.as_str())
        } else {
            nearest(name, schema.relations.iter().filter(table).map(|(name, _)| name.as_str()))
        };
        let near = near.map(|near| {
            let made = schema.relations.get(near).and_then(|id| self.model.relation(*id).made);
            (near.to_owned(), made)
        });
        (near, gone)
    }

    /// A column that a table does not have.
    pub(super) fn unknown_column(&mut self, table: RelationId, column: &Ident, server: String) {
        let name = cut(&column.value).to_owned();
        let relation = self.model.relation(table);
        let (of, made) = (relation.name.clone(), relation.made);
        let mut gone = None;
        let columns: Vec<&str> = match &relation.kind {
            RelationKind::Table(table) => {
                gone = table.gone.get(&name).copied();
                table.live().map(|(_, column)| column.name.as_str()).collect()
            }
            RelationKind::View(view) => {
                view.columns.iter().flatten().filter_map(|one| one.name.as_deref()).collect()
            }
            _ => Vec::new(),
        };
        let near = nearest(&name, columns.iter().copied()).map(quoted);
        let known = listed(&columns);
        let finding = self.find(&unknown_column::RULE, column.span);
        finding.message(format!("`{of}` has no column `{name}`")).server(server);
        if gone.is_some() {
            finding.at_place(gone, "it was dropped or renamed here");
        } else {
            finding.at_place(made, "the table is created here");
        }
        match near {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None if known.is_empty() => {
                finding.help(format!("name a column that `{of}` has at this point, or add it before"))
            }
            None => {
                finding.help(format!("at this point `{of}` has {known}; name one of these, or add it before"))
            }
        };
    }

    /// A column that none of the tables of a query has; `others` are those that there are.
    pub(super) fn missing_in_query<'n>(
        &mut self,
        span: Span,
        name: &str,
        server: String,
        others: impl Iterator<Item = &'n str>,
    ) {
        let others: Vec<&str> = others.collect();
        let near = nearest(name, others.iter().copied()).map(quoted);
        let finding = self.find(&unknown_column::RULE, span);
        finding.message(format!("there is no column `{name}` here")).server(server);
        finding.help(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if others.is_empty() => {
                format!("name a table in FROM that has it; a string stands between single quotes: '{name}'")
            }
            None => format!("at this point the tables in FROM have {}", listed(&others)),
        });
    }

    /// An alias that names more columns than there are.
    pub(super) fn too_many_names(&mut self, alias: &Ident, given: usize, wanted: usize) {
        let shown = cut(&alias.value);
        let finding = self.find(&unknown_column::RULE, alias.span);
        finding.message(format!("`{shown}` names {wanted} columns, and there are {given}"));
        let server =
            format!("table \"{shown}\" has {given} columns available but {wanted} columns specified");
        finding.answer("42P10", server).help("name as many columns as there are, or fewer");
    }

    pub(super) fn unknown_schema(&mut self, name: &Ident) {
        let shown = cut(&name.value).to_owned();
        let near = nearest(&shown, self.model.schema_names.keys().map(String::as_str)).map(quoted);
        let gone = self.model.gone_schemas.get(&shown).copied();
        let finding = self.find(&unknown_object::RULE, name.span);
        finding.message(format!("there is no schema `{shown}`"));
        finding.answer("3F000", format!("schema \"{shown}\" does not exist"));
        finding.at_place(gone, "it was dropped or renamed here");
        finding.help(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "create it in an earlier migration, or declare it with a line `-- dsql: external schema {}`",
                quoted(&shown)
            ),
        });
    }

    pub(super) fn no_schema(&mut self, span: Span) {
        let finding = self.find(&unknown_object::RULE, span);
        finding.message("no schema of the search path exists");
        finding.answer("3F000", "no schema has been selected to create in");
        finding.help("write the schema before the name, or create it before");
    }

    /// Something that is neither a relation nor a schema and that nothing made.
    pub(super) fn unknown_object<'n>(
        &mut self,
        what: &str,
        name: &Ident,
        sqlstate: &'static str,
        server: String,
        others: impl Iterator<Item = &'n str>,
        gone: Option<Place>,
    ) {
        let shown = cut(&name.value);
        let near = nearest(shown, others).map(quoted);
        let finding = self.find(&unknown_object::RULE, name.span);
        finding.message(format!("there is no {what} `{shown}`")).answer(sqlstate, server);
        finding.at_place(gone, "it was dropped or renamed here");
        finding.help(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("create the {what} before, or write IF EXISTS where it may be absent"),
        });
    }

    /// Something whose name is taken.
    pub(super) fn duplicate(
        &mut self,
        span: Span,
        what: &str,
        name: &str,
        sqlstate: &'static str,
        server: String,
        first: Option<Place>,
    ) {
        let finding = self.find(&duplicate_object::RULE, span);
        finding
            .message(format!("there is {} {what} `{name}` already", if what == "index" { "an" } else { "a" }))
            .answer(sqlstate, server);
        finding.at_place(first, "the first is created here");
        finding.help("choose another name, or drop or rename the first before");
    }
}
