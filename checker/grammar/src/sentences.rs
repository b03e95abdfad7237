//! Statements made of the grammar at random, and broken ones made of them. Numbers come from the caller, who gives a number
//! below the one that is asked for.

use std::collections::HashMap;

use cfgrammar::yacc::{YaccGrammar, YaccKind, YaccOriginalActionKind};
use cfgrammar::{PIdx, RIdx, Symbol};

use crate::notation::{Expanded, mangled};

/// Makes statements of a grammar.
pub struct Sentences {
    grammar: YaccGrammar<u16>,
    costs: Vec<u32>,
    shown: HashMap<String, String>,
}

impl Sentences {
    /// Reads a grammar.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn new(expanded: &Expanded) -> Result<Self, String> {
        let kind = YaccKind::Original(YaccOriginalActionKind::NoAction);
        let grammar = YaccGrammar::<u16>::new_with_storaget(kind, &expanded.yacc)
            .map_err(|errors| format!("{errors:?}"))?;
        let shown = expanded.tokens.iter().map(|token| (mangled(token), token.clone())).collect();
        let mut made = Self { costs: vec![u32::MAX; usize::from(grammar.rules_len())], grammar, shown };
        made.find_costs();
        Ok(made)
    }

    /// The length of each rule's shortest text.
    fn find_costs(&mut self) {
        let mut changed = true;
        while changed {
            changed = false;
            for production in self.grammar.iter_pidxs() {
                let rule = usize::from(self.grammar.prod_to_rule(production));
                let cost = self.cost(production);
                if cost < self.costs[rule] {
                    self.costs[rule] = cost;
                    changed = true;
                }
            }
        }
    }

    fn cost(&self, production: PIdx<u16>) -> u32 {
        let of = |symbol: &Symbol<u16>| match symbol {
            Symbol::Rule(rule) => self.costs[usize::from(*rule)],
            Symbol::Token(_) => 1,
        };
        self.grammar.prod(production).iter().map(of).fold(0, u32::saturating_add).saturating_add(1)
    }

    /// Whether a production stands for what cannot be read, which no text is meant to be.
    fn is_unreadable(&self, production: PIdx<u16>) -> bool {
        matches!(self.grammar.prod(production), [Symbol::Token(token)]
            if self.grammar.token_name(*token) == Some("T_UNREADABLE"))
    }

    /// The tokens of a text of a rule, of about this length.
    pub fn of(&self, rule: &str, length: usize, random: &mut impl FnMut(usize) -> usize) -> Vec<String> {
        let mut out = Vec::new();
        let Some(rule) = self.grammar.rule_idx(rule) else { return out };
        let mut stack = vec![Symbol::Rule(rule)];
        while let Some(symbol) = stack.pop() {
            match symbol {
                Symbol::Token(token) => {
                    let name = self.grammar.token_name(token).unwrap_or_default();
                    out.push(text(&self.shown[name], random));
                }
                Symbol::Rule(rule) => {
                    let production = self.choose(rule, out.len() + stack.len() < length, random);
                    stack.extend(self.grammar.prod(production).iter().rev().copied());
                }
            }
        }
        out
    }

    fn choose(&self, rule: RIdx<u16>, free: bool, random: &mut impl FnMut(usize) -> usize) -> PIdx<u16> {
        let readable = |production: &&PIdx<u16>| !self.is_unreadable(**production);
        let all: Vec<_> = self.grammar.rule_to_prods(rule).iter().filter(readable).copied().collect();
        if free {
            return all[random(all.len())];
        }
        let least = all.iter().map(|one| self.cost(*one)).min().unwrap_or_default();
        let cheap: Vec<_> = all.iter().filter(|one| self.cost(**one) == least).collect();
        *cheap[random(cheap.len())]
    }
}

fn text(token: &str, random: &mut impl FnMut(usize) -> usize) -> String {
    let mut one = |of: &[&str]| of[random(of.len())].to_owned();
    match token {
        "IDENT" => one(&["a", "b", "t", "users", "\"Q\"", "x1", "foo", "id"]),
        "STRING" => one(&["'x'", "'1'", "E'a\\n'", "$$b$$", "''"]),
        "BITS" => one(&["B'01'", "X'1F'"]),
        "WHOLE" => one(&["1", "2", "10", "0x1F"]),
        "NUMBER" => one(&["1.5", "2e3", ".5", "99999999999"]),
        "PARAM" => one(&["$1"]),
        "OP" => one(&["||", "->", "->>", "@>", "~", "&&", "|", "!~*", "#>"]),
        "<>" => one(&["<>", "!="]),
        "AWS" => "AWS".to_owned(),
        _ => token.strip_suffix("_LA").unwrap_or(token).to_owned(),
    }
}

/// One token deleted, doubled, swapped with the next or replaced by another one.
pub fn mutate(tokens: &[String], others: &[String], random: &mut impl FnMut(usize) -> usize) -> Vec<String> {
    let mut tokens = tokens.to_vec();
    if tokens.is_empty() {
        return tokens;
    }
    let at = random(tokens.len());
    match random(4) {
        0 => drop(tokens.remove(at)),
        1 => tokens.insert(at, tokens[at].clone()),
        2 if at + 1 < tokens.len() => tokens.swap(at, at + 1),
        _ => tokens[at] = others[random(others.len())].clone(),
    }
    tokens
}
