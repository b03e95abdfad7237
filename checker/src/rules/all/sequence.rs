use crate::ast::{Kind, SequenceOption, SequenceOptionKind};
use crate::finding::{Check, Findings, Rule};
use crate::rules::cache::{CACHE_LEAD, cache, good_cache};
use crate::rules::helpers;
use crate::statement::Statement;
use crate::text::Span;

pub(crate) static RULE: Rule = Rule {
    id: "sequence",
    title: "a sequence is a bigint with an explicit `CACHE` of 1 or at least 65536",
    why: "Numbers are handed out to many nodes. CACHE says how many one session takes at once: 1 keeps them close together, \
          and every call meets the same row; 65536 and more is fast, with gaps. DSQL wants the choice spelled out.",
    wrong: "CREATE SEQUENCE order_number;",
    right: "CREATE SEQUENCE order_number CACHE 65536;",
    evidence: &[
        "live recordings 2026-09-18, probes create_sequence, create_sequence_cached and create_sequence_cache_one",
        "dsql-lint 0.2.22 cluster fixtures (ALTER, AS)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

const CACHE_WORDS: &str = "CREATE SEQUENCE is not supported without an explicit cache size. \
     please define CACHE greater than or equal to 65536 or equal to 1";

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    match statement.kind() {
        Kind::CreateSequence(sequence) => {
            if cache(&sequence.options).is_none() {
                found
                    .at(sequence.name.span())
                    .message("a sequence needs an explicit `CACHE`")
                    .server(CACHE_WORDS)
                    .suggest(CACHE_LEAD, helpers::insertion(statement.span.end, " CACHE 1"), true);
            }
            options(&sequence.options, Some(CACHE_WORDS), found);
        }
        Kind::AlterSequence(sequence) => options(&sequence.options, None, found),
        _ => {}
    }
}

fn options(options: &[SequenceOption], words: Option<&str>, found: &mut Findings<'_>) {
    for option in options {
        match &option.kind {
            SequenceOptionKind::Cache(value) if !good_cache(*value) => {
                cache_value(*value, option.span, words, found)
            }
            SequenceOptionKind::As(data_type) if data_type.name != "bigint" => {
                found
                    .at(option.span)
                    .message(format!("a sequence is a bigint, not `{}`", data_type.display()))
                    .help("leave the type out, or write AS bigint");
            }
            _ => {}
        }
    }
}

fn cache_value(value: i64, span: Span, words: Option<&str>, found: &mut Findings<'_>) {
    let finding = found.at(span);
    finding
        .message(format!("`CACHE {value}` is neither 1 nor at least 65536"))
        .help("write CACHE 65536, or CACHE 1 where they must be handed out one by one");
    if let Some(words) = words {
        finding.server(words);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn type_and_cache() {
        finds(&RULE, "CREATE SEQUENCE IF NOT EXISTS a.s START 5", "a.s");
        finds(&RULE, "CREATE SEQUENCE s CACHE 20", "CACHE 20");
        finds(&RULE, "CREATE SEQUENCE s AS integer CACHE 1", "AS integer");
        finds(&RULE, "ALTER SEQUENCE s CACHE 2", "CACHE 2");
        accepts("CREATE SEQUENCE s OWNED BY t.a CACHE 1 MINVALUE -5 NO CYCLE AS bigint");
        accepts("ALTER SEQUENCE IF EXISTS s RESTART WITH 5 INCREMENT BY 2");
        accepts("ALTER SEQUENCE s RENAME TO r");
    }
}
