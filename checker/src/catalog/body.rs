//! The bodies of SQL functions, whose names the server looks up when the function is made.

use crate::ast::{CreateFunction, FunctionBody};
use crate::cursor::Cursor;
use crate::grammar::{NodeKind, Part};
use crate::rules::all::parameter as parameter_rule;
use crate::statement::{File, Statement};
use crate::text::{Source, Span};

use super::Replay;
use super::model::{FunctionId, User};
use super::names::{cut, object};

impl Replay<'_> {
    /// What the body of a SQL function reads: the server looks its names up when the function is made.
    pub(super) fn body(&mut self, statement: &Statement<'_>, create: &CreateFunction, id: FunctionId) {
        let name = object(&create.name).to_owned();
        let arguments = argument_names(statement.within(create.arguments));
        let declared = self.declared_result(statement, create);
        match create.body {
            FunctionBody::Sql(range) => {
                self.note_calls(statement, range, User::Function(id));
                let body = statement.part().and_then(|root| root.child(NodeKind::RoutineBody));
                let parts = body.map(Part::children).unwrap_or_default();
                for (at, part) in parts.iter().copied().enumerate() {
                    let reads = match part.kind() {
                        _ if part.is_any(STATEMENTS) => self.read_body(part, &name, &arguments),
                        _ if body.is_some_and(|body| body.cursor().is("RETURN")) => {
                            self.read_result(part, &name, &arguments)
                        }
                        _ => continue,
                    };
                    if at + 1 == parts.len() && part.is_any(STATEMENTS) {
                        self.returned(&declared, part, reads.outputs.as_deref());
                    }
                    self.note_reads(&reads, User::Function(id));
                }
            }
            FunctionBody::String(at) if create.language.as_ref().is_some_and(|one| one.value == "sql") => {
                let Some(token) = statement.tokens().get(at) else { return };
                let Some(inner) = crate::lex::literal(statement.slice(token.span), token.kind) else {
                    return;
                };
                let source = Source::new("body", inner.text.as_str());
                let file = File::read(&source);
                let before = self.out.len();
                for (at, inner) in file.statements.iter().enumerate() {
                    let Some(part) = inner.part().filter(|part| part.is_any(STATEMENTS)) else { continue };
                    self.body_parameters(part, id);
                    let reads = self.read_body(part, &name, &arguments);
                    if at + 1 == file.statements.len() {
                        self.returned(&declared, part, reads.outputs.as_deref());
                    }
                }
                let outer = |at: usize| token.span.start + inner.place(at);
                for finding in self.out.iter_mut().skip(before) {
                    finding.span = Span::new(outer(finding.span.start), outer(finding.span.end));
                }
                if file.statements.is_empty() {
                    self.returned_nothing(&declared, token.span);
                }
            }
            _ => {}
        }
    }
}

impl Replay<'_> {
    /// `$2` is the second argument.
    fn body_parameters(&mut self, part: Part<'_>, id: FunctionId) {
        let (_, most) = self.model.functions[id].counts;
        for parameter in part.everything().filter(|part| part.is(NodeKind::Param)) {
            let cursor = parameter.cursor();
            let Some(token) = cursor.token() else { continue };
            let shown = cursor.text_of(token).to_owned();
            let number = shown.strip_prefix('$').and_then(|number| number.parse::<usize>().ok());
            if number.is_some_and(|number| number > most || number == 0) {
                let finding = self.find(&parameter_rule::RULE, token.span);
                finding.message(format!("the function has no argument for `{shown}`"));
                finding.server(format!("there is no parameter {shown}")).help("name the argument");
                return;
            }
        }
    }
}

/// What a body has that names something.
const STATEMENTS: &[NodeKind] = &[NodeKind::Query, NodeKind::Insert, NodeKind::Update, NodeKind::Delete];

/// The names of what a function takes, as far as they have names.
fn argument_names(mut cursor: Cursor<'_>) -> Vec<String> {
    let mut names = Vec::new();
    while !cursor.at_end() {
        let part = cursor.skip_until(|cursor| cursor.is_punct(","));
        let mut part = cursor.within(part);
        cursor.advance();
        if part.eat("OUT").is_some() {
            continue;
        }
        part.eat("INOUT").or_else(|| part.eat("IN")).or_else(|| part.eat("VARIADIC"));
        let unnamed = is_unnamed(part);
        if let Some(name) = part.ident().filter(|_| !unnamed && !part.at_end() && !part.is_punct(".")) {
            names.push(cut(&name.value).to_owned());
        }
    }
    names
}

/// Whether an argument is a type and nothing else.
fn is_unnamed(mut part: Cursor<'_>) -> bool {
    crate::parse::data_type(&mut part).is_some()
        && (part.at_end() || part.is("DEFAULT") || part.is_punct("="))
}
