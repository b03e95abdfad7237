//! `ALTER TABLE … ALTER COLUMN`.

use crate::ast::{AlterColumnKind, Ident};
use crate::effect::{Change, Object};
use crate::rules::all::{identity_column, wrong_kind};
use crate::statement::Statement;
use crate::text::Span;

use super::Replay;
use super::column::{is_always, is_null};
use super::guess::loses;
use super::model::{RelationId, User};

impl Replay<'_> {
    pub(super) fn alter_column(
        &mut self,
        statement: &Statement<'_>,
        table: RelationId,
        column: &Ident,
        change: &AlterColumnKind,
        span: Span,
    ) {
        let Some(at) = self.altered_column(table, column) else { return };
        let lost = if loses(change) { Change::Lost } else { Change::Altered };
        self.model.change(lost, Object::Column(table, at));
        if matches!(
            change,
            AlterColumnKind::SetDefault(_) | AlterColumnKind::DropDefault | AlterColumnKind::DropExpression
        ) {
            self.model.forget_uses(User::Column(table, at));
        }
        if self.not_of_this_column(table, at, change, span) {
            return;
        }
        if let AlterColumnKind::SetDefault(range) = change {
            let generated = self.model.table(table).and_then(|table| table.columns.get(at));
            if let Some(made) = generated.filter(|column| column.generated).map(|column| column.made) {
                let (name, of) = (self.column_name(table, at), self.model.relation(table).name.clone());
                let finding = self.find(&wrong_kind::RULE, span);
                finding.message(format!("`{name}` is computed from other columns, and has no default"));
                finding
                    .answer("42601", format!("column \"{name}\" of relation \"{of}\" is a generated column"));
                finding.at_place(Some(made), "it is declared here");
                return;
            }
            self.default_uses(statement, table, at, *range);
        }
        let stored = self.model.table(table).and_then(|table| table.columns.get(at));
        if matches!(change, AlterColumnKind::DropExpression)
            && let Some(made) = stored.filter(|column| !column.generated).map(|column| column.made)
            && !statement.slice(span).to_ascii_uppercase().contains("EXISTS")
        {
            let (name, of) = (self.column_name(table, at), self.model.relation(table).name.clone());
            let finding = self.find(&wrong_kind::RULE, span);
            finding.message(format!("`{name}` is not computed from other columns"));
            let server = format!("column \"{name}\" of relation \"{of}\" is not a stored generated column");
            finding.answer("55000", server).at_place(Some(made), "it is declared here");
            finding.help("leave it out, or write DROP EXPRESSION IF EXISTS");
        }
        if let AlterColumnKind::AddIdentity(_) = change {
            self.add_identity(table, at, column.span, span);
        }
        let data_type = match change {
            AlterColumnKind::Type(Some(data_type)) => Some(self.type_of(data_type)),
            _ => None,
        };
        let sequences: Vec<RelationId> = match change {
            AlterColumnKind::DropIdentity(_) => self
                .model
                .relation(table)
                .users
                .iter()
                .filter_map(|one| match one.by {
                    User::Relation(id)
                        if self.model.is_sequence_of(id, table, Some(at))
                            && self.model.is_of_identity(id) =>
                    {
                        Some(id)
                    }
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        let place = self.place(span);
        for sequence in sequences {
            self.model.drop_relation(sequence, place);
        }
        let Some(known) = self.model.table_mut(table).and_then(|table| table.columns.get_mut(at)) else {
            return;
        };
        match change {
            AlterColumnKind::SetDefault(range) => {
                let plain = known.data_type.domain.is_none() && !known.data_type.display.contains('(');
                known.has_default = !(plain && is_null(statement, *range));
            }
            AlterColumnKind::DropDefault => known.has_default = false,
            AlterColumnKind::SetNotNull => known.not_null = true,
            AlterColumnKind::DropNotNull => known.not_null = false,
            AlterColumnKind::DropExpression => known.generated = false,
            AlterColumnKind::DropIdentity(_) => (known.identity, known.always) = (false, false),
            AlterColumnKind::AddIdentity(_) => {
                (known.identity, known.always) = (true, is_always(statement.slice(span)));
            }
            AlterColumnKind::ChangeIdentity(_)
                if statement.slice(span).to_ascii_uppercase().contains("GENERATED") =>
            {
                known.always = is_always(statement.slice(span));
            }
            AlterColumnKind::Type(_) => known.data_type = data_type.unwrap_or_default(),
            _ => {}
        }
    }

    /// What cannot be done with a column that is an identity, is none, or is part of the primary key.
    fn not_of_this_column(
        &mut self,
        table: RelationId,
        at: usize,
        change: &AlterColumnKind,
        span: Span,
    ) -> bool {
        let Some(known) = self.model.table(table) else { return false };
        let Some(column) = known.columns.get(at) else { return false };
        let key = known.primary_key().and_then(|key| self.model.index(key));
        let in_key = key.is_some_and(|key| key.keys.contains(&Some(at)));
        let (name, made, of) = (&column.name, column.made, &self.model.relation(table).name);
        let identity = || format!("column \"{name}\" of relation \"{of}\" is an identity column");
        let (message, sqlstate, server) = match change {
            AlterColumnKind::SetDefault(_) | AlterColumnKind::DropDefault if column.identity => {
                (format!("`{name}` is an identity column, and has no other default"), "42601", identity())
            }
            AlterColumnKind::DropNotNull if column.identity => {
                (format!("`{name}` is an identity column, and those are NOT NULL"), "42601", identity())
            }
            AlterColumnKind::DropNotNull if in_key => (
                format!("`{name}` is part of the primary key, and those columns are NOT NULL"),
                "42P16",
                format!("column \"{name}\" is in a primary key"),
            ),
            AlterColumnKind::DropIdentity(false) | AlterColumnKind::ChangeIdentity(_)
                if !column.identity && !known.loose && !known.opaque =>
            {
                (
                    format!("`{name}` is no identity column"),
                    "55000",
                    format!("column \"{name}\" of relation \"{of}\" is not an identity column"),
                )
            }
            _ => return false,
        };
        let finding = self.find(&wrong_kind::RULE, span);
        finding.message(message).answer(sqlstate, server);
        finding.at_place(Some(made), "the column is declared here").help("delete the statement");
        true
    }

    /// Identity for a column that exists: it must be a bigint and NOT NULL.
    fn add_identity(&mut self, table: RelationId, at: usize, span: Span, whole: Span) {
        let Some(column) = self.model.table(table).and_then(|table| table.columns.get(at)) else { return };
        let (made, name) = (column.made, column.name.clone());
        let (base, display) = (column.data_type.base.clone(), column.data_type.display.clone());
        let (not_null, identity, has_default) = (column.not_null, column.identity, column.has_default);
        let of = self.model.relation(table).name.clone();
        if !base.is_empty() && base != "bigint" {
            let finding = self.find(&identity_column::RULE, span);
            finding.message(format!("an identity column must be a bigint, and `{name}` is `{display}`"));
            finding.server(format!("datatype {display} not supported, identity column type must be bigint"));
            finding.at_place(Some(made), "the column is declared here");
            finding.help("add a column of type bigint; a table made anew can have it as NOT NULL");
        } else if !not_null {
            let finding = self.find(&identity_column::RULE, span);
            finding.message(format!("an identity column must be NOT NULL, and `{name}` is not"));
            finding.answer(
                "55000",
                format!("column \"{name}\" of relation \"{of}\" must be declared NOT NULL before identity can be added"),
            );
            finding.at_place(Some(made), "the column is declared here");
            finding.help("NOT NULL can be declared only when a table is made: make the table anew, or use a default of gen_random_uuid()");
        } else if identity || has_default {
            let what = if identity { "is an identity column" } else { "has a default value" };
            let finding = self.find(&identity_column::RULE, span);
            finding.message(format!("`{name}` {what} already"));
            finding.answer("55000", format!("column \"{name}\" of relation \"{of}\" already {what}"));
            finding.at_place(Some(made), "the column is declared here");
            finding.help("delete the statement, or drop what the column has before");
        }
        self.identity_sequence(table, at, whole);
    }
}
