//! What only the whole set shows, and no server refuses: asked of the schema as the last statement leaves it.

use crate::finding::{Diagnostic, Rule};
use crate::rules::all::{foreign_key_index, not_validated};
use crate::rules::quoted;

use super::Replay;
use super::model::{Constraint, Demand, Place, RelationId};

impl Replay<'_> {
    /// Foreign keys without an index, and constraints that are never validated.
    pub(super) fn hazards(&mut self) {
        let alive = (0..self.model.relations.len()).filter(|id| !self.model.relation(*id).dropped);
        let mut found = Vec::new();
        for id in alive {
            let Some(table) = self.model.table(id) else { continue };
            for constraint in table.constraints.iter().filter(|one| !one.dropped && !one.declared) {
                if let Some(place) = constraint.not_valid {
                    let help = format!(
                        "add `ALTER TABLE ASYNC {} VALIDATE CONSTRAINT {};`",
                        self.written(id),
                        quoted(&constraint.name)
                    );
                    found.push(finding(&not_validated::RULE, place, help));
                }
                if let Some(help) = self.index_for(id, constraint) {
                    found.push(finding(&foreign_key_index::RULE, constraint.made, help));
                }
            }
        }
        self.out.append(&mut found);
    }

    /// The index that a foreign key lacks.
    fn index_for(&self, id: RelationId, constraint: &Constraint) -> Option<String> {
        let Demand::ForeignKey { columns, .. } = &constraint.kind else { return None };
        let table = self.model.table(id).filter(|_| !columns.is_empty())?;
        let covers = |index: &RelationId| {
            self.model.index(*index).is_some_and(|index| {
                let first = index.keys.iter().take(columns.len());
                !index.partial
                    && index.keys.len() >= columns.len()
                    && first.into_iter().all(|key| key.is_some_and(|key| columns.contains(&key)))
            })
        };
        if table.indexes.iter().any(covers) {
            return None;
        }
        let names: Vec<String> = columns.iter().map(|at| self.column_name(id, *at)).collect();
        let relation = self.model.relation(id);
        let name = self.free_name(relation.schema, &relation.name, &names.join("_"), "idx");
        let list = names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
        Some(format!("add `CREATE INDEX ASYNC {} ON {} ({list});`", quoted(&name), self.written(id)))
    }

    /// A relation as SQL names it: with its schema, unless that is `public`.
    pub(super) fn written(&self, id: RelationId) -> String {
        let relation = self.model.relation(id);
        match self.model.schemas.get(relation.schema).map(|schema| schema.name.as_str()) {
            None | Some("public") => quoted(&relation.name),
            Some(schema) => format!("{}.{}", quoted(schema), quoted(&relation.name)),
        }
    }
}

fn finding(rule: &'static Rule, place: Place, help: String) -> Diagnostic {
    let mut finding = Diagnostic::new(rule, place.file, place.span);
    finding.help(help);
    finding
}
