//! What only several statements together show, and no server refuses.

use crate::ast::{
    AlterActionKind, ColumnClauseKind, ConstraintAttributeKind, ConstraintKind, Ident, Kind, ObjectName,
    TableConstraint,
};
use crate::diagnostic::Diagnostic;
use crate::rules::Rule;
use crate::rules::all::{foreign_key_index, not_validated};
use crate::source::Span;
use crate::statement::{File, Statement};

/// Looks at all files of a set, or at one file.
pub(crate) fn judge(files: &[(usize, File<'_>)], out: &mut Vec<Diagnostic>) {
    let mut seen = Seen::default();
    for (position, file) in files {
        for statement in &file.statements {
            seen.statement(*position, statement);
        }
    }
    seen.report(out);
}

/// A table by its name and some columns of it.
type Of = (String, Vec<String>);

#[derive(Default)]
struct Seen {
    not_valid: Vec<(usize, Span, String, String)>,
    validated: Vec<(String, String)>,
    /// With the name that each has, given or by default.
    foreign_keys: Vec<(usize, Span, Of, String)>,
    indexes: Vec<Of>,
}

/// A table by its name with its schema, where `public` is the one that goes without saying.
fn full(name: &ObjectName) -> String {
    let name = name.to_string();
    name.strip_prefix("public.").map_or_else(|| name.clone(), str::to_owned)
}

/// What a foreign key is called, as the server names it where its statement does not.
fn constraint_name(given: Option<&Ident>, (table, columns): &Of) -> String {
    let bare = table.rsplit('.').next().unwrap_or(table);
    given.map_or_else(|| format!("{bare}_{}_fkey", columns.join("_")), |name| name.value.clone())
}

fn values(names: &[Ident]) -> Vec<String> {
    names.iter().map(|name| name.value.clone()).collect()
}

impl Seen {
    fn statement(&mut self, file: usize, statement: &Statement<'_>) {
        match statement.kind() {
            Kind::CreateTable(table) => {
                let name = full(&table.name);
                for column in statement.columns() {
                    for clause in &column.clauses {
                        let of = (name.clone(), vec![column.name.value.clone()]);
                        match &clause.kind {
                            ColumnClauseKind::References(_) => {
                                let key = constraint_name(clause.name.as_ref(), &of);
                                self.foreign_keys.push((file, clause.span, of, key));
                            }
                            ColumnClauseKind::PrimaryKey(_) | ColumnClauseKind::Unique(_) => {
                                self.indexes.push(of)
                            }
                            _ => {}
                        }
                    }
                }
                for constraint in crate::rules::table_constraints(statement) {
                    self.constraint(file, &name, constraint);
                }
            }
            Kind::CreateIndex(index) => {
                let keys =
                    index.keys.iter().map_while(|key| key.column.as_ref().map(|column| column.value.clone()));
                let partial =
                    index.options.iter().any(|one| matches!(one.kind, crate::ast::IndexOptionKind::Where(_)));
                if !partial {
                    self.indexes.push((full(&index.table), keys.collect()));
                }
            }
            Kind::AlterTable(alter) => {
                let name = full(&alter.name);
                for action in &alter.actions {
                    match &action.kind {
                        AlterActionKind::AddConstraint(constraint) => {
                            self.constraint(file, &name, constraint);
                            let span = constraint.attribute(ConstraintAttributeKind::NotValid);
                            if let (Some(span), Some(constraint)) = (span, &constraint.name) {
                                self.not_valid.push((file, span, name.clone(), constraint.value.clone()));
                            }
                        }
                        AlterActionKind::DropConstraint { name: constraint, .. } => {
                            self.foreign_keys
                                .retain(|(_, _, of, key)| of.0 != name || *key != constraint.value);
                            self.validated.push((name.clone(), constraint.value.clone()));
                        }
                        AlterActionKind::ValidateConstraint(constraint) => {
                            self.validated.push((name.clone(), constraint.value.clone()));
                        }
                        _ => {}
                    }
                }
            }
            Kind::Drop(drop) if drop.object == "TABLE" => {
                let gone: Vec<_> = drop.names.iter().map(full).collect();
                self.foreign_keys.retain(|(_, _, of, _)| !gone.contains(&of.0));
                self.not_valid.retain(|(_, _, table, _)| !gone.contains(table));
            }
            _ => {}
        }
    }

    fn constraint(&mut self, file: usize, table: &str, constraint: &TableConstraint) {
        match &constraint.kind {
            ConstraintKind::ForeignKey(key) => {
                let of = (table.to_owned(), values(&key.columns));
                let name = constraint_name(constraint.name.as_ref(), &of);
                self.foreign_keys.push((file, constraint.span, of, name));
            }
            ConstraintKind::PrimaryKey(unique) | ConstraintKind::Unique(unique) => {
                self.indexes.push((table.to_owned(), values(&unique.columns)));
            }
            _ => {}
        }
    }

    fn report(&self, out: &mut Vec<Diagnostic>) {
        for (file, span, table, constraint) in &self.not_valid {
            if !self.validated.contains(&(table.clone(), constraint.clone())) {
                let help = format!("add `ALTER TABLE ASYNC {table} VALIDATE CONSTRAINT {constraint};`");
                push(out, &not_validated::RULE, *file, *span, help);
            }
        }
        for (file, span, (table, columns), _) in &self.foreign_keys {
            let covers = |(of, keys): &Of| {
                of == table
                    && keys.len() >= columns.len()
                    && keys.iter().take(columns.len()).all(|key| columns.contains(key))
            };
            if !self.indexes.iter().any(covers) {
                let list = columns.join(", ");
                let help = format!(
                    "add `CREATE INDEX ASYNC {table}_{}_idx ON {table} ({list});`",
                    columns.join("_")
                );
                push(out, &foreign_key_index::RULE, *file, *span, help);
            }
        }
    }
}

fn push(out: &mut Vec<Diagnostic>, rule: &'static Rule, file: usize, span: Span, help: String) {
    let mut finding = Diagnostic::new(rule, file, span);
    finding.help(help);
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::check::{Input, Options, check_set};

    fn rules(files: &[&str]) -> Vec<&'static str> {
        let input = |(index, sql): (usize, &&str)| Input {
            path: format!("m/000{index}_a.sql"),
            name: format!("000{index}_a.sql"),
            bytes: sql.as_bytes().to_vec(),
        };
        let report = check_set(files.iter().enumerate().map(input).collect(), Options::default());
        // The files name tables that they do not make.
        let found = report.diagnostics.iter().map(|one| one.rule.id);
        found.filter(|id| !matches!(*id, "unknown-relation" | "unknown-object" | "contract")).collect()
    }

    #[test]
    fn a_later_file_may_validate_or_index() {
        let add = "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1) NOT VALID";
        assert_eq!(rules(&[add]), ["not-validated"]);
        assert_eq!(rules(&[add, "ALTER TABLE ASYNC t VALIDATE CONSTRAINT c"]), [""; 0]);
        let table = "CREATE TABLE t (id int PRIMARY KEY, b int, c int, FOREIGN KEY (b, c) REFERENCES u)";
        assert_eq!(rules(&[table]), ["foreign-key-index"]);
        assert_eq!(rules(&[table, "CREATE INDEX ASYNC i ON t (c, b, id)"]), [""; 0]);
        assert_eq!(rules(&[table, "CREATE INDEX ASYNC i ON t (b, id, c)"]), ["foreign-key-index"]);
        assert_eq!(rules(&["CREATE TABLE t (id int PRIMARY KEY REFERENCES u)"]), [""; 0]);
        assert_eq!(rules(&[table, "ALTER TABLE t DROP CONSTRAINT t_b_c_fkey"]), [""; 0]);
        assert_eq!(rules(&[table, "CREATE INDEX ASYNC i ON s.t (b, c)"]), ["foreign-key-index"]);
    }
}
