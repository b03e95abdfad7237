//! Types of columns: built in, or domains resolved down to what is.

use crate::ast::{ColumnClauseKind, CreateDomain, DataType, Ident, Kind};
use crate::rules::all::unknown_type;
use crate::source::Span;
use crate::statement::Statement;

use super::Replay;
use super::model::{Domain, Type};
use super::names::{cut, object};

impl Replay<'_> {
    /// The type that a column or a domain is declared with.
    pub(super) fn type_of(&mut self, data_type: &DataType) -> Type {
        let mut found = Type { display: data_type.display(), base: String::new(), domain: None };
        if unknown_type::is_built_in(data_type) {
            if !data_type.array {
                found.base.clone_from(&data_type.name);
            }
            return found;
        }
        match self.resolve_domain(data_type.schema.as_deref(), &data_type.name) {
            Ok(id) => {
                found.domain = Some(id);
                if !data_type.array {
                    found.base.clone_from(&self.model.domains[id].base);
                }
            }
            Err(unsure) => {
                if !unsure {
                    self.no_type_yet(data_type);
                }
                found.display.clear();
            }
        }
        found
    }

    /// A type that the set makes somewhere, but not before this statement. What the set makes nowhere is found
    /// by the rule `unknown-type` without the replay.
    fn no_type_yet(&mut self, data_type: &DataType) {
        if self.place.is_some() || !self.context.domains.has(&data_type.name) {
            return;
        }
        let shown = match &data_type.schema {
            Some(schema) => format!("{schema}.{}", data_type.name),
            None => data_type.name.clone(),
        };
        let schema = data_type.schema.as_deref().or(self.path.first().map(String::as_str));
        let schema = schema.and_then(|name| self.model.schema_names.get(name)).copied();
        let gone = schema
            .and_then(|id| self.model.schemas.get(id))
            .and_then(|schema| schema.gone.get(&data_type.name))
            .copied();
        let finding = self.find(&unknown_type::RULE, data_type.span);
        finding.message(format!("there is no type `{shown}` at this point"));
        finding.server(format!("type \"{shown}\" does not exist"));
        finding.at_place(gone, "it was dropped or renamed here");
        finding.help("make the domain before the statement that uses it, and write its schema where that is not in the search path");
    }

    /// The types that a statement's expressions cast to.
    pub(super) fn types_in_casts(&mut self, statement: &Statement<'_>) {
        if matches!(
            statement.kind(),
            Kind::Other(_) | Kind::CreateFunction(_) | Kind::Transaction(_) | Kind::Drop(_)
        ) {
            return;
        }
        for data_type in crate::expr::casts(statement.cursor()) {
            if !unknown_type::is_built_in(&data_type)
                && self.resolve_domain(data_type.schema.as_deref(), &data_type.name) == Err(false)
            {
                self.no_type_yet(&data_type);
            }
        }
    }

    pub(super) fn create_domain(&mut self, domain: &CreateDomain) {
        let Some(home) = self.home(&domain.name) else { return };
        let base = self.type_of(&domain.data_type);
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
        let id = self.model.domains.len();
        self.model.domains.push(Domain {
            name: name.clone(),
            schema: home,
            base: base.base,
            not_null: has(|kind| matches!(kind, ColumnClauseKind::NotNull)),
            has_default: has(|kind| matches!(kind, ColumnClauseKind::Default(_))),
            made: Some(self.place(span)),
            dropped: false,
            users: Vec::new(),
        });
        self.model.schemas[home].domains.insert(name, id);
    }

    /// The domain that a statement names, for `ALTER` and `DROP`; a missing one is reported.
    pub(super) fn known_domain(
        &mut self,
        name: &crate::ast::ObjectName,
        if_exists: bool,
    ) -> Option<super::model::DomainId> {
        let schema = name.schema().map(|schema| schema.value.clone());
        match self.resolve_domain(schema.as_deref(), name.object()) {
            Ok(id) => Some(id),
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

    pub(super) fn rename_domain(&mut self, id: super::model::DomainId, to: &Ident) {
        let new = cut(&to.value).to_owned();
        let (home, old) = (self.model.domains[id].schema, self.model.domains[id].name.clone());
        if let Some(first) = self.model.schemas[home].domains.get(&new).copied() {
            let made = self.model.domains[first].made;
            self.duplicate(to.span, "type", &new, "42710", format!("type \"{new}\" already exists"), made);
        }
        let place = self.place_of(to);
        let schema = &mut self.model.schemas[home];
        schema.domains.remove(&old);
        schema.gone.insert(old, place);
        schema.domains.insert(new.clone(), id);
        self.model.domains[id].name = new;
    }

    pub(super) fn move_domain(&mut self, id: super::model::DomainId, to: &Ident) {
        let schema = self.schema(to);
        let (home, name) = (self.model.domains[id].schema, self.model.domains[id].name.clone());
        if let Some(first) = self.model.schemas[schema].domains.get(&name).copied().filter(|one| *one != id) {
            let made = self.model.domains[first].made;
            let server = format!("type \"{name}\" already exists in schema \"{}\"", cut(&to.value));
            self.duplicate(to.span, "type", &name, "42710", server, made);
        }
        self.model.schemas[home].domains.remove(&name);
        self.model.schemas[schema].domains.insert(name, id);
        self.model.domains[id].schema = schema;
    }

    /// Drops a domain; says so where columns are of it.
    pub(super) fn drop_domain(&mut self, name: &crate::ast::ObjectName, if_exists: bool, cascade: bool) {
        let Some(id) = self.known_domain(name, if_exists) else { return };
        let user = self.model.domains[id].users.iter().copied().find(|(table, column)| {
            !self.model.relation(*table).dropped
                && self
                    .model
                    .table(*table)
                    .and_then(|table| table.columns.get(*column))
                    .is_some_and(|one| !one.dropped)
        });
        let shown = self.model.domains[id].name.clone();
        if let (Some((table, column)), false) = (user, cascade) {
            let of = self.model.relation(table).name.clone();
            let column = self.model.table(table).and_then(|table| table.columns.get(column));
            let (column, place) =
                column.map_or((String::new(), None), |one| (one.name.clone(), Some(one.made)));
            let finding = self.find(&crate::rules::all::dependent_object::RULE, name.span());
            finding.message(format!("column `{column}` of `{of}` is of the domain `{shown}`"));
            finding.server(format!("cannot drop type {shown} because other objects depend on it"));
            finding.at_place(place, "the column that is of it");
            finding.help("drop the column before; the type of a column cannot be changed");
        }
        let place = self.place(name.span());
        let domain = &mut self.model.domains[id];
        domain.dropped = true;
        let schema = &mut self.model.schemas[domain.schema];
        schema.domains.remove(&shown);
        schema.gone.insert(shown, place);
    }

    /// Says that a domain or a table takes a name that is in use as that of a type.
    pub(super) fn type_name_taken(&mut self, home: super::model::SchemaId, name: &str, span: Span) {
        if let Some(id) = self.model.schemas[home].domains.get(name).copied() {
            let made = self.model.domains[id].made;
            let finding = self.find(&crate::rules::all::duplicate_object::RULE, span);
            finding.message(format!("there is a domain `{name}` already, and a table is a type too"));
            finding.answer("42710", format!("type \"{name}\" already exists"));
            finding.at_place(made, "the domain is created here");
            finding.help("choose another name");
        }
    }

    /// Whether a relation is a type by its name: tables and views are.
    fn is_row_type(&self, id: usize) -> bool {
        use super::model::RelationKind::{Table, View};
        matches!(self.model.relation(id).kind, Table(_) | View(_))
    }
}
