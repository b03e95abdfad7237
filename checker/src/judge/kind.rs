//! Files that are not applied once and in order: baselines, and those that are applied whenever they change.

use dsql_migrate_plan::MigrationKind;

use crate::ast::{Class, DmlVerb, Kind};
use crate::directive::Directives;
use crate::finding::{Diagnostic, Label, Severity};
use crate::plan::{Repeats, recognises, repeats};
use crate::rules::all::{directive, not_repeatable};
use crate::statement::{File, Statement};
use crate::text::Span;

/// Judges whether the files, which are in version order, can be what they are marked as.
pub(crate) fn judge(files: &[(usize, File<'_>)], directives: &[Directives], out: &mut Vec<Diagnostic>) {
    let mut ordinary = None;
    for ((position, file), directives) in files.iter().zip(directives) {
        match directives.kind() {
            MigrationKind::Baseline => baseline(file, *position, directives, ordinary, out),
            MigrationKind::Always => always(file, *position, out),
            _ => ordinary = ordinary.or(Some(*position)),
        }
    }
}

fn baseline(
    file: &File<'_>,
    position: usize,
    directives: &Directives,
    ordinary: Option<usize>,
    out: &mut Vec<Diagnostic>,
) {
    let finding = |span: Span, message: &str, help: &str| {
        let mut finding = Diagnostic::new(&directive::RULE, position, span);
        finding.message(message).help(help);
        finding
    };
    let span = directives.baseline.unwrap_or_default();
    if let Some(always) = directives.always {
        let message = "a file is a baseline or is always applied, not both";
        out.push(finding(always, message, "delete one of the two directives"));
    }
    if let Some(other) = ordinary {
        let message = "a baseline comes before all other migrations";
        let mut late = finding(span, message, "give it the lowest version, as in `0000_baseline.sql`");
        let text = "this one is applied before it".into();
        late.others.push(Label { file: other, span: Span::default(), text });
        out.push(late);
    }
    if !file.statements.iter().any(recognises) {
        let message = "nothing shows whether a database has this baseline";
        out.push(finding(
            span,
            message,
            "a baseline makes something that the catalog shows, such as a table",
        ));
    }
}

fn always(file: &File<'_>, position: usize, out: &mut Vec<Diagnostic>) {
    for statement in &file.statements {
        let mut finding = Diagnostic::new(&not_repeatable::RULE, position, statement.head());
        match statement.class() {
            Class::Ddl => match repeats(statement) {
                Repeats::Yes => continue,
                Repeats::No => {}
                Repeats::Unknown => {
                    finding.severity = Severity::Warning;
                    finding.message("whether this statement can be repeated is not known");
                }
            },
            Class::Dml if adds_rows(statement) => {
                finding.severity = Severity::Warning;
                finding
                    .message("this adds its rows again whenever the file changes")
                    .help("add ON CONFLICT … DO NOTHING or DO UPDATE");
            }
            _ => continue,
        }
        out.push(finding);
    }
}

/// Whether a statement inserts rows whether they are there or not.
fn adds_rows(statement: &Statement<'_>) -> bool {
    let says = |words: &str| {
        let mut cursor = statement.cursor();
        while !cursor.at_end() && !cursor.are(words) {
            cursor.advance();
        }
        !cursor.at_end()
    };
    *statement.kind() == Kind::Dml(DmlVerb::Insert) && !says("ON CONFLICT") && !says("NOT EXISTS")
}

#[cfg(test)]
mod tests {
    use crate::check::{Input, check_set};
    use crate::options::Options;

    /// What is found in a set, file by file, without what this module is not about.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let input = |(name, sql): &(&str, &str)| Input {
            path: (*name).into(),
            name: (*name).into(),
            bytes: sql.as_bytes().to_vec(),
        };
        let report = check_set(files.iter().map(input).collect(), Options::default());
        report
            .diagnostics
            .iter()
            .map(|one| format!("{} {}: {}", one.severity.as_str(), one.file, one.message))
            .collect()
    }

    const TABLE: &str = "CREATE TABLE t (id int PRIMARY KEY);";

    #[test]
    fn a_baseline_comes_first_and_can_be_recognised() {
        let baseline = format!("-- dsql: baseline\n{TABLE}");
        let column = ("0002_b.sql", "ALTER TABLE t ADD COLUMN a int;");
        assert_eq!(found(&[("0001_a.sql", &baseline), column]), [""; 0]);
        let domain = ("0000_z.sql", "CREATE DOMAIN d AS int;");
        assert_eq!(
            found(&[domain, ("0001_a.sql", &baseline)]),
            ["error 1: a baseline comes before all other migrations"]
        );
        for empty in ["SELECT 1;", "DROP TABLE IF EXISTS t;", "COMMENT ON SCHEMA public IS 'x';"] {
            assert_eq!(
                found(&[("0001_a.sql", &format!("-- dsql: baseline\n{empty}"))])
                    .iter()
                    .filter(|one| one.starts_with("error"))
                    .collect::<Vec<_>>(),
                ["error 0: nothing shows whether a database has this baseline"],
                "{empty}"
            );
        }
        let if_not_exists = "-- dsql: baseline\nCREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY);";
        assert_eq!(found(&[("0001_a.sql", if_not_exists)]), [""; 0]);
        assert_eq!(
            found(&[("0001_a.sql", &format!("-- dsql: always\n{baseline}"))]),
            ["error 0: a file is a baseline or is always applied, not both"]
        );
        assert_eq!(
            found(&[("0001_a.sql", &format!("-- dsql: baseline of 2025\n{TABLE}"))]),
            ["error 0: `baseline` stands alone on its line"]
        );
    }

    #[test]
    fn what_is_always_applied_can_be_repeated() {
        let set = |sql: &str| {
            let files = [("0001_a.sql", TABLE), ("0100_r.sql", &*format!("-- dsql: always\n{sql}"))];
            found(&files)
        };
        for fine in [
            "GRANT SELECT ON t TO app;",
            "REVOKE ALL ON t FROM app; -- dsql: contract it was a mistake",
            "AWS IAM GRANT app TO 'arn:aws:iam::1:role/x';",
            "CREATE OR REPLACE VIEW v AS SELECT id FROM t;",
            "CREATE INDEX ASYNC IF NOT EXISTS i ON t (id);",
            "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING;",
            "DELETE FROM t WHERE id = 2;",
        ] {
            assert_eq!(set(fine), [""; 0], "{fine}");
        }
        for wrong in ["CREATE VIEW v AS SELECT id FROM t;", "ALTER TABLE t ADD COLUMN a int;"] {
            let message = "error 1: this statement cannot be repeated, and its file is always applied";
            assert_eq!(set(wrong), [message], "{wrong}");
        }
        assert_eq!(
            set("INSERT INTO t VALUES (1);"),
            ["warning 1: this adds its rows again whenever the file changes"]
        );
    }

    /// It runs after everything else, and so may name what later versions make.
    #[test]
    fn what_is_always_applied_is_replayed_last() {
        let files = [
            ("0001_a.sql", TABLE),
            ("0100_r.sql", "-- dsql: always\nGRANT SELECT ON u TO app;"),
            ("0101_u.sql", "CREATE TABLE u (id int PRIMARY KEY);"),
        ];
        assert_eq!(found(&files), [""; 0]);
    }
}
