//! The columns that a query gives.

use super::Reader;
use crate::ast::Ident;
use crate::catalog::model::{Output, Shows, Type};
use crate::catalog::names::{cut, object};
use crate::catalog::value_type::shown;
use crate::grammar::{NodeKind, Part};
use crate::naming::label;

/// What a query gives: its columns where they are known.
pub(super) type Outputs = Option<Vec<Output>>;

impl Output {
    pub(in crate::catalog) fn named(name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..Self::default() }
    }

    /// Whether this is the column of a name, or may be it.
    pub(in crate::catalog) fn may_be(&self, name: &str) -> bool {
        self.name.as_deref().is_none_or(|own| own == name)
    }
}

/// An item of a SELECT or a RETURNING.
pub(super) enum Target<'t> {
    /// `*`.
    Star,
    /// `table.*`.
    StarOf(Part<'t>),
    /// An expression, and the name that it is given.
    Value(Part<'t>, Option<Ident>),
}

impl<'t> Target<'t> {
    pub(super) fn of(part: Part<'t>) -> Option<Self> {
        if part.is(NodeKind::Star) {
            return Some(Self::Star);
        }
        let value = part.first()?;
        // A name, if there is one, is the last token behind the expression.
        let named = part.range().end > value.range().end;
        if !named
            && value.is(NodeKind::Column)
            && value.last().is_some_and(|step| step.is(NodeKind::AllColumns))
        {
            return Some(Self::StarOf(value));
        }
        Some(Self::Value(value, part.last_ident().filter(|_| named)))
    }
}

impl Reader<'_, '_> {
    pub(super) fn projection(&self, items: &[Part<'_>], star: Option<&[Output]>) -> Outputs {
        let mut outputs = Vec::new();
        for item in items {
            match Target::of(*item)? {
                Target::Star => outputs.extend(star?.iter().map(passed_on)),
                Target::StarOf(table) => {
                    let columns = self.columns_of_item(object(&table.name()?))?;
                    outputs.extend(columns.iter().map(passed_on));
                }
                // `(row).*` is as many columns as the row has.
                Target::Value(value, _) if value.last().is_some_and(|step| step.is(NodeKind::AllColumns)) => {
                    return None;
                }
                Target::Value(value, name) => {
                    let name = name.map(|name| cut(&name.value).to_owned()).or_else(|| name_of(value));
                    let column = self.column_of(value);
                    let data_type = column.as_ref().and_then(|one| one.data_type.clone());
                    let data_type = data_type.or_else(|| self.computed_type(value));
                    let shows = match column.and_then(|one| one.origin) {
                        Some((relation, at)) => Shows::Column(relation, at),
                        None if without_parentheses(value).is_any(COMPUTED) => Shows::Expression,
                        // A cast to the type that a column has already, and a field of a row, are the column.
                        None => Shows::Unknown,
                    };
                    outputs.push(Output { name, data_type, origin: None, shows });
                }
            }
        }
        // The server has no more columns either, and a set that doubles them in each of its queries would be endless.
        (outputs.len() <= MOST_COLUMNS).then_some(outputs)
    }

    /// The names of columns where none of them needs a look at the tables.
    pub(super) fn names_given(&self, items: &[Part<'_>]) -> Outputs {
        let one = |item: &Part<'_>| match Target::of(*item)? {
            Target::Value(value, name) if value.last().is_none_or(|step| !step.is(NodeKind::AllColumns)) => {
                let name = name.map(|name| cut(&name.value).to_owned()).or_else(|| name_of(value));
                Some(Output { name, ..Output::default() })
            }
            _ => None,
        };
        items.iter().map(one).collect()
    }

    /// The type of an expression, without the length and the like.
    fn computed_type(&self, value: Part<'_>) -> Option<Type> {
        let base = shown(self.value_type(value)?).to_owned();
        Some(Type { display: String::new(), base, domain: None })
    }

    /// The type of a column that is passed on as it is.
    pub(super) fn type_of(&self, value: Part<'_>) -> Option<Type> {
        self.column_of(value)?.data_type
    }

    /// The column that a value is, with or without parentheses.
    fn column_of(&self, value: Part<'_>) -> Option<Output> {
        let column = without_parentheses(value);
        if !column.is(NodeKind::Column) || column.children().iter().any(|step| !step.is(NodeKind::Attribute))
        {
            return None;
        }
        let name = column.name()?;
        let (table, column) = match name.parts.as_slice() {
            [column] => (None, column),
            [.., table, column] => (Some(cut(&table.value)), column),
            [] => return None,
        };
        let scope = self.scopes.last()?;
        let items = scope.items.iter().filter(|item| table.is_none() || item.name.as_deref() == table);
        items.filter_map(|item| self.column_in(item, cut(&column.value))).next()
    }
}

/// What is surely no column.
const COMPUTED: &[NodeKind] = &[
    NodeKind::Number,
    NodeKind::String,
    NodeKind::Boolean,
    NodeKind::Null,
    NodeKind::TypedString,
    NodeKind::Binary,
    NodeKind::Unary,
    NodeKind::Call,
    NodeKind::KeywordCall,
    NodeKind::Case,
    NodeKind::Is,
    NodeKind::In,
    NodeKind::Like,
    NodeKind::Between,
    NodeKind::Exists,
];

fn without_parentheses(mut value: Part<'_>) -> Part<'_> {
    while let (NodeKind::Paren, Some(inner)) = (value.kind(), value.first()) {
        value = inner;
    }
    value
}

/// The name that PostgreSQL gives a column without one; `None` where it is not known here.
fn name_of(value: Part<'_>) -> Option<String> {
    match value.kind() {
        // The name of the query's own column, or of all of them.
        NodeKind::Query | NodeKind::AllColumns => None,
        _ => Some(label(value).map_or_else(|| UNNAMED.to_owned(), |name| cut(&name).to_owned())),
    }
}

/// A column that `*` passes on.
pub(super) fn passed_on(output: &Output) -> Output {
    let shows = output.origin.map_or(Shows::Unknown, |(relation, at)| Shows::Column(relation, at));
    Output { origin: None, shows, ..output.clone() }
}

/// No query of PostgreSQL gives more columns.
pub(super) const MOST_COLUMNS: usize = 1664;

const UNNAMED: &str = "?column?";

/// The names of a list in parentheses.
pub(super) fn listed_names(names: Part<'_>) -> Vec<Ident> {
    names.children().into_iter().filter_map(Part::ident).collect()
}

/// Columns under the names that an alias lists; those behind them keep their own.
pub(super) fn renamed(outputs: Outputs, names: &[Ident]) -> Outputs {
    let mut outputs = outputs?;
    for (output, name) in outputs.iter_mut().zip(names) {
        output.name = Some(cut(&name.value).to_owned());
    }
    Some(outputs)
}
