//! Columns beside aggregates: each must be one that the rows are grouped by.

use super::output::Target;
use super::{Columns, Reader};
use crate::catalog::builtin::is_aggregate;
use crate::catalog::model::RelationId;
use crate::catalog::names::cut;
use crate::grammar::{NodeKind, Part};
use crate::rules::all::query_shape;

impl Reader<'_, '_> {
    /// Says which columns of a SELECT are of many rows at once. Where it is grouped by more than columns, and where the
    /// columns are not all known, nothing is said.
    pub(super) fn grouped(&mut self, select: Part<'_>, targets: &[Part<'_>]) {
        self.nested_aggregates(targets);
        let group = select.child(NodeKind::Group);
        let having = select.child(NodeKind::Having);
        let values = targets.iter().filter_map(|target| match Target::of(*target) {
            Some(Target::Value(value, name)) => Some((value, name)),
            _ => None,
        });
        let values: Vec<_> = values.collect();
        let aggregates =
            values.iter().map(|(value, _)| *value).chain(having).any(|one| self.has_aggregate(one));
        if !self.judge || group.is_none() && !aggregates && having.is_none() {
            return;
        }
        let keys = group.map(Part::children).unwrap_or_default();
        let plain = |key: &Part<'_>| key.is(NodeKind::Number) || key.is(NodeKind::Column);
        if !keys.iter().all(plain) || group.is_some_and(|group| group.words() != "GROUP BY") {
            return;
        }
        let names: Vec<String> =
            keys.iter().filter_map(|key| key.last_ident()).map(|name| cut(&name.value).to_owned()).collect();
        let positions: Vec<usize> = keys.iter().filter_map(|key| key.text().parse().ok()).collect();
        if positions.iter().any(|at| !(1..=values.len()).contains(at)) {
            return;
        }
        if self.covers_a_key(&names)
            || positions.len() != keys.iter().filter(|key| key.is(NodeKind::Number)).count()
        {
            return;
        }
        for (at, (value, alias)) in values.iter().enumerate() {
            let by_name =
                alias.as_ref().is_some_and(|alias| names.iter().any(|name| *name == cut(&alias.value)));
            if by_name || positions.contains(&(at + 1)) {
                continue;
            }
            // The server tells of the first.
            if self.loose_column(*value, &names, &positions, &values) {
                return;
            }
        }
    }

    fn loose_column(
        &mut self,
        value: Part<'_>,
        names: &[String],
        positions: &[usize],
        values: &[(Part<'_>, Option<crate::ast::Ident>)],
    ) -> bool {
        let by_position: Vec<String> = positions
            .iter()
            .filter_map(|at| values.get(at.checked_sub(1)?))
            .filter_map(|(value, _)| value.last_ident())
            .map(|name| cut(&name.value).to_owned())
            .collect();
        for column in self.outside_aggregates(value) {
            let Some(name) = column.last_ident().map(|name| cut(&name.value).to_owned()) else { continue };
            let steps = column.children();
            let plain = steps.len() <= 1 && steps.iter().all(|step| step.is(NodeKind::Attribute));
            if !plain || names.contains(&name) || by_position.contains(&name) {
                continue;
            }
            let Some(of) = self.sure_source(column, &name) else { continue };
            let finding = self.replay.find(&query_shape::RULE, column.span());
            finding.message(format!("`{name}` is of each row, beside what is computed of many"));
            let words = "must appear in the GROUP BY clause or be used in an aggregate function";
            finding.answer("42803", format!("column \"{of}.{name}\" {words}"));
            finding.help("group by it too, or put it into an aggregate");
            return true;
        }
        false
    }

    /// The columns of an expression that no aggregate makes one of many.
    fn outside_aggregates<'t>(&self, value: Part<'t>) -> Vec<Part<'t>> {
        let aggregates: Vec<Part<'_>> = value
            .outside_queries(&[NodeKind::Call])
            .into_iter()
            .filter(|call| self.is_aggregate(*call))
            .collect();
        let inside = |column: &Part<'_>| {
            let range = column.range();
            aggregates.iter().any(|call| call.range().start <= range.start && range.end <= call.range().end)
        };
        let columns = value.outside_queries(&[NodeKind::Column]);
        columns.into_iter().filter(|column| !inside(column)).collect()
    }

    /// An aggregate of an aggregate wants a sub-query; over a window it may be.
    fn nested_aggregates(&mut self, targets: &[Part<'_>]) {
        let calls = targets.iter().flat_map(|target| target.outside_queries(&[NodeKind::Call]));
        let mut inside = calls.filter(|call| self.is_aggregate(*call)).flat_map(Part::children);
        let inner = inside.find(|part| self.has_aggregate(*part));
        if let Some(inner) = inner.filter(|_| self.judge) {
            let finding = self.replay.find(&query_shape::RULE, inner.span());
            finding.message("an aggregate stands inside of another one");
            finding.answer("42803", "aggregate function calls cannot be nested");
            finding.help("compute the inner one in a sub-query");
        }
    }

    fn has_aggregate(&self, value: Part<'_>) -> bool {
        value.outside_queries(&[NodeKind::Call]).into_iter().any(|call| self.is_aggregate(call))
    }

    fn is_aggregate(&self, call: Part<'_>) -> bool {
        let name = call.child(NodeKind::Function).and_then(|function| function.name());
        let plain = call.child(NodeKind::Over).is_none();
        // `rank` is a window function and, with WITHIN GROUP, an aggregate.
        let within = call.child(NodeKind::WithinGroup).is_some();
        name.is_some_and(|name| {
            plain && (within || is_aggregate(&name) && !self.replay.has_function(name.object()))
        })
    }

    /// The table of this query whose column a name surely is, and what it is called here.
    fn sure_source(&self, column: Part<'_>, name: &str) -> Option<String> {
        let scope = self.scopes.last().filter(|scope| !scope.open && scope.merged.is_empty())?;
        let qualifier = column.first().and(column.ident()).map(|table| cut(&table.value).to_owned());
        let mut found = None;
        for item in &scope.items {
            let Columns::Relation(id) = item.columns else { return None };
            let of = item.name.clone().unwrap_or_default();
            if qualifier.as_ref().is_some_and(|qualifier| *qualifier != of) {
                continue;
            }
            if self.replay.model.table(id)?.column(name).is_some() {
                found = Some(of);
            }
        }
        found
    }

    /// Whether the names hold a whole primary key of a table: all of its columns are grouped with it.
    fn covers_a_key(&self, names: &[String]) -> bool {
        let items = self.scopes.last().into_iter().flat_map(|scope| &scope.items);
        let relations = items.filter_map(|item| match item.columns {
            Columns::Relation(id) => Some(id),
            _ => None,
        });
        let relations: Vec<RelationId> = relations.collect();
        relations.into_iter().any(|id| self.primary_key_within(id, names))
    }

    fn primary_key_within(&self, id: RelationId, names: &[String]) -> bool {
        let Some(table) = self.replay.model.table(id) else { return true };
        let keys: Vec<_> =
            self.replay.model.unique_indexes(id).map(|(_, index)| index.keys.clone()).collect();
        let named = |at: &Option<usize>| {
            let column = at.and_then(|at| table.columns.get(at));
            column.is_some_and(|column| names.contains(&column.name))
        };
        // A unique index that is no primary key does not count for the server: it is taken for one here.
        table.opaque || keys.iter().any(|keys| !keys.is_empty() && keys.iter().all(named))
    }
}
