//! `ALTER TABLE` of what is no table: views, indexes and sequences.

use crate::ast::{AlterActionKind, AlterColumnKind, Ident};
use crate::effect::{Change, Object};
use crate::rules::all::wrong_kind;
use crate::text::Span;

use super::Replay;
use super::guess::loses;
use super::model::{RelationId, RelationKind};
use super::names::cut;

impl Replay<'_> {
    /// An action on something that is no table. Views take defaults for their columns, and nothing else here.
    pub(super) fn not_of_a_table(&mut self, id: RelationId, kind: &AlterActionKind, span: Span) {
        let view = match &self.model.relation(id).kind {
            RelationKind::Opaque | RelationKind::Table(_) => {
                if matches!(kind, AlterActionKind::AlterColumn { change, .. } if loses(change)) {
                    self.model.change(Change::Lost, Object::Relation(id));
                }
                return;
            }
            RelationKind::View(_) => true,
            _ => false,
        };
        let what = match kind {
            AlterActionKind::AlterColumn { column, change } => {
                use AlterColumnKind::{DropDefault, SetDefault};
                if view && matches!(change, AlterColumnKind::DropIdentity(true)) {
                    return self.view_default(id, column, false);
                }
                if view && matches!(change, SetDefault(_) | DropDefault) {
                    self.view_default(id, column, loses(change));
                    return;
                }
                match change {
                    SetDefault(_) | DropDefault => "ALTER COLUMN ... SET DEFAULT",
                    AlterColumnKind::SetNotNull => "ALTER COLUMN ... SET NOT NULL",
                    AlterColumnKind::DropNotNull => "ALTER COLUMN ... DROP NOT NULL",
                    AlterColumnKind::AddIdentity(_) => "ALTER COLUMN ... ADD IDENTITY",
                    AlterColumnKind::DropIdentity(_) => "ALTER COLUMN ... DROP IDENTITY",
                    AlterColumnKind::ChangeIdentity(_) => "ALTER COLUMN ... SET",
                    _ => return,
                }
            }
            AlterActionKind::AddColumn { .. } => "ADD COLUMN",
            AlterActionKind::DropColumn { .. } => "DROP COLUMN",
            AlterActionKind::AddConstraint(_) => "ADD CONSTRAINT",
            AlterActionKind::DropConstraint { .. } => "DROP CONSTRAINT",
            AlterActionKind::ValidateConstraint(_) => "VALIDATE CONSTRAINT",
            AlterActionKind::AlterConstraint(_) => "ALTER CONSTRAINT",
            AlterActionKind::RenameConstraint { from, .. } if view => {
                self.unknown_constraint(id, from, |name, of| {
                    format!("constraint \"{name}\" for table \"{of}\" does not exist")
                });
                return;
            }
            AlterActionKind::RenameConstraint { .. } => {
                self.cannot(id, span, |name| format!("cannot rename columns of relation \"{name}\""));
                return;
            }
            _ => return,
        };
        self.cannot(id, span, |name| {
            format!("ALTER action {what} cannot be performed on relation \"{name}\"")
        });
    }

    /// The columns of an index have names of their own, which mean nothing to anybody.
    pub(super) fn rename_index_column(&mut self, id: RelationId, from: &Ident, to: &Ident) {
        let (old, new) = (cut(&from.value), cut(&to.value));
        let RelationKind::Index(index) = &mut self.model.relations[id].kind else { return };
        let at = index.labels.iter().position(|one| one == old);
        if at.is_some() && index.labels.iter().any(|one| one == new) {
            let (of, made) = (self.model.relation(id).name.clone(), self.model.relation(id).made);
            let server = format!("column \"{new}\" of relation \"{of}\" already exists");
            self.duplicate(to.span, "column", new, "42701", server, made);
            return;
        }
        match at.and_then(|at| index.labels.get_mut(at)) {
            Some(label) => new.clone_into(label),
            None => self.unknown_column(id, from, format!("column \"{old}\" does not exist")),
        }
    }

    /// The default of a view's column.
    fn view_default(&mut self, id: RelationId, column: &Ident, lost: bool) {
        if self.view_has(id, column) {
            self.model.change(if lost { Change::Lost } else { Change::Altered }, Object::Relation(id));
        }
    }

    /// Whether a view may have a column; a missing one is reported.
    pub(super) fn view_has(&mut self, id: RelationId, column: &Ident) -> bool {
        let RelationKind::View(view) = &self.model.relation(id).kind else { return true };
        let name = cut(&column.value);
        let has = view.columns.as_ref().is_none_or(|all| all.iter().any(|one| one.may_be(name)));
        if !has {
            let of = &self.model.relation(id).name;
            let server = format!("column \"{name}\" of relation \"{of}\" does not exist");
            self.unknown_column(id, column, server);
        }
        has
    }

    /// What cannot be done with something of this kind.
    pub(super) fn cannot(&mut self, id: RelationId, span: Span, server: impl FnOnce(&str) -> String) {
        let relation = self.model.relation(id);
        let (name, made) = (relation.name.clone(), relation.made);
        let word = super::create::kind_word(&relation.kind);
        let finding = self.find(&wrong_kind::RULE, span);
        finding.message(format!("`{name}` is a {word}, and this cannot be done with one"));
        finding.server(server(&name));
        finding.at_place(made, "it is created here").help("name a table");
    }
}
