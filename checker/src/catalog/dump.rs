//! The replayed schema in lines of text, so that tests can hold it against a server's catalog.

use super::Replay;
use super::model::{Column, Demand, RelationId, RelationKind, Table};

impl Replay<'_> {
    /// One line for each object that is there, sorted. What the replay does not know is a `?`.
    pub(super) fn dump(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, id) in &self.model.schema_names {
            let Some(schema) = self.model.schemas.get(*id) else { continue };
            lines.push(format!("schema {name}"));
            schema.relations.values().for_each(|id| self.relation_lines(name, *id, &mut lines));
            for (domain, id) in &schema.domains {
                let Some(known) = self.model.domains.get(*id) else { continue };
                let mut constraints: Vec<_> = known.constraints.keys().map(String::as_str).collect();
                constraints.sort_unstable();
                let not_null = if known.not_null { " not null" } else { "" };
                let default = if known.has_default { " default" } else { "" };
                let shown = constraints.join(", ");
                lines.push(format!(
                    "domain {name}.{domain}: {}{not_null}{default} [{shown}]",
                    or_unknown(&known.base)
                ));
            }
            for (function, ids) in &schema.functions {
                for known in ids.iter().filter_map(|id| self.model.functions.get(*id)) {
                    let arguments =
                        known.arguments.as_ref().map_or_else(|| "?".to_owned(), |all| all.join(", "));
                    lines.push(format!("function {name}.{function}({arguments})"));
                }
            }
            for (statistics, known) in &schema.statistics {
                lines.push(format!("statistics {name}.{statistics} on {}", self.shown(known.table)));
            }
        }
        lines.sort();
        lines
    }

    fn relation_lines(&self, schema: &str, id: RelationId, lines: &mut Vec<String>) {
        let relation = self.model.relation(id);
        let name = format!("{schema}.{}", relation.name);
        match &relation.kind {
            RelationKind::Table(table) => {
                lines.push(format!("table {name}"));
                for (number, (_, column)) in table.live().enumerate() {
                    lines.push(format!("column {name} {}: {}", number + 1, self.column_line(column)));
                }
                for constraint in table.constraints.iter().filter(|one| !one.dropped && !one.declared) {
                    let kind = match &constraint.kind {
                        Demand::PrimaryKey(_) => "primary key".to_owned(),
                        Demand::Unique(_) => "unique".to_owned(),
                        Demand::Check(_) => "check".to_owned(),
                        Demand::ForeignKey { columns, parent, .. } => {
                            let parent = parent.map_or_else(|| "?".to_owned(), |parent| self.shown(parent));
                            format!(
                                "foreign key {} to {parent}",
                                columns_line(table, columns.iter().map(|at| Some(*at)))
                            )
                        }
                    };
                    lines.push(format!("constraint {name} {}: {kind}", constraint.name));
                }
            }
            RelationKind::View(view) => {
                let columns = view.columns.as_ref().map_or_else(
                    || "?".to_owned(),
                    |columns| {
                        let names =
                            columns.iter().map(|one| one.name.clone().unwrap_or_else(|| "?".to_owned()));
                        names.collect::<Vec<_>>().join(", ")
                    },
                );
                lines.push(format!("view {name}({columns})"));
            }
            RelationKind::Index(index) => {
                let unique = if index.unique { "unique " } else { "" };
                let partial = if index.partial { " where" } else { "" };
                let keys = self.model.table(index.table);
                let keys =
                    keys.map_or_else(String::new, |table| columns_line(table, index.keys.iter().copied()));
                lines.push(format!("{unique}index {name} on {}{keys}{partial}", self.shown(index.table)));
            }
            RelationKind::Sequence(sequence) => {
                let owner = sequence.owner.and_then(|(table, at)| {
                    let column = self.model.table(table)?.columns.get(at)?;
                    Some(format!(" of {} {}", self.shown(table), column.name))
                });
                lines.push(format!("sequence {name}{}", owner.unwrap_or_default()));
            }
            RelationKind::Opaque => lines.push(format!("something {name}")),
        }
    }

    fn column_line(&self, column: &Column) -> String {
        let domain = column.data_type.domain.and_then(|id| self.model.domains.get(id));
        let of = domain.map_or_else(
            || or_unknown(&column.data_type.display).to_owned(),
            |domain| {
                let schema = self.model.schemas.get(domain.schema).map_or("?", |schema| schema.name.as_str());
                format!("{schema}.{}", domain.name)
            },
        );
        let mut line = format!("{} {of}", column.name);
        let said = [
            (column.not_null, " not null"),
            (column.has_default, " default"),
            (column.generated, " generated"),
            (column.identity && column.always, " always"),
            (column.identity && !column.always, " by default"),
        ];
        line.extend(said.iter().filter(|(is, _)| *is).map(|(_, words)| *words));
        line
    }

    fn shown(&self, id: RelationId) -> String {
        let relation = self.model.relation(id);
        let schema = self.model.schemas.get(relation.schema).map_or("?", |schema| schema.name.as_str());
        format!("{schema}.{}", relation.name)
    }
}

/// The columns' names in parentheses; a key that is an expression is told as one.
fn columns_line(table: &Table, columns: impl Iterator<Item = Option<usize>>) -> String {
    let name = |at: Option<usize>| match at {
        Some(at) => table.columns.get(at).map_or("?", |column| column.name.as_str()),
        None => "expression",
    };
    format!("({})", columns.map(name).collect::<Vec<_>>().join(", "))
}

fn or_unknown(text: &str) -> &str {
    if text.is_empty() { "?" } else { text }
}
