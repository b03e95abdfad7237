use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "view-columns",
    title: "a view cannot have these columns",
    why: "The columns of a view have different names. CREATE OR REPLACE keeps the columns that are there, with their \
          order, names and types, and may add others behind them.",
    wrong: "CREATE TABLE items (id int PRIMARY KEY, title text); CREATE VIEW v AS SELECT id, title FROM items; \
            CREATE OR REPLACE VIEW v AS SELECT id FROM items;",
    right: "CREATE TABLE items (id int PRIMARY KEY, title text); CREATE VIEW v AS SELECT id FROM items; \
            CREATE OR REPLACE VIEW v AS SELECT id, title FROM items;",
    help: "drop the view and create it anew",
    sqlstate: "42P16",
    evidence: &["PostgreSQL: CREATE VIEW"],
    ..Rule::REFUSED
};
