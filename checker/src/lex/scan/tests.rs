use super::super::lex;
use super::*;

/// Kinds and texts of the tokens.
fn tokens(text: &str) -> Vec<(TokenKind, &str)> {
    lex(text).tokens.iter().map(|token| (token.kind, &text[token.span.range()])).collect()
}

fn texts(text: &str) -> Vec<&str> {
    tokens(text).into_iter().map(|(_, text)| text).collect()
}

#[test]
fn strings_of_every_kind() {
    use TokenKind::*;
    assert_eq!(tokens("'a''b'"), [(String, "'a''b'")]);
    assert_eq!(tokens(r"'\' x"), [(String, r"'\'"), (Word, "x")]);
    assert_eq!(tokens(r"E'\'' x"), [(EscapeString, r"E'\''"), (Word, "x")]);
    assert_eq!(tokens("U&'d\\0061' u&\"x\""), [(UnicodeString, "U&'d\\0061'"), (UnicodeIdent, "u&\"x\"")]);
    assert_eq!(tokens("B'01' x'ff' N'n'"), [(BitString, "B'01'"), (BitString, "x'ff'"), (String, "N'n'")]);
    assert_eq!(tokens("\"a\"\"b\""), [(QuotedIdent, "\"a\"\"b\"")]);
}

#[test]
fn strings_continue_over_line_ends_only() {
    assert_eq!(texts("'a'\n  'b'"), ["'a'\n  'b'"]);
    assert_eq!(texts("'a' -- c\n'b'"), ["'a' -- c\n'b'"]);
    assert_eq!(texts("'a' 'b'"), ["'a'", "'b'"]);
    assert_eq!(texts("E'a'\n'\\';'"), ["E'a'\n'\\';'"]);
    assert_eq!(texts("'a'\n/* c */'b'"), ["'a'", "'b'"]);
}

#[test]
fn dollar_quotes() {
    use TokenKind::*;
    assert_eq!(tokens("$$a;'$$"), [(DollarString, "$$a;'$$")]);
    assert_eq!(tokens("$a$ $$ $b$ $a$"), [(DollarString, "$a$ $$ $b$ $a$")]);
    assert_eq!(tokens("$1 x$y$"), [(Param, "$1"), (Word, "x$y$")]);
    assert_eq!(tokens("$ é"), [(Other, "$"), (Word, "é")]);
    assert_eq!(tokens("$é$x$é$"), [(DollarString, "$é$x$é$")]);
    assert_eq!(tokens("$a$$a$a$"), [(DollarString, "$a$$a$"), (Word, "a$")]);
}

#[test]
fn comments_nest_and_do_not_count() {
    assert_eq!(texts("a /* b /* c */ ; */ d -- e ;\nf"), ["a", "d", "f"]);
    assert_eq!(lex("/* a */ -- b\r\n").comments.len(), 2);
}

#[test]
fn operators_leave_comments_and_signs_alone() {
    assert_eq!(texts("a=-1"), ["a", "=", "-", "1"]);
    assert_eq!(texts("a@-1"), ["a", "@-", "1"]);
    assert_eq!(texts("a+--c\nb"), ["a", "+", "b"]);
    assert_eq!(texts("a*/*c*/b"), ["a", "*", "b"]);
    assert_eq!(
        texts("a->>'b' x::int f(a=>1)"),
        ["a", "->>", "'b'", "x", "::", "int", "f", "(", "a", "=>", "1", ")"]
    );
}

#[test]
fn numbers() {
    assert_eq!(
        texts("1 1.5 .5 1. 1e5 1E-5 0x1F 1_000"),
        ["1", "1.5", ".5", "1.", "1e5", "1E-5", "0x1F", "1_000"]
    );
    assert_eq!(texts("1..2 a.1"), ["1", "..", "2", "a", ".1"]);
    for (junk, kind) in [
        ("1e", LexErrorKind::JunkAfterNumber),
        ("0x1Fg", LexErrorKind::JunkAfterNumber),
        ("$1a", LexErrorKind::JunkAfterParam),
    ] {
        assert_eq!(lex(junk).errors[0].kind, kind, "{junk}");
    }
    assert_eq!(texts("B'1''0'"), ["B'1'", "'0'"]);
}

#[test]
fn a_missing_end_is_one_error_and_the_rest_is_read() {
    let lexed = lex("SELECT 'a;\nSELECT 2;\nSELECT $x$ 3;\nSELECT 4");
    let kinds: Vec<_> = lexed.errors.iter().map(|error| error.kind).collect();
    assert_eq!(kinds, [LexErrorKind::UnterminatedString, LexErrorKind::UnterminatedDollar]);
    assert_eq!(texts("a \"b\nc"), ["a", "\"b", "c"]);
    assert_eq!(lex("/* /* */").errors[0].kind, LexErrorKind::UnterminatedComment);
    assert_eq!(lex("a.\"\"").errors[0].kind, LexErrorKind::EmptyIdent);
    assert_eq!(lex("a\0b").errors[0].kind, LexErrorKind::NulByte);
}

#[test]
fn a_byte_order_mark_is_no_token() {
    assert_eq!(texts("\u{feff}SELECT"), ["SELECT"]);
}

#[test]
fn tokens_cover_the_text_in_order_whatever_it_is() {
    let mut random = 1_u64;
    let alphabet = [
        "'", "\"", "$", "$a$", "/*", "*/", "--", "\n", "\\", "E'", "U&", ";", "é", "İ", "(", ".", "1", "a",
        " ", "\0",
    ];
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(alphabet[(random >> 33) as usize % alphabet.len()]);
        }
        let mut end = 0;
        for token in lex(&text).tokens {
            assert!(token.span.start >= end && token.span.end > token.span.start, "{text:?}");
            assert!(text.get(token.span.range()).is_some(), "{text:?}");
            end = token.span.end;
        }
    }
}
