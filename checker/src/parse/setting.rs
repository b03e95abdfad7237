//! Parameters of a session.

use crate::ast::{Setting, SettingValue};
use crate::cursor::Cursor;
use crate::text::Span;

/// Forms that name no parameter, and the parameter that they set.
const FORMS: &[(&str, &str)] = &[
    ("SESSION AUTHORIZATION", "session_authorization"),
    ("TRANSACTION ISOLATION LEVEL", "transaction_isolation"),
    ("TIME ZONE", "timezone"),
    ("XML OPTION", "xmloption"),
    ("NAMES", "client_encoding"),
    ("SCHEMA", "search_path"),
    ("CATALOG", "catalog"),
];

/// `SET`, `RESET` or `SHOW`, as a statement or as a function's option; nothing for `SET CONSTRAINTS` and the modes of
/// transactions.
pub(crate) fn read(mut cursor: Cursor<'_>) -> Option<Setting> {
    if cursor.eat("SET").is_some() {
        return set(cursor);
    }
    let to = if cursor.eat("SHOW").is_some() {
        SettingValue::Shown
    } else {
        cursor.eat("RESET")?;
        SettingValue::Default
    };
    let (name, spelled, span) = name(&mut cursor)?;
    Some(Setting { name, spelled, span, local: false, to })
}

/// What stands behind `SET`.
fn set(mut cursor: Cursor<'_>) -> Option<Setting> {
    let scoped = (cursor.is("LOCAL") || (cursor.is("SESSION") && !cursor.word_at(1, "AUTHORIZATION")))
        && !names_a_parameter(&cursor);
    let local = scoped && cursor.is("LOCAL");
    if scoped {
        cursor.advance();
    }
    if cursor.is_any(&["CONSTRAINTS", "TRANSACTION", "CHARACTERISTICS"]) && !names_a_parameter(&cursor) {
        return None;
    }
    let (name, spelled, span) = name(&mut cursor)?;
    if cursor.eat("TO").is_none() && cursor.eat_punct("=").is_none() && cursor.eat("FROM CURRENT").is_some() {
        return Some(Setting { name, spelled, span, local, to: SettingValue::Current });
    }
    let to = if cursor.is("DEFAULT") { SettingValue::Default } else { SettingValue::These(values(cursor)) };
    Some(Setting { name, spelled, span, local, to })
}

/// Whether the next word is what is set: `SET local.x = 1`.
fn names_a_parameter(cursor: &Cursor<'_>) -> bool {
    cursor.punct_at(1, "=") || cursor.punct_at(1, ".") || cursor.word_at(1, "TO")
}

/// The parameter's own name is told with and without quotes, and in any case.
fn name(cursor: &mut Cursor<'_>) -> Option<(String, String, Span)> {
    if !names_a_parameter(cursor)
        && let Some((span, name)) =
            FORMS.iter().find_map(|(words, name)| cursor.eat(words).map(|span| (span, *name)))
    {
        return Some((name.to_owned(), name.to_owned(), span));
    }
    let name = cursor.name()?;
    let spelled = name.parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".");
    Some((spelled.to_lowercase(), spelled, name.span()))
}

/// The values to the end, up to the first that says more than a word, a number or a string.
fn values(mut cursor: Cursor<'_>) -> Vec<(String, Span)> {
    let mut values = Vec::new();
    loop {
        let start = cursor.position();
        let negative = cursor.eat_punct("-").is_some();
        if !negative {
            cursor.eat_punct("+");
        }
        let Some(token) = cursor.token() else { return values };
        let word = |cursor: &mut Cursor<'_>| cursor.ident().map(|ident| ident.value);
        let text = match cursor.literal() {
            Some(text) => {
                cursor.advance();
                text
            }
            None => word(&mut cursor).unwrap_or_else(|| {
                cursor.advance();
                cursor.text_of(token).to_owned()
            }),
        };
        values.push((if negative { format!("-{text}") } else { text }, cursor.span_since(start)));
        if cursor.eat_punct(",").is_none() {
            return values;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::Kind;
    use crate::statement::File;
    use crate::text::Source;

    fn setting(sql: &str) -> Option<Setting> {
        let source = Source::new("a.sql", sql);
        let file = File::read(&source);
        match file.statements.first().map(|statement| statement.kind().clone()) {
            Some(Kind::Set(setting)) => setting.map(|setting| *setting),
            _ => None,
        }
    }

    #[test]
    fn every_form_names_its_parameter() {
        for (sql, expected) in [
            ("SET search_path TO x", "search_path"),
            ("SET Search_Path = x, y", "search_path"),
            ("SET SESSION search_path = x", "search_path"),
            ("SET LOCAL \"search_path\" TO DEFAULT", "search_path"),
            ("SET \"Search_Path\" = x", "search_path"),
            ("SET SCHEMA 'x'", "search_path"),
            ("SET LOCAL SCHEMA 'x'", "search_path"),
            ("SET schema = 'x'", "schema"),
            ("SET TIME ZONE 'UTC'", "timezone"),
            ("SET SESSION TIME ZONE LOCAL", "timezone"),
            ("SET LOCAL TIME ZONE INTERVAL '1' HOUR TO MINUTE", "timezone"),
            ("SET TimeZone = 'UTC'", "timezone"),
            ("SET NAMES 'UTF8'", "client_encoding"),
            ("SET client_encoding = 'UTF8'", "client_encoding"),
            ("SET app.tenant = 'x'", "app.tenant"),
            ("SET local.x = 1", "local.x"),
            ("SET SESSION AUTHORIZATION app", "session_authorization"),
            ("SET ROLE app", "role"),
            ("RESET search_path", "search_path"),
            ("RESET TIME ZONE", "timezone"),
            ("RESET SESSION AUTHORIZATION", "session_authorization"),
            ("RESET ALL", "all"),
        ] {
            assert_eq!(setting(sql).map(|setting| setting.name).as_deref(), Some(expected), "{sql}");
        }
    }

    #[test]
    fn values_are_told_as_they_are_meant() {
        let values = |sql: &str| match setting(sql).map(|setting| setting.to) {
            Some(SettingValue::These(values)) => {
                values.into_iter().map(|(text, _)| text).collect::<Vec<_>>().join("|")
            }
            other => format!("{other:?}"),
        };
        assert_eq!(values("SET search_path = A, 'B', \"C\""), "a|B|C");
        assert_eq!(values("SET extra_float_digits TO -3"), "-3");
        assert_eq!(values("SET extra_float_digits TO + 3"), "3");
        assert_eq!(values("SET enable_seqscan = ON"), "on");
        assert_eq!(values("SET ROLE app"), "app");
        assert_eq!(values("SET x.y TO DEFAULT"), "Some(Default)");
        assert_eq!(values("RESET x.y"), "Some(Default)");
        assert_eq!(setting("SET CONSTRAINTS ALL DEFERRED"), None);
    }
}
