//! Calls: whether there is a function of this name that takes so many arguments, and whether it stands where its kind
//! may.

use crate::ast::ObjectName;
use crate::grammar::{NodeKind, Part};
use crate::rules::all::{parameter as parameter_rule, unknown_function};
use crate::rules::{nearest, quoted};
use crate::statement::Statement;

use super::Replay;
use super::builtin::{Builtin, FunctionKind, functions, names};
use super::model::Function;
use super::names::{cut, object};

impl Replay<'_> {
    /// Says which calls of a statement no function answers, and which parameters nobody gives a value for.
    pub(super) fn calls(&mut self, statement: &Statement<'_>) {
        let Some(root) = statement.part() else { return };
        let parameter = root.everything().find(|part| part.is(NodeKind::Param));
        if let Some(parameter) =
            parameter.filter(|_| !self.takes_parameters && !root.is(NodeKind::CreateFunction))
        {
            let number = parameter.cursor().span();
            let shown = statement.slice(number).to_owned();
            self.find(&parameter_rule::RULE, number).server(format!("there is no parameter {shown}"));
        }
        for call in root.everything().filter(|part| part.is(NodeKind::Call)) {
            let Some(function) = call.child(NodeKind::Function) else { continue };
            let Some(name) = function.name() else { continue };
            // A domain can be written like a function: a cast.
            let schema = name.schema().map(|schema| schema.value.as_str());
            if arguments(call).len() == 1 && self.resolve_domain(schema, object(&name)).is_ok() {
                continue;
            }
            let system = match name.schema().map(|schema| schema.value.as_str()) {
                None => false,
                Some("pg_catalog") => true,
                Some(_) => {
                    self.own_call(call, &name);
                    continue;
                }
            };
            if !system && self.may_make(&name) {
                self.own_call(call, &name);
                continue;
            }
            self.builtin_call(root, call, &name);
        }
    }

    /// A call of a function that the set makes: none of its name may take what it is given.
    fn own_call(&mut self, call: Part<'_>, name: &ObjectName) {
        if self.model.refused.contains(object(name)) || unknown_function::is_told(object(name)) {
            return;
        }
        let Some(schemas) = self.schemas_for(name.schema()) else { return };
        if let (true, Some(schema)) = (schemas.is_empty(), name.schema()) {
            self.unknown_schema(schema);
            return;
        }
        let unknown = |id: &usize| self.model.schemas.get(*id).is_none_or(|schema| schema.opaque);
        if schemas.iter().any(unknown) {
            return;
        }
        let given = arguments(call);
        let all = schemas
            .iter()
            .filter_map(|id| self.model.schemas.get(*id)?.functions.get(object(name)))
            .flatten();
        let all: Vec<&Function> = all.filter_map(|id| self.model.functions.get(*id)).collect();
        // An unqualified name may be one of the server's own, or of a schema that the path shows at run time.
        if name.schema().is_none() && (!self.path_is_known() || functions(cut(object(name))).next().is_some())
        {
            return;
        }
        let spread = given.iter().any(|one| one.is(NodeKind::Variadic) || one.is(NodeKind::Named));
        // The one argument may be a row, and the name its column.
        let column = given.len() == 1 && all.is_empty() && is_row(&given);
        if spread || column || all.iter().any(|one| takes(one, &given)) {
            return;
        }
        let Some(first) = all.first() else {
            self.unknown_function(name, &given);
            return;
        };
        let (made, (least, most)) = (first.made, first.counts);
        let message = match all.as_slice() {
            [_] if least == most && most != given.len() => {
                format!("`{}` takes {most} arguments, and here it is given {}", object(name), given.len())
            }
            _ => format!("no function `{}` takes these arguments", object(name)),
        };
        let words = does_not_exist(name, &given);
        let finding = self.find(&unknown_function::RULE, name.span());
        finding.message(message);
        if let Some(words) = words {
            finding.server(words);
        }
        finding.at_place(Some(made), "it is created here").help("give it the arguments that it takes");
    }

    /// Whether the database may have a function of this name of its own.
    fn may_make(&self, name: &ObjectName) -> bool {
        if self.has_function(object(name)) || unknown_function::is_told(object(name)) {
            return true;
        }
        let Some(schemas) = self.schemas_for(None) else { return true };
        !self.path_is_known()
            || schemas.iter().filter_map(|id| self.model.schemas.get(*id)).any(|schema| schema.opaque)
    }

    fn builtin_call(&mut self, root: Part<'_>, call: Part<'_>, name: &ObjectName) {
        let all: Vec<Builtin> = functions(cut(object(name))).collect();
        let arguments = arguments(call);
        let shown = object(name).to_owned();
        if all.is_empty() {
            if !(arguments.len() == 1 && may_be_no_call(root, name, &arguments)) {
                self.unknown_function(name, &arguments);
            }
            return;
        }
        let star = is_star(call);
        if !all.iter().any(|one| one.takes(arguments.len()))
            && !is_table_of_arrays(root, call, name)
            && !may_be_no_call(root, name, &arguments)
        {
            let count = arguments.len();
            let noun = if count == 1 { "argument" } else { "arguments" };
            let words = does_not_exist(name, &arguments);
            let finding = self.find(&unknown_function::RULE, name.span());
            finding.message(format!("no function `{shown}` takes {count} {noun}"));
            if let Some(words) = words {
                finding.server(words);
            }
            return;
        }
        let parameterless = arguments.is_empty() && !star;
        let only = |kind| all.iter().all(|one| one.kind == kind);
        if only(FunctionKind::Aggregate) && parameterless && call.child(NodeKind::WithinGroup).is_none() {
            let finding = self.find(&unknown_function::RULE, name.span());
            finding.message(format!("an aggregate without arguments is `{shown}(*)`"));
            finding.answer(
                "42809",
                format!("{shown}(*) must be used to call a parameterless aggregate function"),
            );
            return;
        }
        let over = call.child(NodeKind::Over).is_some();
        if only(FunctionKind::Window) && !over {
            let finding = self.find(&unknown_function::RULE, name.span());
            finding
                .message(format!("`{shown}` needs the window that it looks at"))
                .help("write OVER (…) behind it");
            finding.answer("42809", format!("window function {shown} requires an OVER clause"));
        } else if only(FunctionKind::Plain) && over {
            let finding = self.find(&unknown_function::RULE, name.span());
            finding
                .message(format!("`{shown}` is no aggregate and no window function"))
                .help("leave out OVER");
            finding.answer(
                "42809",
                format!("OVER specified, but {shown} is not a window function nor an aggregate function"),
            );
        }
    }

    fn unknown_function(&mut self, name: &ObjectName, arguments: &[Part<'_>]) {
        let shown = object(name).to_owned();
        let of_the_set = self.model.schemas.iter().flat_map(|schema| schema.functions.keys());
        let known: Vec<&str> =
            of_the_set.map(String::as_str).chain(names().map(|name| name as &str)).collect();
        let near = nearest(&shown, known.into_iter()).map(quoted);
        let words = does_not_exist(name, arguments);
        let finding = self.find(&unknown_function::RULE, name.span());
        finding.message(format!("there is no function `{shown}`"));
        if let Some(words) = words {
            finding.server(words);
        }
        finding.help(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "create it in an earlier migration; if the database has it already, declare it with a line \
                 `-- dsql: external function {}(…)`",
                quoted(&shown)
            ),
        });
    }
}

/// The arguments of a call, with what `WITHIN GROUP` adds.
fn arguments(call: Part<'_>) -> Vec<Part<'_>> {
    const BEHIND: &[NodeKind] =
        &[NodeKind::Function, NodeKind::Order, NodeKind::Filter, NodeKind::Over, NodeKind::WithinGroup];
    let mut arguments: Vec<_> = call.children().into_iter().filter(|part| !part.is_any(BEHIND)).collect();
    let group = call.child(NodeKind::WithinGroup).and_then(|group| group.child(NodeKind::Order));
    arguments.extend(group.map(Part::children).unwrap_or_default());
    arguments
}

/// Whether a function may take these arguments: as many, and no number where its type has no way to one.
fn takes(function: &Function, given: &[Part<'_>]) -> bool {
    const NO_NUMBERS: &[&str] = &[
        "text",
        "character varying",
        "character",
        "uuid",
        "date",
        "timestamp without time zone",
        "timestamp with time zone",
        "time without time zone",
        "interval",
        "boolean",
        "bytea",
        "jsonb",
        "json",
    ];
    let (least, most) = function.counts;
    let Some(types) = &function.arguments else { return (least..=most).contains(&given.len()) };
    let fits =
        |(one, of): (&Part<'_>, &String)| !one.is(NodeKind::Number) || !NO_NUMBERS.contains(&of.as_str());
    (least..=most).contains(&given.len()) && given.iter().zip(types).all(fits)
}

/// Whether the one argument may be a row, and the name its column: `app.f(t)`.
fn is_row(given: &[Part<'_>]) -> bool {
    given.iter().any(|one| one.is(NodeKind::Column))
}

/// `f(*)`.
fn is_star(call: Part<'_>) -> bool {
    let open = call.child(NodeKind::Function).map_or(0, |function| function.range().end);
    let mut cursor = call.cursor().at(open);
    cursor.eat_punct("(").is_some() && cursor.is_punct("*")
}

/// `FROM unnest(a, b)`: in the place of a table it takes any number of arrays.
fn is_table_of_arrays(root: Part<'_>, call: Part<'_>, name: &ObjectName) -> bool {
    let of_table = |part: Part<'_>| {
        part.is(NodeKind::FunctionTable) && part.holds(call) && {
            let calls = part.everything().filter(|one| one.is(NodeKind::Call) && one.holds(call));
            calls.count() == 1
        }
    };
    object(name) == "unnest" && root.everything().any(of_table)
}

/// With one argument a call may be a cast to a type, or a column of a row.
fn may_be_no_call(root: Part<'_>, name: &ObjectName, arguments: &[Part<'_>]) -> bool {
    let [argument] = arguments else { return false };
    let mut cursor = argument.cursor();
    let column = argument.is(NodeKind::Column) && argument.first().is_none();
    let row = column && {
        let of = cursor.ident().map(|ident| ident.value).unwrap_or_default();
        let sources = root.everything().filter(|part| part.is_any(&[NodeKind::Relation, NodeKind::Alias]));
        sources.into_iter().any(|source| crate::ast::names_in(source.cursor()).any(|known| known == of))
    };
    row || crate::rules::all::unknown_type::is_called_so(object(name)) || argument.is(NodeKind::Variadic)
}

/// The server's words, where the types of all arguments can be seen.
fn does_not_exist(name: &ObjectName, arguments: &[Part<'_>]) -> Option<String> {
    let type_of = |argument: &Part<'_>| match argument.kind() {
        NodeKind::String => Some("unknown"),
        NodeKind::Boolean => Some("boolean"),
        NodeKind::Number if argument.text().parse::<i32>().is_ok() => Some("integer"),
        _ => None,
    };
    let types: Option<Vec<&str>> = arguments.iter().map(type_of).collect();
    Some(format!("function {name}({}) does not exist", types?.join(", ")))
}
