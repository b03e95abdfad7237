use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "type-size",
    title: "this size is beyond DSQL's limit",
    why: "A char holds at most 4,096 bytes and a varchar 65,535; a numeric has a precision of at most 1,000 and a \
          scale from -1,000 to 1,000.",
    wrong: "CREATE TABLE notes (id uuid PRIMARY KEY, body varchar(100000));",
    right: "CREATE TABLE notes (id uuid PRIMARY KEY, body text);",
    evidence: &["AWS dsql skill, observed 2026-10-01", "AWS user guide, data types of September 2026"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let declared =
        helpers::declared_types(statement).into_iter().map(|(data_type, _)| (data_type.clone(), true));
    let casts = if matches!(statement.kind(), Kind::Other(_)) { &[] } else { statement.casts() };
    let mut types: Vec<_> = declared.collect();
    // A default may hold casts, which the columns' types are not.
    types.extend(casts.iter().map(|cast| (cast.data_type.clone(), false)));
    for (data_type, stored) in &types {
        if matches!(data_type.name.as_str(), "real" | "double precision") {
            float(statement, data_type, found);
        }
        let Some(size) = data_type.modifiers.first().copied() else { continue };
        let limit = match data_type.name.as_str() {
            "character" => 4096,
            "character varying" => 65_535,
            "numeric" => {
                numeric(data_type, size, found);
                continue;
            }
            _ => continue,
        };
        let short = if limit == 4096 { "char" } else { "varchar" };
        if size > limit && *stored {
            found
                .at(data_type.span)
                .message(format!("`{short}` holds at most {limit} bytes"))
                .server(format!("Datatype limit greater than {limit} bytes not supported for {short}"))
                .help("use text, which holds up to 1 MiB");
        } else if size < 1 {
            found
                .at(data_type.span)
                .message("a length is at least 1")
                .answer("22023", format!("length for type {short} must be at least 1"))
                .help("leave the length out, or write text");
        }
    }
}

/// `float(p)`, which stands for one of two types; its precision is in its text only.
fn float(statement: &Statement<'_>, data_type: &crate::ast::DataType, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    cursor.seek(data_type.span.start);
    cursor.skip_until(|cursor| cursor.is_punct("(") || cursor.span().start >= data_type.span.end);
    let precision = if cursor.eat_punct("(").is_some() { cursor.integer() } else { None };
    let words = match precision {
        Some(..1) => "precision for type float must be at least 1 bit",
        Some(54..) => "precision for type float must be less than 54 bits",
        _ => return,
    };
    found
        .at(data_type.span)
        .message("a float has a precision of 1 to 53 bits")
        .answer("22023", words)
        .help("leave the precision out; `float` is double precision, `real` is float(24)");
}

fn numeric(data_type: &crate::ast::DataType, precision: i64, found: &mut Findings<'_>) {
    let scale = data_type.modifiers.get(1).copied().unwrap_or(0);
    let words = if data_type.modifiers.len() > 2 {
        "invalid NUMERIC type modifier".to_owned()
    } else if !(1..=1000).contains(&precision) {
        format!("NUMERIC precision {precision} must be between 1 and 1000")
    } else if !(-1000..=1000).contains(&scale) {
        format!("NUMERIC scale {scale} must be between -1000 and 1000")
    } else {
        return;
    };
    found
        .at(data_type.span)
        .message("a numeric has a precision of 1 to 1000 and a scale of -1000 to 1000")
        .answer("22023", words)
        .help("declare what the values need, for example numeric(18,6)");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn bounds() {
        finds(&RULE, "CREATE TABLE t (a char(4097))", "char(4097)");
        finds(&RULE, "ALTER TABLE t ADD a character varying(65536)", "character varying(65536)");
        finds(&RULE, "CREATE TABLE t (a numeric(1001, 2))", "numeric(1001, 2)");
        finds(&RULE, "CREATE DOMAIN d AS decimal(10, -1001)", "decimal(10, -1001)");
        finds(&RULE, "CREATE TABLE t (a numeric(0))", "numeric(0)");
        finds(&RULE, "CREATE TABLE t (a float(54))", "float(54)");
        finds(&RULE, "CREATE TABLE t (a numeric(10, 2, 3))", "numeric(10, 2, 3)");
        finds(&RULE, "SELECT 1::numeric(1001)", "numeric(1001)");
        finds(&RULE, "SELECT 'a'::varchar(0)", "varchar(0)");
        finds(&RULE, "SELECT CAST(1 AS float(0))", "float(0)");
        accepts("SELECT 'a'::varchar(70000)");
        accepts("CREATE TABLE t (a float(53), b float(1), c float, d double precision)");
        accepts("CREATE TABLE t (a char(4096), b varchar(65535), c numeric(1000, -1000), d numeric(3,5))");
    }
}
