//! The notation of the grammar, and what it becomes in yacc's.
//!
//! ```text
//! # A comment.
//! %left OR                      precedence, the weakest first, as in yacc
//! rule = A b? c* d+ e,+ f,*     optional, lists, lists with commas
//!      | ( g | h ) '('  @OR     a group; a token by its text; the precedence of an alternative
//!      | i k?? l      -> node   the reduction makes a node of this kind; `k??` is `i k l | i l`, which needs no decision
//!                               before `l` is seen
//!      ;
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A grammar as yacc reads it, and what each of its productions makes.
pub struct Expanded {
    /// In yacc's notation.
    pub yacc: String,
    /// The kinds of nodes, in the order of their ids, which begin at 1.
    pub labels: Vec<String>,
    /// For each rule in yacc's notation, the label of each of its alternatives.
    pub label_of: BTreeMap<String, Vec<Option<String>>>,
    /// The tokens that it names.
    pub tokens: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq)]
enum Lexeme {
    Name(String),
    Token(String),
    Mark(&'static str),
    Directive(String),
    /// The end of a line, which ends a directive only.
    Line,
}

fn lexemes(text: &str) -> Result<Vec<(usize, Lexeme)>, String> {
    let mut out = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let number = number + 1;
        let mut rest = line;
        loop {
            rest = rest.trim_start();
            let Some(first) = rest.chars().next() else { break };
            if first == '#' {
                break;
            }
            if first == '\'' {
                let end = rest[1..].find('\'').ok_or(format!("{number}: a token without its end"))?;
                out.push((number, Lexeme::Token(rest[1..=end].to_owned())));
                rest = &rest[end + 2..];
                continue;
            }
            if first == '%' {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                out.push((number, Lexeme::Directive(rest[..end].to_owned())));
                rest = &rest[end..];
                continue;
            }
            if first.is_ascii_alphanumeric() || first == '_' {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
                let name = &rest[..end];
                let upper = name.chars().all(|c| !c.is_ascii_lowercase());
                let lexeme =
                    if upper { Lexeme::Token(name.to_owned()) } else { Lexeme::Name(name.to_owned()) };
                out.push((number, lexeme));
                rest = &rest[end..];
                continue;
            }
            const MARKS: &[&str] = &["->", "??", ",+", ",*", "=", "|", ";", "(", ")", "?", "*", "+", "@"];
            let mark = MARKS.iter().find(|mark| rest.starts_with(**mark));
            let mark = mark.ok_or(format!("{number}: unexpected `{first}`"))?;
            out.push((number, Lexeme::Mark(mark)));
            rest = &rest[mark.len()..];
        }
        out.push((number, Lexeme::Line));
    }
    Ok(out)
}

struct Alternative {
    symbols: Vec<String>,
    precedence: Option<String>,
    label: Option<String>,
}

#[derive(Default)]
struct Reader {
    lexemes: Vec<(usize, Lexeme)>,
    at: usize,
    rules: Vec<(String, Vec<Alternative>)>,
    known: BTreeSet<String>,
    tokens: BTreeSet<String>,
    precedence: Vec<(String, Vec<String>)>,
}

/// A token's name in yacc's notation.
#[must_use]
pub fn mangled(token: &str) -> String {
    if token.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return format!("T_{token}");
    }
    token.bytes().fold("T".to_owned(), |mut name, byte| {
        let _ = write!(name, "_x{byte:02x}");
        name
    })
}

impl Reader {
    fn peek(&self) -> Option<&Lexeme> {
        self.lexemes[self.at..].iter().map(|(_, lexeme)| lexeme).find(|one| **one != Lexeme::Line)
    }

    fn next(&mut self) -> Option<Lexeme> {
        while let Some((_, lexeme)) = self.lexemes.get(self.at).cloned() {
            self.at += 1;
            if lexeme != Lexeme::Line {
                return Some(lexeme);
            }
        }
        None
    }

    fn eat(&mut self, mark: &'static str) -> bool {
        let found = self.peek() == Some(&Lexeme::Mark(mark));
        if found {
            self.next();
        }
        found
    }

    fn expect(&mut self, mark: &'static str) -> Result<(), String> {
        let line = self.lexemes.get(self.at).map_or(0, |one| one.0);
        if self.eat(mark) {
            Ok(())
        } else {
            Err(format!("{line}: `{mark}` is expected, not {:?}", self.peek()))
        }
    }

    fn file(&mut self) -> Result<(), String> {
        while let Some(lexeme) = self.next() {
            match lexeme {
                Lexeme::Directive(kind) => {
                    let mut names = Vec::new();
                    while let Some((_, Lexeme::Token(token))) = self.lexemes.get(self.at) {
                        names.push(token.clone());
                        self.at += 1;
                    }
                    self.precedence.push((kind, names));
                }
                Lexeme::Name(name) => {
                    self.expect("=")?;
                    let alternatives = self.alternatives()?;
                    self.expect(";")?;
                    self.add(name, alternatives)?;
                }
                other => return Err(format!("a rule is expected, not {other:?}")),
            }
        }
        Ok(())
    }

    fn add(&mut self, name: String, alternatives: Vec<Alternative>) -> Result<(), String> {
        if !self.known.insert(name.clone()) {
            return Err(format!("the rule `{name}` stands twice"));
        }
        self.rules.push((name, alternatives));
        Ok(())
    }

    fn alternatives(&mut self) -> Result<Vec<Alternative>, String> {
        let mut all = self.alternative()?;
        while self.eat("|") {
            all.extend(self.alternative()?);
        }
        Ok(all)
    }

    fn alternative(&mut self) -> Result<Vec<Alternative>, String> {
        let mut one = Alternative { symbols: Vec::new(), precedence: None, label: None };
        // Which symbols may be left out.
        let mut free: Vec<usize> = Vec::new();
        loop {
            let symbol = match self.peek() {
                Some(Lexeme::Name(name)) => name.clone(),
                Some(Lexeme::Token(token)) => {
                    let token = token.clone();
                    let name = mangled(&token);
                    self.tokens.insert(token);
                    name
                }
                Some(Lexeme::Mark("(")) => {
                    self.next();
                    let group = self.alternatives()?;
                    self.expect(")")?;
                    let name = self.group(group)?;
                    let repeated = self.repeated(name)?;
                    one.symbols.push(repeated);
                    if self.eat("??") {
                        free.push(one.symbols.len() - 1);
                    }
                    continue;
                }
                _ => break,
            };
            self.next();
            let symbol = self.repeated(symbol)?;
            one.symbols.push(symbol);
            if self.eat("??") {
                free.push(one.symbols.len() - 1);
            }
        }
        if self.eat("@") {
            match self.next() {
                Some(Lexeme::Token(token)) => one.precedence = Some(token),
                other => return Err(format!("a token is expected behind `@`, not {other:?}")),
            }
        }
        if self.eat("->") {
            match self.next() {
                Some(Lexeme::Name(name)) => one.label = Some(name),
                other => return Err(format!("a name is expected behind `->`, not {other:?}")),
            }
        }
        let all = (0..1usize << free.len()).map(|without| {
            let left_out =
                |at: usize| free.iter().position(|one| *one == at).is_some_and(|bit| without >> bit & 1 == 1);
            let symbols = one
                .symbols
                .iter()
                .enumerate()
                .filter(|(at, _)| !left_out(*at))
                .map(|(_, symbol)| symbol.clone());
            Alternative {
                symbols: symbols.collect(),
                precedence: one.precedence.clone(),
                label: one.label.clone(),
            }
        });
        Ok(all.collect())
    }

    fn group(&mut self, group: Vec<Alternative>) -> Result<String, String> {
        let shown: Vec<String> = group
            .iter()
            .map(|one| format!("{}_{}", one.symbols.join("_"), one.label.as_deref().unwrap_or("")))
            .collect();
        let name = format!("g_{}", shown.join("__or__"));
        if !self.known.contains(&name) {
            self.add(name.clone(), group)?;
        }
        Ok(name)
    }

    fn repeated(&mut self, symbol: String) -> Result<String, String> {
        let plain = |symbols: &[&String]| Alternative {
            symbols: symbols.iter().map(|one| (*one).clone()).collect(),
            precedence: None,
            label: None,
        };
        let marks: [&'static str; 5] = [",+", ",*", "?", "*", "+"];
        let Some(mark) = marks.into_iter().find(|mark| self.eat(mark)) else { return Ok(symbol) };
        let list = if mark.contains('?') {
            symbol
        } else {
            let commas = mark.starts_with(',');
            let list = format!("{}_{symbol}", if commas { "commas" } else { "many" });
            if !self.known.contains(&list) {
                let comma = mangled(",");
                self.tokens.insert(",".to_owned());
                let more = if commas { plain(&[&list, &comma, &symbol]) } else { plain(&[&list, &symbol]) };
                self.add(list.clone(), vec![plain(&[&symbol]), more])?;
            }
            list
        };
        if mark.ends_with('+') {
            return Ok(list);
        }
        let optional = format!("opt_{list}");
        if !self.known.contains(&optional) {
            self.add(optional.clone(), vec![plain(&[]), plain(&[&list])])?;
        }
        Ok(optional)
    }
}

/// Expands files in this notation, which are given by name and text.
///
/// # Errors
///
/// What cannot be read, with its file and line.
pub fn expand(files: &[(String, String)], start: &str) -> Result<Expanded, String> {
    let mut reader = Reader::default();
    for (name, text) in files {
        reader.lexemes = lexemes(text).map_err(|error| format!("{name}:{error}"))?;
        reader.at = 0;
        reader.file().map_err(|error| format!("{name}: {error}"))?;
    }
    let mut yacc = String::new();
    for (_, names) in &reader.precedence {
        reader.tokens.extend(names.iter().cloned());
    }
    for token in &reader.tokens {
        let _ = writeln!(yacc, "%token {}", mangled(token));
    }
    for (kind, names) in &reader.precedence {
        let names: Vec<String> = names.iter().map(|name| mangled(name)).collect();
        let _ = writeln!(yacc, "{kind} {}", names.join(" "));
    }
    let _ = writeln!(yacc, "%start {start}\n%%");
    let mut labels = BTreeSet::new();
    let mut label_of = BTreeMap::new();
    for (name, alternatives) in &reader.rules {
        let _ = writeln!(yacc, "{name}");
        for (index, one) in alternatives.iter().enumerate() {
            let _ = write!(yacc, "  {} {}", if index == 0 { ":" } else { "|" }, one.symbols.join(" "));
            if let Some(token) = &one.precedence {
                let _ = write!(yacc, " %prec {}", mangled(token));
            }
            yacc.push('\n');
            labels.extend(one.label.clone());
        }
        yacc.push_str("  ;\n");
        label_of.insert(name.clone(), alternatives.iter().map(|one| one.label.clone()).collect());
    }
    Ok(Expanded { yacc, labels: labels.into_iter().collect(), label_of, tokens: reader.tokens })
}
