//! Functions: which there are, what they take, and what they read where the server follows it.

use std::collections::HashSet;

use crate::ast::{CreateFunction, DataType, FunctionBody, ObjectName, TokenRange};
use crate::cursor::Cursor;
use crate::effect::{Change, Object};

use crate::rules::all::{dependent_object, duplicate_object, unknown_object, unknown_type};
use crate::statement::Statement;
use crate::text::Span;

use super::Replay;
use super::create::last_span;
use super::model::{Function, FunctionId, Place, SchemaId, User};
use super::names::{Resolved, cut, object};

/// What a function takes and gives, as far as its types are known.
#[derive(Default)]
struct Signature {
    arguments: Option<Vec<String>>,
    result: Option<String>,
    /// Types that the set makes: domains and the rows of relations.
    types: Vec<DataType>,
}

impl Replay<'_> {
    pub(super) fn create_function(&mut self, statement: &Statement<'_>, create: &CreateFunction) {
        let Some(home) = self.home(&create.name) else { return };
        let name = object(&create.name).to_owned();
        let span = last_span(&create.name);
        let signature = self.signature(statement, create);
        let sql = create.language.as_ref().is_none_or(|language| language.value == "sql");
        let words = match create.body {
            FunctionBody::String(at) if sql => {
                self.words_of(&statement.cursor().at(at).literal().unwrap_or_default())
            }
            _ => HashSet::default(),
        };
        let place = self.place(span);
        let old = self.same_function(home, &name, signature.arguments.as_deref());
        let object = match old {
            Some(old) if create.or_replace => {
                self.model.change(Change::Altered, Object::Function(old));
                None
            }
            _ => Some(Object::Function(self.model.functions.len())),
        };
        if let Some(object) = object {
            self.model.change(Change::Made, object);
        }
        let users = match old {
            Some(old) if create.or_replace => {
                self.other_result(old, &signature, span);
                self.model.forget_uses(User::Function(old));
                // Who calls it calls the new one.
                let users = std::mem::take(&mut self.model.functions[old].users);
                self.remove_function(old, place);
                users
            }
            Some(old) => {
                let made = self.model.functions[old].made;
                let finding = self.find(&duplicate_object::RULE, span);
                finding.message(format!("there is a function `{name}` that takes the same already"));
                finding
                    .answer("42723", format!("function \"{name}\" already exists with same argument types"));
                finding.at_place(Some(made), "the first is created here");
                finding.help("write CREATE OR REPLACE FUNCTION to change it");
                Vec::new()
            }
            None => Vec::new(),
        };
        if create.or_replace && signature.arguments.is_none() {
            // Which of several functions of a name is made anew is not known: all are taken for it, so that
            // nothing is said of a body that is no more.
            self.drop_functions(home, &name, place);
        }
        let id = self.model.functions.len();
        for word in &words {
            self.model.bodies.entry(word.clone()).or_default().push(id);
        }
        for by in &users {
            self.model.uses.entry(*by).or_default().push(super::model::Used::Function(id));
        }
        self.model.functions.push(Function {
            name: name.clone(),
            schema: home,
            arguments: signature.arguments,
            result: signature.result,
            users,
            made: place,
            dropped: false,
            words,
            counts: argument_counts(statement.within(create.arguments)),
        });
        self.model.schemas[home].functions.entry(name).or_default().push(id);
        self.uses_types(id, &signature.types);
        self.body(statement, create, id);
    }

    /// A function that takes and gives a domain, or rows of a relation, holds it.
    fn uses_types(&mut self, id: FunctionId, types: &[DataType]) {
        for data_type in types {
            if let Ok(domain) = self.resolve_domain(data_type.schema.as_deref(), &data_type.name) {
                self.model.domains[domain].functions.push(id);
                continue;
            }
            match self.resolve(&name_of(data_type)) {
                Resolved::Found(relation) => self.model.note_use(relation, None, User::Function(id)),
                Resolved::Missing => self.no_type_for_function(data_type),
                Resolved::Unknown => {}
            }
        }
    }

    fn signature(&mut self, statement: &Statement<'_>, create: &CreateFunction) -> Signature {
        let mut signature = Signature::default();
        let mut types = Vec::new();
        signature.arguments = self.argument_types(statement.within(create.arguments), &mut types);
        let mut cursor = statement.cursor();
        cursor.skip_until(|cursor| cursor.is("RETURNS") || cursor.is("AS") || cursor.is("BEGIN"));
        if cursor.eat("RETURNS").is_some() && !cursor.is("TABLE") {
            let set = cursor.eat("SETOF").is_some();
            if let Some(data_type) = crate::parse::data_type(&mut cursor) {
                let set = if set { "setof " } else { "" };
                signature.result = Some(format!("{set}{}", data_type.display_without_modifiers()));
                types.push(data_type);
            }
        }
        types.retain(|one| !unknown_type::is_built_in(one));
        signature.types = types;
        signature
    }

    /// The types of what a function takes: of all but `OUT`.
    fn argument_types(&self, mut cursor: Cursor<'_>, types: &mut Vec<DataType>) -> Option<Vec<String>> {
        let mut arguments = Vec::new();
        while !cursor.at_end() {
            let part = cursor.skip_until(|cursor| cursor.is_punct(","));
            let mut part = cursor.within(part);
            cursor.advance();
            let out = part.eat("OUT").is_some();
            if !out {
                part.eat("INOUT").or_else(|| part.eat("IN")).or_else(|| part.eat("VARIADIC"));
            }
            let data_type = argument_type(part)?;
            let known = unknown_type::is_built_in(&data_type)
                || self.resolve_domain(data_type.schema.as_deref(), &data_type.name).is_ok()
                || matches!(self.resolve(&name_of(&data_type)), Resolved::Found(_));
            if !out {
                arguments.push(data_type.display_without_modifiers());
            }
            types.push(data_type);
            known.then_some(())?;
        }
        Some(arguments)
    }

    /// The function of a name that takes the same.
    fn same_function(&self, home: SchemaId, name: &str, arguments: Option<&[String]>) -> Option<FunctionId> {
        let all = self.model.schemas[home].functions.get(name)?;
        let same = |id: &&FunctionId| {
            self.model.functions.get(**id).is_some_and(|one| one.arguments.as_deref() == arguments)
        };
        arguments.and_then(|_| all.iter().find(same)).copied()
    }

    fn other_result(&mut self, old: FunctionId, new: &Signature, span: Span) {
        let old = &self.model.functions[old];
        let (Some(from), Some(to)) = (&old.result, &new.result) else { return };
        if from == to {
            return;
        }
        let (message, made) = (format!("`{}` gives `{from}`, and would give `{to}`", old.name), old.made);
        let finding = self.find(&duplicate_object::RULE, span);
        finding.message(message).answer("42P13", "cannot change return type of existing function");
        finding.at_place(Some(made), "the function is created here").help("drop the function before");
    }

    /// Takes a function away.
    pub(super) fn remove_function(&mut self, id: FunctionId, place: Place) {
        let Some(function) = self.model.functions.get_mut(id).filter(|one| !one.dropped) else { return };
        function.dropped = true;
        let (home, name) = (function.schema, function.name.clone());
        let schema = &mut self.model.schemas[home];
        if let Some(all) = schema.functions.get_mut(&name) {
            all.retain(|one| *one != id);
            if all.is_empty() {
                schema.functions.remove(&name);
                schema.gone.insert(name, place);
            }
        }
    }

    fn drop_functions(&mut self, home: SchemaId, name: &str, place: Place) {
        for id in self.model.schemas[home].functions.get(name).cloned().unwrap_or_default() {
            self.remove_function(id, place);
        }
    }

    /// `DROP FUNCTION name [(types)], …`.
    pub(super) fn drop_function(&mut self, statement: &Statement<'_>, if_exists: bool, cascade: bool) {
        let mut cursor = statement.cursor();
        cursor.advance();
        cursor.advance();
        cursor.eat("IF EXISTS");
        loop {
            let ahead = cursor;
            let Some(name) = cursor.name() else { return };
            let found = self.known_functions(ahead, if_exists);
            if found.is_empty() {
                self.unknown_change(&name, Change::Gone);
            }
            for id in found {
                self.drop_one_function(id, cascade, name.span());
            }
            cursor.parens();
            if cursor.eat_punct(",").is_none() {
                return;
            }
        }
    }

    fn drop_one_function(&mut self, id: FunctionId, cascade: bool, span: Span) {
        let function = &self.model.functions[id];
        let user = function.users.iter().filter(|user| self.model.is_alive(**user));
        let user = user.filter_map(|user| self.describe(*user)).next();
        let shown =
            format!("{}({})", function.name, function.arguments.clone().unwrap_or_default().join(","));
        if let (Some((_, uses, place)), false) = (user, cascade) {
            let finding = self.find(&dependent_object::RULE, span);
            finding.message(format!("`{shown}` cannot be dropped: {uses}"));
            finding.server(format!("cannot drop function {shown} because other objects depend on it"));
            finding.at_place(place, "what calls it");
            finding.help("drop or change what calls it before, or write CASCADE to drop both");
        }
        let place = self.place(span);
        let users = std::mem::take(&mut self.model.functions[id].users);
        self.drop_users(&users, place);
        self.function_gone(id, place);
    }

    /// Drops a function.
    pub(super) fn function_gone(&mut self, id: FunctionId, place: Place) {
        self.model.change(Change::Gone, Object::Function(id));
        self.remove_function(id, place);
    }

    /// The functions that a name means, with what they take where that is written; a missing one is reported.
    pub(super) fn known_functions(&mut self, mut cursor: Cursor<'_>, if_exists: bool) -> Vec<FunctionId> {
        let Some(name) = cursor.name() else { return Vec::new() };
        let mut types = Vec::new();
        let written = cursor.parens().map(|range| cursor.within(range));
        let arguments = written.map(|cursor| self.argument_types(cursor, &mut types));
        let Some(schemas) = self.schemas_for(name.schema()) else { return Vec::new() };
        if schemas.iter().any(|id| self.model.schemas[*id].opaque) {
            return Vec::new();
        }
        let all = schemas.iter().filter_map(|id| self.model.schemas[*id].functions.get(object(&name)));
        let all: Vec<FunctionId> = all.flatten().copied().collect();
        let fits = |id: &FunctionId| match (&arguments, &self.model.functions[*id].arguments) {
            (Some(Some(wanted)), Some(own)) => wanted == own,
            _ => true,
        };
        let mut found: Vec<FunctionId> = Vec::new();
        for id in all.iter().copied().filter(fits) {
            // One that takes the same in an earlier schema of the path hides it.
            let takes = &self.model.functions[id].arguments;
            let hides =
                |other: &FunctionId| takes.is_some() && self.model.functions[*other].arguments == *takes;
            if !found.iter().any(hides) {
                found.push(id);
            }
        }
        let Some(ident) = name.last().cloned() else { return found };
        if found.is_empty() && !if_exists && self.place.is_none() {
            let shown = cut(&ident.value);
            let server = match &arguments {
                None => format!("could not find a function named \"{name}\""),
                Some(Some(types)) => format!("function {name}({}) does not exist", types.join(", ")),
                // What it takes is not known here.
                Some(None) => return found,
            };
            let gone = schemas.iter().find_map(|id| self.model.schemas[*id].gone.get(shown)).copied();
            let names: Vec<String> =
                schemas.iter().flat_map(|id| self.model.schemas[*id].functions.keys().cloned()).collect();
            self.unknown_object("function", &ident, "42883", server, names.iter().map(String::as_str), gone);
            if let (Some(other), Some(last)) = (all.first(), self.out.last_mut()) {
                let other = &self.model.functions[*other];
                last.at_place(Some(other.made), "this takes something else");
                last.message(format!("there is no function `{shown}` that takes this"));
            }
        } else if found.len() > 1 && arguments.is_none() {
            let finding = self.find(&unknown_object::RULE, ident.span);
            finding.message(format!("there are {} functions `{name}`", found.len()));
            finding.answer("42725", format!("function name \"{name}\" is not unique"));
            finding.help("write the types of what it takes behind the name");
        }
        found
    }

    pub(super) fn alter_function(&mut self, mut cursor: Cursor<'_>, words: &str) {
        cursor.eat(words);
        let found = self.known_functions(cursor, false);
        cursor.name();
        cursor.parens();
        let renamed = cursor.eat("RENAME TO").is_some();
        let moved = cursor.eat("SET SCHEMA").is_some();
        let Some(to) = cursor.ident().filter(|_| renamed || moved) else { return };
        let place = self.place_of(&to);
        if found.is_empty() {
            self.model.change(Change::Moved, Object::Unknown);
        }
        for id in found {
            self.model.change(Change::Moved, Object::Function(id));
            let function = &self.model.functions[id];
            let (old, name, takes) = (function.schema, function.name.clone(), function.arguments.clone());
            let (home, name) =
                if renamed { (old, cut(&to.value).to_owned()) } else { (self.schema(&to), name) };
            let taken = self.same_function(home, &name, takes.as_deref());
            // Into the schema where it is, a function may be moved.
            if let Some(taken) = taken.filter(|taken| renamed || (*taken != id && home != old)) {
                let made = self.model.functions[taken].made;
                let schema = self.model.schemas[home].name.clone();
                let shown = format!("{name}({})", takes.unwrap_or_default().join(", "));
                let finding = self.find(&duplicate_object::RULE, to.span);
                finding.message(format!("there is a function `{name}` that takes the same already"));
                finding.answer("42723", format!("function {shown} already exists in schema \"{schema}\""));
                finding.at_place(Some(made), "the first is created here");
                continue;
            }
            self.remove_function(id, place);
            let function = &mut self.model.functions[id];
            (function.dropped, function.schema) = (false, home);
            function.name.clone_from(&name);
            self.model.schemas[home].functions.entry(name).or_default().push(id);
        }
    }

    /// Whether the set makes a function of this name, in whatever schema.
    pub(super) fn has_function(&self, name: &str) -> bool {
        self.model.refused.contains(name)
            || self.model.schemas.iter().any(|schema| schema.functions.contains_key(name))
    }

    /// Notes the functions of the set that an expression or a query calls, where it is clear which they are.
    pub(super) fn note_calls(&mut self, statement: &Statement<'_>, range: TokenRange, by: User) {
        if self.model.functions.is_empty() {
            return;
        }
        for call in statement.calls_in(range) {
            let Some(schemas) = self.schemas_for(call.name.schema()) else { continue };
            let all =
                schemas.iter().filter_map(|id| self.model.schemas[*id].functions.get(object(&call.name)));
            let mut behind = statement.cursor();
            behind.seek(call.span.end);
            let given = arguments_in(behind);
            let takes = |id: &FunctionId| {
                let (least, most) = self.model.functions[*id].counts;
                (least..=most).contains(&given)
            };
            let all: Vec<FunctionId> = all.flatten().copied().filter(takes).collect();
            // Several that take as many are told apart by types, which are not followed.
            if let [only] = all.as_slice() {
                self.model.note_call(*only, by);
            }
        }
    }
}

/// How many arguments stand in the parentheses that open here.
fn arguments_in(mut cursor: Cursor<'_>) -> usize {
    let Some(inside) = cursor.parens() else { return 0 };
    items(cursor.within(inside))
}

/// How many parts stand between commas.
pub(super) fn items(mut inside: Cursor<'_>) -> usize {
    let mut count = usize::from(!inside.at_end());
    while !inside.at_end() {
        inside.skip_until(|cursor| cursor.is_punct(","));
        count += usize::from(inside.eat_punct(",").is_some());
    }
    count
}

/// How many arguments a call may have at least and at most.
fn argument_counts(mut cursor: Cursor<'_>) -> (usize, usize) {
    let (mut least, mut most) = (0, 0_usize);
    while !cursor.at_end() {
        let part = cursor.skip_until(|cursor| cursor.is_punct(","));
        let mut part = cursor.within(part);
        cursor.advance();
        if part.eat("OUT").is_some() {
            continue;
        }
        let variadic = part.is("VARIADIC");
        part.skip_until(|part| part.is("DEFAULT") || part.is_punct("="));
        most = if variadic { usize::MAX } else { most.saturating_add(1) };
        least += usize::from(part.at_end() && !variadic);
    }
    (least, most)
}

/// The type of one argument: `[name] type [DEFAULT …]`.
pub(super) fn argument_type(part: Cursor<'_>) -> Option<DataType> {
    let ends = |cursor: &Cursor<'_>| cursor.at_end() || cursor.is("DEFAULT") || cursor.is_punct("=");
    let mut unnamed = part;
    if let Some(data_type) = crate::parse::data_type(&mut unnamed).filter(|_| ends(&unnamed)) {
        return Some(data_type);
    }
    let mut named = part;
    named.ident()?;
    crate::parse::data_type(&mut named).filter(|_| ends(&named))
}

fn name_of(data_type: &DataType) -> ObjectName {
    let ident =
        |value: &String| crate::ast::Ident { value: value.clone(), quoted: true, span: data_type.span };
    ObjectName { parts: data_type.schema.iter().map(ident).chain([ident(&data_type.name)]).collect() }
}
