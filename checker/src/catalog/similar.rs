//! `IF NOT EXISTS` that meets something else than what it would make.

use crate::ast::{ColumnDef, CreateTable, TableBody, TableElement};
use crate::rules::all::different_definition;
use crate::text::Span;

use super::Replay;
use super::model::{RelationId, RelationKind};
use super::names::cut;

impl Replay<'_> {
    /// A table of this name exists: warns where it has other columns.
    pub(super) fn same_table(&mut self, id: RelationId, create: &CreateTable, span: Span) {
        let TableBody::Elements(elements) = &create.body else { return };
        if elements.iter().any(|element| matches!(element, TableElement::Like(_))) {
            return;
        }
        let relation = self.model.relation(id);
        let (name, made) = (relation.name.clone(), relation.made);
        let difference = match &relation.kind {
            RelationKind::Opaque => None,
            RelationKind::Table(table) if table.opaque => None,
            RelationKind::Table(_) => self.difference(id, elements),
            kind => Some(format!("it is a {}", super::create::kind_word(kind))),
        };
        if let Some(difference) = difference {
            let finding = self.find(&different_definition::RULE, span);
            finding.message(format!(
                "`{name}` exists already and is defined differently, so that nothing happens here: {difference}"
            ));
            finding.at_place(made, "this is what exists");
            finding.help("change the table with ALTER TABLE, or make the two definitions the same");
        }
    }

    /// The first difference between a table and a definition. One that the table had when it was made is no
    /// surprise: the file then says what an earlier one says.
    fn difference(&mut self, id: RelationId, elements: &[TableElement]) -> Option<String> {
        let columns: Vec<&ColumnDef> = elements
            .iter()
            .filter_map(|element| match element {
                TableElement::Column(column) => Some(column),
                _ => None,
            })
            .collect();
        let shape: Vec<(String, String)> = columns
            .iter()
            .map(|column| {
                let display = column.data_type.as_ref().map(crate::ast::DataType::display);
                (cut(&column.name.value).to_owned(), display.unwrap_or_default())
            })
            .collect();
        let table = self.model.table(id)?;
        let same = |a: &[(String, String)]| {
            a.len() == shape.len()
                && shape.iter().all(|one| {
                    // A type that is not known is taken to be the same.
                    a.iter().any(|other| other.0 == one.0 && (other.1 == one.1 || other.1.is_empty()))
                })
        };
        if same(&table.original) || same(&table.shape()) {
            return None;
        }
        for (name, display) in &shape {
            match table.column(name).and_then(|at| table.columns.get(at)) {
                None => return Some(format!("it has no column `{name}`")),
                Some(column)
                    if column.data_type.display != *display && !column.data_type.display.is_empty() =>
                {
                    return Some(format!(
                        "its column `{name}` is of type `{}`, not `{display}`",
                        column.data_type.display
                    ));
                }
                Some(_) => {}
            }
        }
        let more = table.live().find(|(_, column)| shape.iter().all(|(name, _)| *name != column.name));
        more.map(|(_, column)| format!("it has a column `{}` that is not here", column.name))
    }

    /// `ADD COLUMN IF NOT EXISTS` of a column that is there: warns where it is of another type.
    pub(super) fn same_column(&mut self, table: RelationId, at: usize, column: &ColumnDef) {
        let known = self.model.table(table).and_then(|table| table.columns.get(at));
        let Some((known, data_type)) = known.zip(column.data_type.as_ref()) else { return };
        let display = data_type.display();
        if known.data_type.display == display || known.data_type.display.is_empty() {
            return;
        }
        let (made, is) = (known.made, known.data_type.display.clone());
        let name = known.name.clone();
        let finding = self.find(&different_definition::RULE, column.span);
        finding.message(format!(
            "`{name}` exists already and is of type `{is}`, not `{display}`: nothing is added here"
        ));
        finding.at_place(Some(made), "this is what exists");
        finding.help("give the new column another name");
    }
}
