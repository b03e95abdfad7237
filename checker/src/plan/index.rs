//! What a `CREATE INDEX` makes, as the catalog shows it.

use dsql_migrate_plan::{IndexDefinition, Job, Text};

use crate::ast::{CreateIndex, IndexOptionKind, TokenRange, cut};
use crate::parse::data_type;
use crate::plan::plan_name;
use crate::statement::Statement;

/// The job that builds an index of this name.
pub(super) fn job(statement: &Statement<'_>, index: &CreateIndex, name: String) -> Job {
    let kept = |name: &crate::ast::Ident| Text::from(cut(&name.value).to_owned());
    let (mut include, mut nulls_not_distinct, mut partial) = (Vec::new(), false, false);
    for option in &index.options {
        match &option.kind {
            IndexOptionKind::Include(columns, _) => include = columns.iter().map(kept).collect(),
            IndexOptionKind::NullsDistinct { not } => nulls_not_distinct = *not,
            IndexOptionKind::Where(predicate) => partial = !is_true(statement, *predicate),
            IndexOptionKind::Using(_) | IndexOptionKind::With | IndexOptionKind::Tablespace => {}
        }
    }
    Job::IndexBuild {
        table: plan_name(&index.table),
        index: cut(&name).to_owned().into(),
        if_not_exists: index.if_not_exists.is_some(),
        definition: IndexDefinition {
            unique: index.unique,
            keys: index.keys.iter().map(|key| key.column.as_ref().map(kept)).collect(),
            include: include.into(),
            nulls_not_distinct,
            partial,
        },
    }
}

/// Whether a predicate is the constant that leaves no row out: the server keeps none then.
fn is_true(statement: &Statement<'_>, predicate: TokenRange) -> bool {
    let mut cursor = statement.within(predicate).inside_parens();
    let word = cursor.is("TRUE");
    let string = cursor.literal().is_some_and(|text| {
        let inner = text.trim().to_ascii_lowercase();
        // What is left of a word without what is behind it is the word too.
        !inner.is_empty() && ["true", "yes"].iter().any(|word| word.starts_with(&inner))
            || inner == "on"
            || inner == "1"
    });
    cursor.advance();
    if cursor.eat_punct("::").is_some() && data_type(&mut cursor).is_none_or(|one| one.name != "boolean") {
        return false;
    }
    (word || string) && cursor.at_end()
}
