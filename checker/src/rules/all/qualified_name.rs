use crate::ast::{Kind, ObjectName};
use crate::finding::{Check, Findings, Rule};
use crate::grammar::NodeKind;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "qualified-name",
    title: "this name has too many parts",
    why: "An object is named by its schema and its name. A third part before them is the database's name, and a cluster \
          has the one database `postgres`.",
    wrong: "CREATE TABLE shop.library.items (id uuid PRIMARY KEY);",
    right: "CREATE TABLE library.items (id uuid PRIMARY KEY);",
    evidence: &["PostgreSQL: schemas", "AWS user guide: the one database of a cluster is postgres"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let relation = |name: &ObjectName, found: &mut Findings<'_>| judge(name, true, found);
    match statement.kind() {
        Kind::CreateTable(table) => relation(&table.name, found),
        Kind::AlterTable(alter) => relation(&alter.name, found),
        Kind::CreateIndex(index) => relation(&index.table, found),
        Kind::CreateView(view) => relation(&view.name, found),
        Kind::CreateSequence(sequence) => relation(&sequence.name, found),
        Kind::AlterSequence(sequence) => relation(&sequence.name, found),
        Kind::CreateFunction(function) => judge(&function.name, false, found),
        Kind::CreateDomain(domain) => judge(&domain.name, false, found),
        Kind::Drop(drop) => {
            let relations = matches!(drop.object.as_str(), "TABLE" | "VIEW" | "INDEX" | "SEQUENCE");
            if relations || matches!(drop.object.as_str(), "FUNCTION" | "DOMAIN" | "STATISTICS") {
                drop.names.iter().for_each(|name| judge(name, relations, found));
            }
        }
        Kind::Query | Kind::Dml(_) => {
            let relations = statement.part().into_iter().flat_map(|part| part.everything());
            let relations = relations.filter(|part| part.is(NodeKind::Relation));
            relations.filter_map(|part| part.cursor().name()).for_each(|name| judge(&name, true, found));
        }
        _ => {}
    }
}

/// The server quotes the names of relations in its answer, and no others.
fn judge(name: &ObjectName, relation: bool, found: &mut Findings<'_>) {
    let parts: Vec<&str> = name.parts.iter().map(|part| part.value.as_str()).collect();
    let shown = parts.join(".");
    match parts.as_slice() {
        ["postgres", _, _] | [_, _] | [_] | [] => {}
        [_, _, _] => {
            let quote = if relation { "\"" } else { "" };
            found
                .at(name.span())
                .message(format!("`{}` is taken for the name of another database", parts[0]))
                .server(format!("cross-database references are not implemented: {quote}{shown}{quote}"))
                .help("name the schema and the object only");
        }
        _ => {
            found
                .at(name.span())
                .answer("42601", format!("improper qualified name (too many dotted names): {shown}"))
                .help("name the schema and the object only");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn parts() {
        for (sql, place) in [
            ("CREATE VIEW a.b.c AS SELECT 1", "a.b.c"),
            ("ALTER TABLE a.b.c ADD COLUMN d int", "a.b.c"),
            ("CREATE INDEX ASYNC i ON a.b.c (d)", "a.b.c"),
            ("CREATE SEQUENCE a.b.c CACHE 1", "a.b.c"),
            ("DROP TABLE IF EXISTS t, a.b.c", "a.b.c"),
            ("SELECT * FROM t, a.b.c", "a.b.c"),
            ("UPDATE a.b.c SET d = 1 WHERE id = 1", "a.b.c"),
            ("CREATE TABLE a.b.c.d (id int PRIMARY KEY)", "a.b.c.d"),
        ] {
            finds(&RULE, sql, place);
        }
        let found = finds(&RULE, "CREATE FUNCTION a.b.c() RETURNS int LANGUAGE sql AS 'SELECT 1'", "a.b.c");
        let words = found.server.map(|server| server.message).unwrap_or_default();
        assert_eq!(words, "cross-database references are not implemented: a.b.c");
        accepts("CREATE TABLE postgres.b.c (id int PRIMARY KEY)");
        accepts("CREATE TABLE \"a.b.c\".d (id int PRIMARY KEY)");
        accepts("COMMENT ON COLUMN a.b.c IS 'x'");
        accepts("CREATE SEQUENCE s CACHE 1 OWNED BY a.b.c");
    }
}
