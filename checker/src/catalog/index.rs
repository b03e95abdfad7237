//! `CREATE INDEX`.

use crate::ast::{CreateIndex, IndexKey, IndexOptionKind, TokenRange};
use crate::effect::{Change, Job, Object};
use crate::rules::all::{different_definition, key_columns, wrong_kind};

use crate::statement::Statement;
use crate::text::Span;

use super::Replay;
use super::column::Declared;
use super::create::last_span;
use super::model::{Index, RelationId, RelationKind, SchemaId, User};

use super::names::{cut, object};
use super::read::Asked;

/// How many bytes the columns of a key may be declared to have together.
const MAX_BYTES: usize = 2000;

impl Replay<'_> {
    pub(super) fn create_index(&mut self, statement: &Statement<'_>, create: &CreateIndex) {
        let Some(table) = self.altered(&create.table, "relation", false) else {
            self.model.change(Change::Altered, Object::Unknown);
            return;
        };
        self.take_for_table(table);
        match &self.model.relation(table).kind {
            RelationKind::Table(_) => {}
            kind => {
                let (word, span) = (super::create::kind_word(kind), create.table.span());
                let (name, made) = (self.model.relation(table).name.clone(), self.model.relation(table).made);
                let finding = self.find(&wrong_kind::RULE, span);
                finding.message(format!("`{name}` is a {word}: only tables have indexes"));
                finding.server(format!("cannot create index on relation \"{name}\""));
                finding.at_place(made, "it is created here").help("index the table that it reads");
                return;
            }
        }
        let schema = self.schema_of(table);
        let mut index = self.read_index(statement, table, create);
        index.definition = definition(statement, create);
        let (name, span) = self.index_name(schema, statement, create);
        if let Some(id) = self.model.schemas[schema].relations.get(&name).copied() {
            if create.if_not_exists.is_none() {
                self.relation_taken(id, span);
            } else {
                self.same_index(id, &index, span);
            }
            self.model.change(Change::Altered, self.model.object(id));
            return;
        }
        self.case(schema, &name, span);
        self.size(table, &index, create);
        if index.unique {
            self.refuses(table, "a unique index", &index.reads);
        }
        let unique = index.unique;
        let id = self.add_index(table, &name, index, span);
        if create.asynchronous.is_some() {
            let schema = self.schema_for_job(table);
            self.model.effects.job = Some(Job { object: Object::Index(table, id), schema, unique });
        }
        for key in create.keys.iter().filter(|key| key.column.is_none()) {
            self.note_calls(statement, key.expression, User::Relation(id));
        }
    }

    /// The name of an index, and where messages point for it. One that is chosen is noted for the plan.
    fn index_name(
        &mut self,
        schema: SchemaId,
        statement: &Statement<'_>,
        create: &CreateIndex,
    ) -> (String, Span) {
        if let Some(name) = &create.name {
            return (object(name).to_owned(), last_span(name));
        }
        let part = crate::naming::index_columns(statement, create).join("_");
        let name = self.free_name(schema, cut(create.table.object()), &part, "idx");
        self.chosen.insert((self.file, create.on_span.start), name.clone());
        (name, create.on_span)
    }

    fn read_index(&mut self, statement: &Statement<'_>, table: RelationId, create: &CreateIndex) -> Index {
        let (mut keys, mut reads) = (Vec::new(), Vec::new());
        for key in &create.keys {
            let Some(column) = &key.column else {
                let asked = Asked { stored: Some("index expression"), ..Asked::default() };
                reads.extend(self.columns_asked(statement, key.expression, table, asked));
                keys.push(self.cast_to_itself(statement, table, key.expression));
                continue;
            };
            let found = self
                .known_column(table, column, |_| format!("column \"{}\" does not exist", cut(&column.value)));
            if let Some(at) = found {
                self.key_column(table, at, column.span, Declared::Later);
                reads.push(at);
            }
            let found = found.or_else(|| self.guess_column(table, column));
            // A column that is not known is one all the same.
            keys.push(Some(found.unwrap_or(usize::MAX)));
        }
        let mut partial = false;
        for option in &create.options {
            match &option.kind {
                IndexOptionKind::Include(columns, ..) => {
                    for column in columns {
                        reads.extend(self.known_column(table, column, |_| {
                            format!("column \"{}\" does not exist", cut(&column.value))
                        }));
                    }
                }
                IndexOptionKind::Where(range) => {
                    partial = true;
                    let asked = Asked {
                        condition: Some("WHERE"),
                        stored: Some("index predicate"),
                        ..Asked::default()
                    };
                    reads.extend(self.columns_asked(statement, *range, table, asked));
                }
                _ => {}
            }
        }
        Index {
            table,
            keys,
            reads,
            unique: create.unique,
            partial,
            labels: crate::naming::index_columns(statement, create),
            reordered: create.keys.iter().any(|key| is_reordered(statement, key)),
            definition: String::new(),
            constraint: None,
        }
    }

    /// The column of a cast that changes nothing, which the server takes for the column.
    fn cast_to_itself(
        &self,
        statement: &Statement<'_>,
        table: RelationId,
        range: TokenRange,
    ) -> Option<usize> {
        let mut cursor = statement.within(range).inside_parens();
        let name = cursor.ident()?;
        cursor.eat_punct("::")?;
        let data_type = crate::parse::data_type(&mut cursor).filter(|_| cursor.at_end())?;
        let known = self.model.table(table)?;
        let at = known.column(cut(&name.value))?;
        let column = known.columns.get(at)?;
        (column.data_type.domain.is_none() && column.data_type.display == data_type.display()).then_some(at)
    }

    /// `IF NOT EXISTS` meets an index of this name: it is left alone, whatever it is.
    fn same_index(&mut self, id: RelationId, index: &Index, span: crate::text::Span) {
        let relation = self.model.relation(id);
        let same = match &relation.kind {
            RelationKind::Index(other) => {
                other.constraint.is_some()
                    && other.table == index.table
                    && other.keys == index.keys
                    && !index.partial
                    || other.table == index.table && other.definition == index.definition
            }
            RelationKind::Opaque => true,
            _ => false,
        };
        if same {
            return;
        }
        let (name, made) = (relation.name.clone(), relation.made);
        let finding = self.find(&different_definition::RULE, span);
        finding.message(format!("`{name}` exists already and is something else: nothing is created here"));
        finding.at_place(made, "this is what exists");
        finding.help("give the new index another name, or drop the old one before");
    }

    /// The size that the columns of a key are declared with.
    fn size(&mut self, table: RelationId, index: &Index, create: &CreateIndex) {
        let Some(known) = self.model.table(table) else { return };
        let columns = index.keys.iter().flatten().filter_map(|at| known.columns.get(*at));
        let bytes: usize = columns.map(|column| declared_bytes(&column.data_type.display)).sum();
        if bytes <= MAX_BYTES {
            return;
        }
        let span = create
            .keys
            .first()
            .map_or(create.on_span, |first| create.keys.iter().fold(first.span, |all, key| all.to(key.span)));
        let finding = self.find(&key_columns::RULE, span);
        finding.message(format!("the columns of this key are declared to have {bytes} bytes"));
        finding.answer("0A000", "key size greater than 2000 bytes not supported");
        finding.help("leave the long columns out of the key; what is only read can go to INCLUDE");
    }
}

/// The bytes of `character varying(20)` and the like.
fn declared_bytes(display: &str) -> usize {
    let Some(rest) = display.strip_prefix("character") else { return 0 };
    let digits = rest.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
    digits.parse().unwrap_or(0)
}

/// An index as text, to compare it with another: everything from its keys on, without what holds anyway.
fn definition(statement: &Statement<'_>, create: &CreateIndex) -> String {
    let mut text = if create.unique { "unique".to_owned() } else { String::new() };
    let mut cursor = statement.cursor();
    while cursor.token().is_some_and(|token| token.span.start < create.table.span().end) {
        cursor.advance();
    }
    let mut descending = false;
    while let Some(token) = cursor.token() {
        let nulls = if descending { "NULLS FIRST" } else { "NULLS LAST" };
        if ["USING btree", "ASC", "NULLS DISTINCT", nulls].iter().any(|words| cursor.eat(words).is_some()) {
            continue;
        }
        let word = cursor.text_of(token);
        descending = word.eq_ignore_ascii_case("DESC");
        text.push(' ');
        match crate::ast::Ident::from_token(word, token) {
            Some(ident) => text.push_str(&ident.value),
            None => text.push_str(word),
        }
        cursor.advance();
    }
    text
}

/// Whether a key says `NULLS FIRST`, which is not the order that keys have by themselves.
fn is_reordered(statement: &Statement<'_>, key: &IndexKey) -> bool {
    let mut words = statement.cursor();
    words.seek(key.span.start);
    let whole = words.position();
    words.seek(key.span.end);
    (whole..words.position()).any(|at| statement.cursor().at(at).are("NULLS FIRST"))
}
