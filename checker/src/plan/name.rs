//! Names for what a statement makes without one: a name that is written out can be asked for later.

use std::collections::HashSet;

use dsql_migrate_plan as plan;

use crate::ast::{AlterActionKind, ConstraintKind, CreateIndex, Kind, ObjectName};
use crate::cursor::Cursor;
use crate::naming::{ChosenNames, index_columns, join};
use crate::statement::Statement;

/// What the names of a set are chosen by.
pub(crate) struct Names {
    /// What the replay says that the server would choose, for indexes and constraints.
    chosen: ChosenNames,
    statistics: HashSet<(Option<String>, String)>,
}

/// A name that a statement is given.
#[derive(Debug)]
pub(super) struct Given {
    /// The byte of the file before which it goes.
    pub(super) at: usize,
    schema: Option<String>,
    /// The name itself.
    pub(super) name: String,
    /// With the words around it.
    sql: String,
}

impl Given {
    /// Goes before the byte `at`, behind these words. The last part is the name, the one before it its schema.
    pub(super) fn new(at: usize, words: &str, parts: &[&str]) -> Self {
        let quoted: Vec<_> = parts.iter().map(|part| format!("\"{}\"", part.replace('"', "\"\""))).collect();
        let name = parts.last().copied().unwrap_or_default().to_owned();
        let schema =
            parts.len().checked_sub(2).and_then(|at| parts.get(at)).map(|schema| (*schema).to_owned());
        Self { at, schema, name, sql: format!("{words}{} ", quoted.join(".")) }
    }

    /// As the plan holds it.
    pub(super) fn plan_name(&self) -> plan::Name {
        plan::Name { schema: self.schema.clone().map(Into::into), name: self.name.clone().into() }
    }
}

/// Writes the names into a statement's text.
pub(super) fn write(sql: &mut plan::Statement, statement: &Statement<'_>, given: &[Given]) {
    // From the last on, so that the places of the others stay right.
    for one in given.iter().rev() {
        sql.sql.to_mut().insert_str(one.at - statement.span.start, &one.sql);
    }
}

impl Names {
    pub(crate) fn new(chosen: ChosenNames) -> Self {
        Self { chosen, statistics: HashSet::new() }
    }

    /// The name of an index, and whether the statement gives it.
    pub(super) fn index(
        &self,
        statement: &Statement<'_>,
        index: &CreateIndex,
        file: usize,
    ) -> (String, bool) {
        if let Some(name) = &index.name {
            return (name.object().to_owned(), true);
        }
        // Of a table that the replay does not know, the first name that the server would try.
        let first = || join(index.table.object(), &index_columns(statement, index).join("_"), "idx");
        (self.chosen.get(&(file, index.on_span.start)).cloned().unwrap_or_else(first), false)
    }

    /// Chooses the names that a statement in this file lacks: for constraints in the order in which they stand,
    /// as far as they can be known, else for statistics.
    pub(super) fn choose(&mut self, statement: &Statement<'_>, file: usize) -> Vec<Given> {
        match statement.kind() {
            Kind::AlterTable(alter) => {
                let unnamed = alter.actions.iter().filter_map(|action| match &action.kind {
                    AlterActionKind::AddConstraint(new) if new.name.is_none() => Some(new),
                    _ => None,
                });
                let chosen = unnamed.filter_map(|new| {
                    // A constraint over an index has the index's name.
                    let over = match &new.kind {
                        ConstraintKind::Unique(key) | ConstraintKind::PrimaryKey(key) => {
                            key.using_index.as_ref()
                        }
                        _ => None,
                    };
                    let at = new.span.start;
                    let known = || self.chosen.get(&(file, at)).map(String::as_str);
                    let name = over.map(|index| index.value.as_str()).or_else(known)?;
                    Some(Given::new(at, "CONSTRAINT ", &[name]))
                });
                chosen.collect()
            }
            Kind::Other(head) if head.words == "CREATE STATISTICS" => {
                if let Some(name) = statistics_name(statement) {
                    let schema = name.schema().map(|schema| schema.value.clone());
                    self.statistics.insert((schema, name.object().to_owned()));
                    return Vec::new();
                }
                self.statistics(statement).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// The name of statistics: that of the table and of what they are about, which is what the server would take.
    fn statistics(&mut self, statement: &Statement<'_>) -> Option<Given> {
        let mut cursor = statement.cursor();
        cursor.eat("CREATE STATISTICS")?;
        let at = cursor.span().start;
        cursor.parens();
        cursor.eat("ON")?;
        let columns = cursor.skip_until(|cursor| cursor.is("FROM"));
        let columns = column_parts(cursor.within(columns));
        cursor.eat("FROM")?;
        let table = cursor.name()?;
        let schema = table.schema().map(|schema| schema.value.clone());
        let label = |number: usize| if number == 0 { "stat".to_owned() } else { format!("stat{number}") };
        let candidates = (0..).map(|number| join(table.object(), &columns, &label(number)));
        let name =
            candidates.into_iter().find(|name| !self.statistics.contains(&(schema.clone(), name.clone())))?;
        self.statistics.insert((schema.clone(), name.clone()));
        let parts: Vec<&str> = schema.as_deref().into_iter().chain([name.as_str()]).collect();
        Some(Given::new(at, "", &parts))
    }
}

/// The columns, joined; an expression counts as `expr`.
fn column_parts(mut list: Cursor<'_>) -> String {
    let mut parts = Vec::new();
    while !list.at_end() {
        let item = list.skip_until(|cursor| cursor.is_punct(","));
        let mut item = list.within(item);
        let column = item.ident().filter(|_| item.at_end());
        parts.push(column.map_or_else(|| "expr".to_owned(), |column| column.value));
        list.advance();
    }
    parts.join("_")
}

/// The name that `CREATE STATISTICS` gives.
pub(super) fn statistics_name(statement: &Statement<'_>) -> Option<ObjectName> {
    let mut cursor = statement.cursor();
    cursor.eat("CREATE STATISTICS")?;
    cursor.eat("IF NOT EXISTS");
    if cursor.is("ON") || cursor.is_punct("(") { None } else { cursor.name() }
}
