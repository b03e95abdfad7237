use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "create-type",
    title: "types of one's own are not supported",
    why: "DSQL has neither enums nor composite nor range types; domains it has. `DROP TYPE` is refused as well, even \
          with IF EXISTS.",
    wrong: "CREATE TYPE shelf AS ENUM ('read', 'watched');",
    right: "CREATE DOMAIN shelf AS text CHECK (VALUE IN ('read', 'watched'));",
    evidence: &["live recordings 2026-09-16 and 2026-09-18, probes enum_*, composite_type and range_type"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if let Some(head) = helpers::headed(statement, "CREATE TYPE") {
        let finding = found.at(head);
        match Form::of(statement) {
            Form::Enum { values, .. } if values.is_empty() => {
                finding.message("enum types are not supported").server("CREATE TYPE not supported");
                finding.help("make a domain with a check over its values");
            }
            Form::Enum { name, values } => {
                finding.message("enum types are not supported").server("CREATE TYPE not supported").help(format!(
                    "make a domain with a check: `CREATE DOMAIN {name} AS text CHECK (VALUE IN ({values}))`"
                ));
            }
            Form::Composite => {
                finding
                    .message("composite types are not supported")
                    .server("unsupported statement: CompositeType")
                    .help("use columns of their own, or jsonb");
            }
            Form::Range => {
                finding
                    .message("range types are not supported")
                    .server("unsupported statement: CreateRange")
                    .help("use two columns, one for each bound");
            }
            Form::Other => {
                finding.help("use a built-in type, or a domain over one");
            }
        }
    }
    if let Some(head) = helpers::headed(statement, "ALTER TYPE") {
        let rename = helpers::has_words(statement, "RENAME TO");
        let words =
            if rename { "unsupported object in RENAME statement" } else { "ALTER TYPE not supported" };
        found
            .at(head)
            .message("types cannot be altered")
            .server(words)
            .help("a domain's check can be replaced; an enum's values cannot");
    }
    if let Kind::Drop(drop) = statement.kind()
        && drop.object == "TYPE"
    {
        let finding = found.at(drop.object_span);
        finding.message("`DROP TYPE` is not supported, even with IF EXISTS");
        finding
            .server("unsupported object in DROP statement")
            .help("leave it out; a domain is dropped with DROP DOMAIN");
    }
}

enum Form {
    Enum { name: String, values: String },
    Composite,
    Range,
    Other,
}

impl Form {
    fn of(statement: &Statement<'_>) -> Self {
        let mut cursor = statement.cursor();
        cursor.advance();
        cursor.advance();
        let name = cursor.name();
        if cursor.eat("AS ENUM").is_some() {
            let values = cursor.parens().map_or("", |inner| statement.range_text(inner));
            let name = name.as_ref().map_or_else(String::new, helpers::quoted_name);
            return Self::Enum { name, values: values.split_whitespace().collect::<Vec<_>>().join(" ") };
        }
        if cursor.eat("AS RANGE").is_some() {
            return Self::Range;
        }
        if cursor.is("AS") { Self::Composite } else { Self::Other }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn every_form() {
        let found = finds(&RULE, "CREATE TYPE a.mood AS ENUM ('sad',\n 'ok')", "CREATE TYPE");
        assert!(
            found
                .help
                .unwrap_or_default()
                .contains("`CREATE DOMAIN a.mood AS text CHECK (VALUE IN ('sad', 'ok'))`")
        );
        finds(&RULE, "CREATE TYPE pair AS (a int, b int)", "CREATE TYPE");
        finds(&RULE, "CREATE TYPE r AS RANGE (subtype = int4)", "CREATE TYPE");
        finds(&RULE, "ALTER TYPE mood ADD VALUE 'meh'", "ALTER TYPE");
        finds(&RULE, "DROP TYPE IF EXISTS mood CASCADE", "TYPE");
        accepts(
            "CREATE DOMAIN mood AS text DEFAULT 'ok' NOT NULL CONSTRAINT m CHECK (VALUE IN ('sad', 'ok'))",
        );
        accepts("DROP DOMAIN IF EXISTS mood");
    }
}
