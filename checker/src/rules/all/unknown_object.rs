use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "unknown-object",
    title: "there is no schema, constraint, index, domain or statistics object of this name at this point",
    why: "The set is replayed in version order on a model of the schema, and nothing before this statement has made \
          what it names, or something before it has dropped or renamed it.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY); ALTER TABLE items DROP CONSTRAINT items_title_key;",
    right: "CREATE TABLE items (id uuid PRIMARY KEY); ALTER TABLE items DROP CONSTRAINT IF EXISTS items_title_key;",
    sqlstate: "42704",
    evidence: &["PostgreSQL: undefined_object, invalid_schema_name"],
    ..Rule::REFUSED
};
