//! How the model changes: what is made, moved, dropped and used.

use crate::effect::{Change, Object, Write};

use super::model::{
    Demand, DomainId, FunctionId, Index, Model, Place, Relation, RelationId, RelationKind, Schema, SchemaId,
    Table, Use, Used, User,
};

impl Model {
    pub(super) fn new() -> Self {
        let mut model = Self::default();
        model.add_schema("public", None);
        model
    }

    pub(super) fn add_schema(&mut self, name: &str, made: Option<Place>) -> SchemaId {
        let id = self.schemas.len();
        self.schemas.push(Schema { name: name.to_owned(), made, ..Schema::default() });
        self.schema_names.insert(name.to_owned(), id);
        if made.is_some() {
            self.change(Change::Made, Object::Schema(id));
        }
        id
    }

    /// Notes a change of the statement that is applied.
    pub(super) fn change(&mut self, change: Change, object: Object) {
        self.effects.change(change, object, self.clause);
    }

    /// A relation as effects know it.
    pub(super) fn object(&self, id: RelationId) -> Object {
        match self.index(id) {
            Some(index) => Object::Index(index.table, id),
            None => Object::Relation(id),
        }
    }

    /// Notes that a statement changes rows of a relation; those of a view are rows of what it reads.
    pub(super) fn note_write(&mut self, id: RelationId, insert: bool) {
        let keys = if insert { None } else { self.keys_to_count(id) };
        self.effects.writes.push(Write { table: id, keys });
        if matches!(self.relation(id).kind, RelationKind::View(_)) {
            for used in self.uses.get(&User::Relation(id)).cloned().unwrap_or_default() {
                let Used::Relation(table) = used else { continue };
                if self.effects.writes.iter().all(|write| write.table != table) {
                    self.note_write(table, true);
                }
            }
        }
    }

    /// The keys by which rows of a table can be counted: none where rows of another table follow them.
    fn keys_to_count(&self, id: RelationId) -> Option<Vec<Vec<String>>> {
        let follows = |one: &Use| match one.by {
            User::Constraint(table, at) if self.is_alive(one.by) => {
                let constraint = self.table(table).and_then(|table| table.constraints.get(at));
                let demand = constraint.map(|constraint| &constraint.kind);
                matches!(demand, Some(Demand::ForeignKey { parent, cascades: true, .. }) if *parent == Some(id))
            }
            _ => false,
        };
        if self.relation(id).users.iter().any(follows) { None } else { self.keys(id) }
    }

    /// The names of the columns of a table's keys, the primary key first; `None` where they are not known.
    pub(super) fn keys(&self, id: RelationId) -> Option<Vec<Vec<String>>> {
        let table = self.table(id).filter(|table| !table.opaque && !table.loose)?;
        let primary = table.primary_key();
        let name = |at: &Option<usize>| Some(table.columns.get((*at)?)?.name.clone());
        let mut keys: Vec<(bool, Vec<String>)> = self
            .unique_indexes(id)
            .filter_map(|(index, known)| {
                let names = known.keys.iter().map(name).collect::<Option<Vec<_>>>()?;
                Some((Some(index) != primary, names))
            })
            .collect();
        keys.sort_by_key(|(other, _)| *other);
        Some(keys.into_iter().map(|(_, names)| names).collect())
    }

    pub(super) fn relation(&self, id: RelationId) -> &Relation {
        // Every id comes from this list, which only grows.
        &self.relations[id]
    }

    pub(super) fn table(&self, id: RelationId) -> Option<&Table> {
        match &self.relations.get(id)?.kind {
            RelationKind::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(super) fn table_mut(&mut self, id: RelationId) -> Option<&mut Table> {
        match &mut self.relations.get_mut(id)?.kind {
            RelationKind::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(super) fn index(&self, id: RelationId) -> Option<&Index> {
        match &self.relations.get(id)?.kind {
            RelationKind::Index(index) => Some(index),
            _ => None,
        }
    }

    pub(super) fn add_relation(
        &mut self,
        schema: SchemaId,
        name: &str,
        kind: RelationKind,
        made: Option<Place>,
    ) -> RelationId {
        let id = self.relations.len();
        self.tables += usize::from(matches!(kind, RelationKind::Table(_)));
        let relation =
            Relation { name: name.to_owned(), schema, made, dropped: false, kind, users: Vec::new() };
        self.relations.push(relation);
        if let Some(schema) = self.schemas.get_mut(schema) {
            schema.relations.insert(name.to_owned(), id);
            schema.folded.insert(name.to_lowercase(), id);
        }
        if made.is_some() {
            self.change(Change::Made, self.object(id));
        }
        id
    }

    /// Takes a relation's name away, and what it has of its own.
    pub(super) fn drop_relation(&mut self, id: RelationId, place: Place) {
        let Some(relation) = self.relations.get_mut(id).filter(|relation| !relation.dropped) else { return };
        relation.dropped = true;
        let (schema, name) = (relation.schema, relation.name.clone());
        if let Some(schema) = self.schemas.get_mut(schema) {
            // Another may have taken the name, where a mistake has been reported.
            if schema.relations.get(&name) == Some(&id) {
                schema.relations.remove(&name);
            }
            let folded = name.to_lowercase();
            if schema.folded.get(&folded) == Some(&id) {
                schema.folded.remove(&folded);
            }
            schema.gone.insert(name, place);
        }
        self.change(Change::Gone, self.object(id));
        let (mut own, mut of_table) = (Vec::new(), None);
        match &self.relations[id].kind {
            RelationKind::Table(table) => {
                let home = self.schemas.iter_mut().filter(|_| table.statistics > 0);
                home.for_each(|schema| schema.statistics.retain(|_, one| one.table != id));
                self.tables -= 1;
                own.clone_from(&table.indexes);
            }
            RelationKind::Index(index) => of_table = Some(index.table),
            _ => {}
        }
        for index in own {
            self.drop_relation(index, place);
        }
        if let Some(table) = of_table.and_then(|table| self.table_mut(table)) {
            table.indexes.retain(|index| *index != id);
        }
        let sequences: Vec<_> = self.relations[id]
            .users
            .iter()
            .filter_map(|one| match one.by {
                User::Relation(sequence) if self.is_sequence_of(sequence, id, None) => Some(sequence),
                _ => None,
            })
            .collect();
        for sequence in sequences {
            self.drop_relation(sequence, place);
        }
    }

    /// Whether a relation is a sequence that belongs to a table, or to one of its columns.
    pub(super) fn is_sequence_of(
        &self,
        sequence: RelationId,
        table: RelationId,
        column: Option<usize>,
    ) -> bool {
        match &self.relation(sequence).kind {
            RelationKind::Sequence(sequence) => sequence
                .owner
                .is_some_and(|owner| owner.0 == table && column.is_none_or(|column| column == owner.1)),
            _ => false,
        }
    }

    /// Gives a relation another name or schema.
    pub(super) fn move_relation(&mut self, id: RelationId, schema: SchemaId, name: &str, place: Place) {
        let (old_schema, old_name) = (self.relation(id).schema, self.relation(id).name.clone());
        if let Some(old) = self.schemas.get_mut(old_schema) {
            if old.relations.get(&old_name) == Some(&id) {
                old.relations.remove(&old_name);
            }
            let folded = old_name.to_lowercase();
            if old.folded.get(&folded) == Some(&id) {
                old.folded.remove(&folded);
            }
            old.gone.insert(old_name, place);
        }
        if let Some(new) = self.schemas.get_mut(schema) {
            new.relations.insert(name.to_owned(), id);
            new.folded.insert(name.to_lowercase(), id);
        }
        self.change(Change::Moved, self.object(id));
        let relation = &mut self.relations[id];
        (relation.schema, relation.name) = (schema, name.to_owned());
    }

    /// Whether a sequence is that of an identity.
    pub(super) fn is_of_identity(&self, id: RelationId) -> bool {
        matches!(&self.relation(id).kind, RelationKind::Sequence(sequence) if sequence.identity)
    }

    /// Gives a key and its index another name, while their table is being made.
    pub(super) fn rename_key(&mut self, table: RelationId, at: usize, index: RelationId, name: &str) {
        let Some(known) = self.table_mut(table) else { return };
        let Some(constraint) = known.constraints.get_mut(at) else { return };
        let old = std::mem::replace(&mut constraint.name, name.to_owned());
        constraint.chosen = false;
        known.constraint_names.remove(&old);
        known.constraint_names.insert(name.to_owned(), at);
        self.constraint_names.insert(name.to_owned());
        let relation = &mut self.relations[index];
        relation.name = name.to_owned();
        if let Some(schema) = self.schemas.get_mut(relation.schema) {
            schema.relations.remove(&old);
            schema.folded.remove(&old.to_lowercase());
            schema.relations.insert(name.to_owned(), index);
            schema.folded.insert(name.to_lowercase(), index);
        }
    }

    pub(super) fn note_use(&mut self, of: RelationId, column: Option<usize>, by: User) {
        if let Some(relation) = self.relations.get_mut(of) {
            relation.users.push(Use { column, by });
            self.uses.entry(by).or_default().push(Used::Relation(of));
        }
    }

    pub(super) fn note_call(&mut self, of: FunctionId, by: User) {
        if let Some(function) = self.functions.get_mut(of) {
            function.users.push(by);
            self.uses.entry(by).or_default().push(Used::Function(of));
        }
    }

    /// A user that is made anew uses nothing of what it used before.
    pub(super) fn forget_uses(&mut self, by: User) {
        for used in self.uses.remove(&by).unwrap_or_default() {
            match used {
                Used::Relation(id) => {
                    if let Some(relation) = self.relations.get_mut(id) {
                        relation.users.retain(|one| one.by != by);
                    }
                }
                Used::Function(id) => {
                    if let Some(function) = self.functions.get_mut(id) {
                        function.users.retain(|one| *one != by);
                    }
                }
            }
        }
    }

    /// Whether a column that is left out gets a value all the same: its own, or that of its domain.
    pub(super) fn has_default(&self, column: &super::model::Column) -> bool {
        column.has_default || self.domain_chain(column.data_type.domain).any(|domain| domain.has_default)
    }

    /// A domain and those that it is made of.
    pub(super) fn domain_chain(&self, id: Option<DomainId>) -> impl Iterator<Item = &super::model::Domain> {
        let find = |id: DomainId| self.domains.get(id);
        std::iter::successors(id.and_then(find), move |domain| domain.of.and_then(find))
    }

    /// Whether a user of something is still there.
    pub(super) fn is_alive(&self, user: User) -> bool {
        match user {
            User::Relation(id) => !self.relation(id).dropped,
            User::Constraint(table, at) => {
                !self.relation(table).dropped
                    && self
                        .table(table)
                        .and_then(|table| table.constraints.get(at))
                        .is_some_and(|one| !one.dropped)
            }
            User::Column(table, at) => {
                !self.relation(table).dropped
                    && self
                        .table(table)
                        .and_then(|table| table.columns.get(at))
                        .is_some_and(|one| !one.dropped && (one.has_default || one.generated))
            }
            User::Function(id) => self.functions.get(id).is_some_and(|function| !function.dropped),
        }
    }

    /// The unique indexes of a table that hold for all of its rows: their columns.
    pub(super) fn unique_indexes(&self, table: RelationId) -> impl Iterator<Item = (RelationId, &Index)> {
        let indexes = self.table(table).map_or(&[][..], |table| &table.indexes);
        indexes.iter().filter_map(|id| {
            let index = self.index(*id).filter(|index| index.unique && !index.partial)?;
            index.keys.iter().all(Option::is_some).then_some((*id, index))
        })
    }
}
