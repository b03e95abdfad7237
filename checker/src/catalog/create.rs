//! `CREATE TABLE`, `CREATE SEQUENCE` and `CREATE SCHEMA`.

use crate::ast::{
    AlterSequence, CreateSchema, CreateSequence, CreateTable, ObjectName, SequenceOption, SequenceOptionKind,
    TableBody, TableElement, TableOptionKind,
};
use crate::effect::Change;
use crate::naming::schema_owner;
use crate::rules::all::{object_limit, table_columns, wrong_kind};
use crate::statement::Statement;
use crate::text::Span;

use super::Replay;
use super::column::{Declared, TURNS, Turn};
use super::model::{Column, RelationId, RelationKind, SchemaId, Sequence, Table, User};
use super::names::{Resolved, cut, object};

/// How many tables a database has at most (facts: dsql.md §3).
const MAX_TABLES: usize = 1000;
/// How many schemas besides `public`.
const MAX_SCHEMAS: usize = 10;
/// More columns than this over a table's life, dropped ones included, are refused.
pub(super) const MAX_EVER: usize = 1600;

impl Replay<'_> {
    pub(super) fn create_table(&mut self, statement: &Statement<'_>, create: &CreateTable) {
        let Some(home) = self.home(&create.name) else { return };
        let name = object(&create.name).to_owned();
        let span = last_span(&create.name);
        if let Some(id) = self.model.schemas[home].relations.get(&name).copied() {
            if create.if_not_exists {
                self.same_table(id, create, span);
                return;
            }
            self.relation_taken(id, span);
            // What follows may be about either of the two.
            self.forget(id);
            return;
        }
        self.type_name_taken(home, &name, span);
        self.case(home, &name, span);
        let mut table = Table::default();
        let elements: &[TableElement] = match &create.body {
            TableBody::Elements(elements) => elements,
            _ => {
                table.opaque = true;
                &[]
            }
        };
        // No table has so many, which another rule says; each is looked for among all.
        let elements = if elements.len() > 2 * MAX_EVER { &[] } else { elements };
        table.opaque |=
            elements.is_empty() && matches!(&create.body, TableBody::Elements(all) if !all.is_empty());
        table.opaque |= create.options.iter().any(|option| option.kind == TableOptionKind::Inherits);
        // A table that a comment declares without its columns has columns that are not known.
        table.opaque |= self.place.is_some() && elements.is_empty();
        let like = elements.iter().any(|element| matches!(element, TableElement::Like(_)));
        for element in elements {
            match element {
                TableElement::Column(column) => {
                    let built = self.column(statement, column);
                    table.add(built);
                }
                TableElement::Like(clause) => self.like_clause(statement, clause, &mut table),
                TableElement::Constraint(_) => {}
            }
        }
        if like {
            self.copied_twice(&table, span);
        }
        table.original = table.shape();
        let place = self.place(span);
        let id = self.model.add_relation(home, &name, RelationKind::Table(Box::new(table)), Some(place));
        if self.model.tables == MAX_TABLES + 1 && self.place.is_none() {
            let finding = self.find(&object_limit::RULE, span);
            finding.message(format!("this is the 1,001st table; {MAX_TABLES} is the most"));
            finding.server(format!("creating more than {MAX_TABLES} tables not allowed"));
        }
        self.columns_made(id, statement, elements);
        self.columns_copied(id, elements);
        for turn in TURNS {
            for element in elements {
                match element {
                    TableElement::Column(column) => self.column_constraints(statement, id, column, turn),
                    TableElement::Constraint(constraint) if Turn::of(&constraint.kind) == turn => {
                        self.add_constraint(statement, id, constraint, Declared::WithTable { like });
                    }
                    _ => {}
                }
            }
        }
    }

    /// Says so where a table has a column of its own that LIKE copies as well.
    fn copied_twice(&mut self, table: &Table, span: Span) {
        let mut seen = std::collections::HashSet::new();
        let Some(twice) = table.columns.iter().find(|column| !seen.insert(column.name.as_str())) else {
            return;
        };
        let finding = self.find(&table_columns::RULE, span);
        finding.message(format!("column `{}` stands twice, since LIKE copies one of its name", twice.name));
        finding.answer("42701", format!("column \"{}\" specified more than once", twice.name));
        finding.help("leave it out, or write out the columns instead of LIKE");
    }

    /// A table that is made LIKE another one has sequences of its own for the identities that it copies, and its columns
    /// hold their domains.
    fn columns_copied(&mut self, id: RelationId, elements: &[TableElement]) {
        let own: Vec<&str> = elements
            .iter()
            .filter_map(|element| match element {
                TableElement::Column(column) => Some(cut(&column.name.value)),
                _ => None,
            })
            .collect();
        let table = self.model.table(id);
        let about =
            |(at, column): (usize, &Column)| (at, column.identity, column.data_type.domain, column.made.span);
        let copied = |(_, column): &(usize, &Column)| !own.contains(&column.name.as_str());
        let copied: Vec<_> =
            table.map(|table| table.live().filter(copied).map(about).collect()).unwrap_or_default();
        for (at, identity, domain, span) in copied {
            if identity {
                self.identity_sequence(id, at, span);
            }
            if let Some(domain) = domain {
                self.model.domains[domain].users.push((id, at));
            }
        }
    }

    /// What columns need besides themselves: sequences of identities, domains, defaults.
    fn columns_made(&mut self, id: RelationId, statement: &Statement<'_>, elements: &[TableElement]) {
        for element in elements {
            let TableElement::Column(column) = element else { continue };
            let at = self.model.table(id).and_then(|table| table.column(cut(&column.name.value)));
            if let Some(at) = at {
                self.column_made(statement, id, at, column);
            }
        }
    }

    /// Says that a name is taken, in the words for the kind of what is made.
    pub(super) fn relation_taken(&mut self, id: RelationId, span: Span) {
        let relation = self.model.relation(id);
        let (name, made) = (relation.name.clone(), relation.made);
        let what = kind_word(&relation.kind);
        let server = format!("relation \"{name}\" already exists");
        if matches!(relation.kind, RelationKind::Opaque) {
            return;
        }
        self.duplicate(span, what, &name, "42P07", server, made);
    }

    /// Makes a relation one of which nothing is known any more.
    pub(super) fn forget(&mut self, id: RelationId) {
        match self.model.relations.get_mut(id).map(|relation| &mut relation.kind) {
            Some(RelationKind::Table(table)) => table.opaque = true,
            Some(RelationKind::View(view)) => view.columns = None,
            _ => {}
        }
    }

    pub(super) fn create_sequence(&mut self, create: &CreateSequence) {
        let Some(home) = self.home(&create.name) else { return };
        let name = object(&create.name).to_owned();
        let span = last_span(&create.name);
        if let Some(id) = self.model.schemas[home].relations.get(&name).copied() {
            if !create.if_not_exists {
                self.relation_taken(id, span);
            }
            return;
        }
        self.type_name_taken(home, &name, span);
        self.case(home, &name, span);
        let place = self.place(span);
        let kind = RelationKind::Sequence(Sequence::default());
        let id = self.model.add_relation(home, &name, kind, Some(place));
        self.sequence_options(id, &create.options);
    }

    /// The sequence of an identity, under the name that the server gives it.
    pub(super) fn identity_sequence(&mut self, table: RelationId, column: usize, span: Span) {
        let relation = self.model.relation(table);
        let (schema, of) = (relation.schema, relation.name.clone());
        let name = self.model.table(table).and_then(|table| table.columns.get(column));
        let name = name.map(|column| column.name.clone()).unwrap_or_default();
        let chosen = self.free_name(schema, &of, &name, "seq");
        let kind = RelationKind::Sequence(Sequence { owner: Some((table, column)), identity: true });
        let place = self.place(span);
        let id = self.model.add_relation(schema, &chosen, kind, Some(place));
        self.model.note_use(table, Some(column), User::Relation(id));
    }

    pub(super) fn alter_sequence(&mut self, alter: &AlterSequence) {
        let Some(id) = self.altered(&alter.name, "sequence", alter.if_exists) else {
            if alter.rename_to.is_some() || alter.set_schema.is_some() {
                self.unknown_change(&alter.name, Change::Moved);
            }
            return;
        };
        if !self.must_be(id, alter.name.span(), "sequence") {
            return;
        }
        self.sequence_options(id, &alter.options);
        if let Some(to) = &alter.rename_to {
            self.rename_relation(id, to);
        }
        if let Some(schema) = &alter.set_schema {
            self.move_to_schema(id, schema);
        }
    }

    fn sequence_options(&mut self, id: RelationId, options: &[SequenceOption]) {
        for option in options {
            let SequenceOptionKind::OwnedBy(name) = &option.kind else { continue };
            let Some((column, table)) = name.parts.split_last() else { continue };
            if self.model.is_of_identity(id) {
                let finding = self.find(&wrong_kind::RULE, name.span());
                finding.message("this is the sequence of an identity column, and stays with it");
                finding.answer("0A000", "cannot change ownership of identity sequence");
                continue;
            }
            if table.is_empty() {
                // OWNED BY NONE.
                self.model.forget_uses(User::Relation(id));
                if let RelationKind::Sequence(sequence) = &mut self.model.relations[id].kind {
                    sequence.owner = None;
                }
                continue;
            }
            let table_name = ObjectName { parts: table.to_vec() };
            let Some(table) = self.known(&table_name, "relation", false) else { continue };
            if matches!(self.model.relation(table).kind, RelationKind::Index(_) | RelationKind::Sequence(_)) {
                let shown = self.model.relation(table).name.clone();
                let finding = self.find(&wrong_kind::RULE, name.span());
                finding.message(format!("`{shown}` is no table, and a sequence belongs to a column of one"));
                finding.server(format!("sequence cannot be owned by relation \"{shown}\""));
                continue;
            }
            if self.schema_of(table) != self.schema_of(id) {
                let finding = self.find(&wrong_kind::RULE, name.span());
                finding.message("the sequence and the table are in two schemas");
                finding.answer("55000", "sequence must be in same schema as table it is linked to");
                finding.help("move the sequence with ALTER SEQUENCE … SET SCHEMA, or make it there");
            }
            self.view_has(table, column);
            let Some(at) = self.known_column(table, column, |of| {
                format!("column \"{}\" of relation \"{of}\" does not exist", cut(&column.value))
            }) else {
                continue;
            };
            if let RelationKind::Sequence(sequence) = &mut self.model.relations[id].kind {
                sequence.owner = Some((table, at));
            }
            self.model.forget_uses(User::Relation(id));
            self.model.note_use(table, Some(at), User::Relation(id));
        }
    }

    pub(super) fn create_schema(&mut self, statement: &Statement<'_>, create: &CreateSchema) {
        let Some(ident) = &create.name.clone().or_else(|| schema_owner(statement)) else { return };
        let name = cut(&ident.value).to_owned();
        let place = self.place_of(ident);
        if let Some(id) = self.model.schema_names.get(&name).copied() {
            let schema = &mut self.model.schemas[id];
            if schema.opaque {
                schema.made = Some(place);
                return;
            }
            let made = schema.made;
            // That `public` is there already needs no set to be known.
            if !create.if_not_exists && name != "public" {
                let server = format!("schema \"{name}\" already exists");
                self.duplicate(ident.span, "schema", &name, "42P06", server, made);
            }
        } else {
            let folded = name.to_lowercase();
            let other = self.model.schema_names.iter().find(|(other, _)| other.to_lowercase() == folded);
            let other = other.map(|(other, id)| (other.clone(), self.model.schemas[*id].made));
            if let Some((other, made)) = other {
                self.case_finding(&name, &other, ident.span, made);
            }
            self.model.add_schema(&name, Some(place));
            // `public` is not counted.
            let count = self.model.schema_names.len() - 1;
            if count == MAX_SCHEMAS + 1 && self.place.is_none() {
                let finding = self.find(&object_limit::RULE, ident.span);
                finding.message(format!(
                    "this is the eleventh schema besides public; {MAX_SCHEMAS} is the most"
                ));
                finding.server(format!("more than {MAX_SCHEMAS} schemas not allowed"));
            }
        }
        // What it makes inside of itself is made in it.
        let path = self.path.clone();
        self.path.insert(0, name);
        for element in statement.nested() {
            self.statement(&element);
        }
        self.path = path;
    }

    /// The relation that a statement is about; a missing one is reported unless the statement allows for it.
    /// `kind` is how the server calls it.
    pub(super) fn known(&mut self, name: &ObjectName, kind: &str, if_exists: bool) -> Option<RelationId> {
        match self.resolve(name) {
            Resolved::Found(id) => Some(id),
            Resolved::Unknown => None,
            Resolved::Missing if if_exists => None,
            Resolved::Missing => {
                let word = if kind == "sequence" { "relation" } else { kind };
                self.unknown_relation(name, kind, format!("{word} \"{name}\" does not exist"));
                None
            }
        }
    }

    /// The same of one that must be of its kind.
    pub(super) fn known_kind(
        &mut self,
        name: &ObjectName,
        kind: &str,
        if_exists: bool,
    ) -> Option<RelationId> {
        let id = match kind {
            "index" => self.known_index(name, if_exists),
            _ => self.known(name, if kind == "table" { "relation" } else { kind }, if_exists),
        }?;
        self.must_be(id, name.span(), kind).then_some(id)
    }

    /// Says so where something is not of the kind that a statement is about.
    pub(super) fn must_be(&mut self, id: RelationId, span: Span, wanted: &str) -> bool {
        let is = kind_word(&self.model.relation(id).kind);
        if is == wanted || is == "relation" {
            return true;
        }
        self.not_a(
            id,
            span,
            wanted,
            format!("name {} {wanted} here", if wanted == "index" { "an" } else { "a" }),
        );
        false
    }

    /// Says that something is not of the kind that a statement is about.
    pub(super) fn not_a(&mut self, id: RelationId, span: Span, wanted: &str, help: String) {
        let relation = self.model.relation(id);
        let (name, made) = (relation.name.clone(), relation.made);
        let is = kind_word(&relation.kind);
        let article = if wanted == "index" { "an" } else { "a" };
        let finding = self.find(&wrong_kind::RULE, span);
        finding.message(format!("`{name}` is no {wanted} but a {is}"));
        finding.server(format!("\"{name}\" is not {article} {wanted}"));
        finding.at_place(made, "it is created here").help(help);
    }

    /// The schema that a relation is in.
    pub(super) fn schema_of(&self, id: RelationId) -> SchemaId {
        self.model.relation(id).schema
    }
}

/// What a relation is called in messages.
pub(super) fn kind_word(kind: &RelationKind) -> &'static str {
    match kind {
        RelationKind::Table(_) => "table",
        RelationKind::View(_) => "view",
        RelationKind::Index(_) => "index",
        RelationKind::Sequence(_) => "sequence",
        RelationKind::Opaque => "relation",
    }
}

/// Where the object's own name stands.
pub(super) fn last_span(name: &ObjectName) -> Span {
    name.last().map_or_else(Span::default, |name| name.span)
}
