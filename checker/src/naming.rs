//! Names that the server chooses where a statement gives none.

use std::collections::{HashMap, HashSet};

use crate::ast::{Ident, IndexKey};
use crate::statement::Statement;

/// How many bytes of a name the server keeps.
const MAX_BYTES: usize = crate::ast::MAX_NAME_BYTES;

/// The names that the server chooses for indexes, and for constraints that `ALTER TABLE` adds without one: by the file, and
/// where the index or the constraint begins in it.
pub(crate) type ChosenNames = HashMap<(usize, usize), String>;

/// Whose a schema without a name of its own is, and hence what it is called; `None` for the role at work.
pub(crate) fn schema_owner(statement: &Statement<'_>) -> Option<Ident> {
    let mut cursor = statement.cursor();
    cursor.skip_until(|cursor| cursor.is("AUTHORIZATION"));
    cursor.eat("AUTHORIZATION")?;
    let own = cursor.is_any(&["CURRENT_USER", "CURRENT_ROLE", "SESSION_USER"]);
    cursor.ident().filter(|_| !own)
}

/// What the server calls an index's columns: a column by its name, a function call by the function's, any
/// other expression `expr`, with a number behind what is there already.
pub(crate) fn column_names(statement: &Statement<'_>, keys: &[IndexKey]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut taken: HashSet<String> = HashSet::new();
    // Where the next number of a name is looked for: an index over one column a thousand times is an error, and
    // must not take long to be called one.
    let mut next: HashMap<String, usize> = HashMap::new();
    for key in keys {
        let base = key
            .column
            .as_ref()
            .map_or_else(|| expression_name(statement, key), |column| column.value.clone());
        let number = next.entry(base.clone()).or_insert(0);
        let mut name = base.clone();
        while !taken.insert(name.clone()) {
            *number += 1;
            name = format!("{base}{number}");
        }
        names.push(name);
    }
    names
}

fn expression_name(statement: &Statement<'_>, key: &IndexKey) -> String {
    let mut cursor = statement.within(key.expression);
    let name = cursor.name();
    let call = cursor.parens().is_some() && cursor.at_end();
    name.filter(|_| call).map_or_else(|| "expr".to_owned(), |name| name.object().to_owned())
}

/// Joins the parts with underscores; where they are too long together, the longer of the first two is cut
/// until they fit, as the server does it.
pub(crate) fn join(table: &str, columns: &str, label: &str) -> String {
    // A primary key and a check of several columns are named after the table alone.
    if columns.is_empty() {
        let mut end = table.len().min(MAX_BYTES.saturating_sub(label.len() + 1));
        while !table.is_char_boundary(end) {
            end -= 1;
        }
        return format!("{}_{label}", &table[..end]);
    }
    let (mut first, mut second) = (table, columns);
    while first.len() + second.len() + label.len() + 2 > MAX_BYTES {
        let longer = if first.len() > second.len() { &mut first } else { &mut second };
        let mut end = longer.len().saturating_sub(1);
        while !longer.is_char_boundary(end) {
            end -= 1;
        }
        *longer = &longer[..end];
    }
    format!("{first}_{second}_{label}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_as_the_server_cuts_them() {
        assert_eq!(join("t", "a_b", "idx"), "t_a_b_idx");
        let name = join(&"t".repeat(60), &"c".repeat(40), "idx");
        assert_eq!(name, format!("{}_{}_idx", "t".repeat(29), "c".repeat(29)));
        assert_eq!(join(&"é".repeat(40), "a", "idx").len(), 62);
    }
}
