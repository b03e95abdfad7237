//! The schema as the last statement of a set leaves it, for statements that are not of the set.

use crate::effect::{Effects, Object};
use crate::finding::Diagnostic;
use crate::statement::Statement;

use super::model::{Model, RelationId};
use super::{Before, Replay};

/// The schema at the end of a set.
pub(crate) struct End {
    model: Model,
    declared: usize,
    /// The copy that statements are judged on. One that is wrong leaves guesses in it, and takes it with it; a copy for
    /// each statement would cost more than all that is judged.
    copy: Option<Model>,
}

impl End {
    pub(super) const fn new(model: Model, declared: usize) -> Self {
        Self { model, declared, copy: None }
    }

    /// Judges a statement, whose sender gives values for its parameters, and tells what it does. `file` is what its
    /// findings say that they are in.
    pub(crate) fn judge(
        &mut self,
        statement: &Statement<'_>,
        file: usize,
        before: &mut Before<'_>,
        out: &mut Vec<Diagnostic>,
    ) -> Effects {
        let mut replay = Replay::new();
        replay.model = self.copy.take().unwrap_or_else(|| self.model.clone());
        replay.declared = self.declared;
        replay.before = Some(before);
        replay.takes_parameters = true;
        replay.begin(file);
        let effects = replay.whole(statement);
        out.append(&mut replay.out);
        self.copy = Some(replay.model);
        effects
    }

    /// Takes back what the last statement has left behind.
    pub(crate) fn forget(&mut self) {
        self.copy = None;
    }

    /// What an object is called, with its schema; of a column, behind its table.
    pub(crate) fn name(&self, object: Object) -> Option<String> {
        let of_relation = |id: RelationId| {
            let relation = self.model.relations.get(id)?;
            let schema = self.model.schemas.get(relation.schema)?;
            Some(format!("{}.{}", schema.name, relation.name))
        };
        match object {
            Object::Relation(id) => of_relation(id),
            Object::Column(id, at) => {
                let column = self.model.table(id)?.columns.get(at)?;
                Some(format!("{}.{}", of_relation(id)?, column.name))
            }
            _ => None,
        }
    }
}
