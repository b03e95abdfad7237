//! Domains: types that the set makes.

use std::collections::HashMap;

use crate::ast::{ColumnClauseKind, CreateDomain, Ident, ObjectName};
use crate::cursor::Cursor;
use crate::effect::{Change, Object};
use crate::rules::all::{dependent_object, wrong_kind};
use crate::statement::Statement;
use crate::text::Span;

use super::Replay;
use super::column::is_null;
use super::constraint::numbered;
use super::model::{Domain, DomainId, Place, SchemaId};
use super::names::{cut, object};

impl Replay<'_> {
    pub(super) fn create_domain(&mut self, statement: &Statement<'_>, domain: &CreateDomain) {
        let Some(home) = self.home(&domain.name) else { return };
        for clause in &domain.clauses {
            let ColumnClauseKind::Check(range) = clause.kind else { continue };
            for name in crate::expr::columns(statement, range) {
                let server = format!("column \"{}\" does not exist", cut(&name.value));
                self.missing_in_query(name.span, cut(&name.value), server, ["value"].into_iter());
            }
        }
        let base = self.type_of(&domain.data_type);
        for clause in &domain.clauses {
            let ColumnClauseKind::Default(range) = clause.kind else { continue };
            let name = object(&domain.name);
            statement.with_part(range, |part| self.domain_default(name, &base, part));
        }
        let modified = !domain.data_type.modifiers.is_empty();
        let name = object(&domain.name).to_owned();
        let span = domain.name.last().map_or_else(Span::default, |name| name.span);
        let schema = &self.model.schemas[home];
        let first = match (schema.domains.get(&name), schema.relations.get(&name)) {
            (Some(id), _) => Some(self.model.domains[*id].made),
            // A table and a view are types too.
            (None, Some(id)) if self.is_row_type(*id) => Some(self.model.relation(*id).made),
            _ => None,
        };
        if let Some(first) = first {
            let server = format!("type \"{name}\" already exists");
            self.duplicate(span, "type", &name, "42710", server, first);
        }
        let has =
            |wanted: fn(&ColumnClauseKind) -> bool| domain.clauses.iter().any(|clause| wanted(&clause.kind));
        let mut constraints = HashMap::new();
        for clause in domain.clauses.iter().filter(|one| matches!(one.kind, ColumnClauseKind::Check(_))) {
            let given = clause.name.as_ref().map(|name| cut(&name.value).to_owned());
            let free = |one: &str| !constraints.contains_key(one);
            let constraint = given.unwrap_or_else(|| numbered(&name, "", "check", free));
            constraints.insert(constraint, self.place(clause.span));
        }
        let domain = Domain {
            modified,
            base: base.base,
            of: base.domain,
            constraints,
            not_null: has(|kind| matches!(kind, ColumnClauseKind::NotNull)),
            has_default: domain.clauses.iter().any(|clause| {
                matches!(clause.kind, ColumnClauseKind::Default(range) if !is_null(statement, range) || modified)
            }),
            ..Domain::default()
        };
        self.add_domain(home, (name, span), domain);
    }

    /// Puts a domain, or what stands for one, under its name.
    pub(super) fn add_domain(&mut self, home: SchemaId, (name, span): (String, Span), domain: Domain) {
        let id = self.model.domains.len();
        self.model.change(Change::Made, Object::Domain(id));
        let made = Some(self.place(span));
        self.model.domains.push(Domain { name: name.clone(), schema: home, made, ..domain });
        self.model.schemas[home].domains.insert(name, id);
    }

    /// The domain that a statement names, for `ALTER` and `DROP`; a missing one is reported.
    pub(super) fn known_domain(&mut self, name: &ObjectName, if_exists: bool) -> Option<DomainId> {
        let schema = name.schema().map(|schema| schema.value.clone());
        match self.resolve_domain(schema.as_deref(), name.object()) {
            Ok(id) => Some(id),
            // The rows of a table and of a view are a type, and no domain.
            Err(_) if let Some(id) = self.row_type_of(schema.as_deref(), name.object()) => {
                let made = self.model.relation(id).made;
                let finding = self.find(&wrong_kind::RULE, name.span());
                finding.message(format!("`{name}` is no domain"));
                finding.server(format!(
                    "\"{}\" is not a domain",
                    name.parts.iter().map(|part| cut(&part.value)).collect::<Vec<_>>().join(".")
                ));
                finding.at_place(made, "it is created here");
                None
            }
            Err(false) if !if_exists => {
                let ident = name.last().cloned().unwrap_or(Ident {
                    value: String::new(),
                    quoted: true,
                    span: Span::default(),
                });
                let names: Vec<String> = self
                    .model
                    .domains
                    .iter()
                    .filter(|one| !one.dropped)
                    .map(|one| one.name.clone())
                    .collect();
                let gone = self
                    .model
                    .domains
                    .iter()
                    .any(|one| one.dropped && one.name == cut(&ident.value))
                    .then(|| {
                        self.model.schemas.iter().find_map(|one| one.gone.get(cut(&ident.value))).copied()
                    })
                    .flatten();
                let server = format!("type \"{name}\" does not exist");
                self.unknown_object(
                    "domain",
                    &ident,
                    "42704",
                    server,
                    names.iter().map(String::as_str),
                    gone,
                );
                None
            }
            Err(_) => None,
        }
    }

    pub(super) fn rename_domain(&mut self, id: DomainId, to: &Ident) {
        let new = cut(&to.value).to_owned();
        let (home, old) = (self.model.domains[id].schema, self.model.domains[id].name.clone());
        let row = self.model.schemas[home].relations.get(&new).copied().filter(|id| self.is_row_type(*id));
        if let Some(row) = row {
            let made = self.model.relation(row).made;
            self.duplicate(to.span, "type", &new, "42710", format!("type \"{new}\" already exists"), made);
            return;
        }
        if let Some(first) = self.model.schemas[home].domains.get(&new).copied() {
            let made = self.model.domains[first].made;
            self.duplicate(to.span, "type", &new, "42710", format!("type \"{new}\" already exists"), made);
        }
        let place = self.place_of(to);
        self.model.change(Change::Moved, Object::Domain(id));
        let schema = &mut self.model.schemas[home];
        schema.domains.remove(&old);
        schema.gone.insert(old, place);
        schema.domains.insert(new.clone(), id);
        self.model.domains[id].name = new;
    }

    pub(super) fn move_domain(&mut self, id: DomainId, to: &Ident) {
        let schema = self.schema(to);
        let (home, name) = (self.model.domains[id].schema, self.model.domains[id].name.clone());
        if let Some(first) = self.model.schemas[schema].domains.get(&name).copied().filter(|one| *one != id) {
            let made = self.model.domains[first].made;
            let server = format!("type \"{name}\" already exists in schema \"{}\"", cut(&to.value));
            self.duplicate(to.span, "type", &name, "42710", server, made);
        }
        let row = self.model.schemas[schema].relations.get(&name).copied().filter(|id| self.is_row_type(*id));
        if let Some(row) = row {
            let made = self.model.relation(row).made;
            let server = format!("type \"{name}\" already exists in schema \"{}\"", cut(&to.value));
            self.duplicate(to.span, "type", &name, "42710", server, made);
            return;
        }
        self.model.change(Change::Moved, Object::Domain(id));
        self.model.schemas[home].domains.remove(&name);
        self.model.schemas[schema].domains.insert(name, id);
        self.model.domains[id].schema = schema;
    }

    /// What keeps a domain from being dropped: how messages say it, and where it is.
    fn user_of_domain(&self, id: DomainId) -> Option<(String, Option<Place>)> {
        let domain = self.model.domains.get(id)?;
        let name = &domain.name;
        let column = domain.users.iter().find_map(|(table, at)| {
            let of = Some(self.model.relation(*table)).filter(|of| !of.dropped)?;
            let column = self.model.table(*table)?.columns.get(*at).filter(|one| !one.dropped)?;
            Some((
                format!("column `{}` of `{}` is of the domain `{name}`", column.name, of.name),
                column.made,
            ))
        });
        if let Some((what, made)) = column {
            return Some((what, Some(made)));
        }
        if let Some(other) = self.model.domains.iter().find(|other| !other.dropped && other.of == Some(id)) {
            return Some((format!("the domain `{}` is made of `{name}`", other.name), other.made));
        }
        let function = domain.functions.iter().filter_map(|id| self.model.functions.get(*id));
        let function = function.filter(|one| !one.dropped).map(|one| (one.name.clone(), one.made)).next();
        function.map(|(of, made)| (format!("function `{of}` takes or gives the domain `{name}`"), Some(made)))
    }

    /// Drops a domain; says so where something is of it.
    pub(super) fn drop_domain(&mut self, name: &ObjectName, if_exists: bool, cascade: bool) {
        let Some(id) = self.known_domain(name, if_exists) else {
            self.unknown_change(name, Change::Gone);
            return;
        };
        let shown = self.model.domains[id].name.clone();
        if let (Some((what, place)), false) = (self.user_of_domain(id), cascade) {
            let finding = self.find(&dependent_object::RULE, name.span());
            finding.message(what);
            finding.server(format!("cannot drop type {shown} because other objects depend on it"));
            finding.at_place(place, "what is of it");
            finding.help("drop what is of it before; the type of a column cannot be changed");
        }
        let place = self.place(name.span());
        self.remove_domain(id, place);
    }

    /// Takes a domain away, and what is of it.
    pub(super) fn remove_domain(&mut self, id: DomainId, place: Place) {
        let Some(domain) = self.model.domains.get_mut(id).filter(|domain| !domain.dropped) else { return };
        domain.dropped = true;
        self.model.effects.change(Change::Gone, Object::Domain(id), self.model.clause);
        let (shown, users) = (domain.name.clone(), domain.users.clone());
        let functions = domain.functions.clone();
        let schema = &mut self.model.schemas[domain.schema];
        schema.domains.remove(&shown);
        schema.gone.insert(shown, place);
        for (table, at) in users {
            self.remove_column(table, at, place);
        }
        for function in functions {
            self.function_gone(function, place);
        }
        let made_of: Vec<DomainId> =
            (0..self.model.domains.len()).filter(|other| self.model.domains[*other].of == Some(id)).collect();
        for other in made_of {
            self.remove_domain(other, place);
        }
    }

    pub(super) fn alter_domain(&mut self, mut cursor: Cursor<'_>) {
        cursor.eat("ALTER DOMAIN");
        let Some(name) = cursor.name() else { return };
        let shown = name.to_string();
        let shown = shown.strip_prefix("public.").unwrap_or(&shown);
        let known = self.known_domain(&name, false);
        if cursor.is("ADD") || cursor.are("SET NOT NULL") {
            self.domain_refuses(known, shown);
        }
        let Some(id) = known else {
            if cursor.are("RENAME TO") || cursor.are("SET SCHEMA") {
                self.unknown_change(&name, Change::Moved);
            }
            return;
        };
        if cursor.eat("RENAME TO").is_some() {
            if let Some(to) = cursor.ident() {
                self.rename_domain(id, &to);
            }
        } else if cursor.eat("SET SCHEMA").is_some() {
            if let Some(to) = cursor.ident() {
                self.move_domain(id, &to);
            }
        } else if cursor.eat("RENAME CONSTRAINT").is_some() {
            let Some(from) = cursor.ident() else { return };
            let known = self.domain_constraint(id, &from, false);
            if let (true, Some(_), Some(to)) = (known, cursor.eat("TO"), cursor.ident()) {
                let place = self.place_of(&to);
                let constraints = &mut self.model.domains[id].constraints;
                constraints.remove(cut(&from.value));
                constraints.insert(cut(&to.value).to_owned(), place);
            }
        } else if cursor.eat("VALIDATE CONSTRAINT").is_some() {
            if let Some(name) = cursor.ident() {
                self.domain_constraint(id, &name, false);
            }
        } else if cursor.eat("DROP CONSTRAINT").is_some() {
            let if_exists = cursor.eat("IF EXISTS").is_some();
            let Some(name) = cursor.ident() else { return };
            if self.domain_constraint(id, &name, if_exists) {
                self.model.domains[id].constraints.remove(cut(&name.value));
            }
        } else if cursor.eat("ADD").is_some() {
            self.add_domain_constraint(id, cursor);
        } else {
            let domain = &mut self.model.domains[id];
            match () {
                () if cursor.are("SET DEFAULT") => {
                    domain.has_default = domain.modified || !cursor.are("SET DEFAULT NULL");
                }
                () if cursor.are("DROP DEFAULT") => {
                    domain.has_default = false;
                    self.model.change(Change::Lost, Object::Domain(id));
                }
                () if cursor.are("SET NOT NULL") => domain.not_null = true,
                () if cursor.are("DROP NOT NULL") => domain.not_null = false,
                () => {}
            }
        }
    }

    fn add_domain_constraint(&mut self, id: DomainId, mut cursor: Cursor<'_>) {
        let named = if cursor.eat("CONSTRAINT").is_some() { cursor.ident() } else { None };
        let domain = &self.model.domains[id];
        let (of, first) =
            (domain.name.clone(), named.as_ref().and_then(|name| domain.constraints.get(cut(&name.value))));
        let first = first.copied();
        let name = match &named {
            Some(named) => cut(&named.value).to_owned(),
            None => numbered(&of, "", "check", |one| !domain.constraints.contains_key(one)),
        };
        let span = named.as_ref().map_or(cursor.last_span(), |named| named.span);
        if first.is_some() {
            let server = format!("constraint \"{name}\" for domain \"{of}\" already exists");
            self.duplicate(span, "constraint", &name, "42710", server, first);
        }
        let place = self.place(span);
        self.model.domains[id].constraints.insert(name, place);
    }

    /// Whether a domain has a constraint; a missing one is reported.
    fn domain_constraint(&mut self, id: DomainId, name: &Ident, if_exists: bool) -> bool {
        let domain = &self.model.domains[id];
        let known = domain.constraints.contains_key(cut(&name.value));
        if !known && !if_exists && domain.made.is_some() {
            let server =
                format!("constraint \"{}\" of domain \"{}\" does not exist", cut(&name.value), domain.name);
            let names: Vec<String> = domain.constraints.keys().cloned().collect();
            let names = names.iter().map(String::as_str);
            self.unknown_object("constraint", name, "42704", server, names, None);
        }
        known
    }
}
