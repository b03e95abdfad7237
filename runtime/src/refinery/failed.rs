//! What refinery is told of a run that failed.

use refinery_core::Migration;

use crate::error::Error;

/// What failed, by the migration that the error itself is about, and what of `pending` is applied by now: nothing
/// is said of that where the history could not be read afterwards.
pub(super) fn report(
    error: &Error,
    pending: &[Migration],
    history: Result<Vec<Migration>, Error>,
) -> (String, Option<Vec<Migration>>) {
    let of = |version: &str| pending.iter().find(|one| one.version().to_string() == version);
    let what = match (error.version().and_then(of), error.file()) {
        (Some(migration), _) => format!("error applying migration {migration}"),
        (None, Some(file)) => format!("error applying {file}"),
        (None, None) => "error applying migrations".to_owned(),
    };
    match history {
        Ok(rows) => {
            let is_applied = |one: &&Migration| rows.iter().any(|row| row.version() == one.version());
            (what, Some(pending.iter().filter(is_applied).cloned().collect()))
        }
        Err(unread) => (format!("{what} (which ones are applied now is not known: {unread})"), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorKind, Place};
    use crate::testing::{ddl, plan};

    fn pending() -> Vec<Migration> {
        ["V1__a", "V2__b", "V3__c"]
            .map(|name| Migration::unapplied(name, "SELECT 1").unwrap_or_else(|error| panic!("{error}")))
            .to_vec()
    }

    #[test]
    fn the_migration_is_that_of_the_error() {
        let third = &plan(vec![("3", vec![ddl("SELECT 1")])]).migrations[0];
        let error = Error::new(ErrorKind::Refused, "no").at(Place::of(third));
        // Another instance has applied the second meanwhile, or somebody has deleted the first row.
        let (what, applied) = report(&error, &pending(), Ok(pending().drain(1..2).collect()));
        assert_eq!(what, "error applying migration V3__c");
        let applied: Vec<String> = applied.unwrap_or_default().iter().map(ToString::to_string).collect();
        assert_eq!(applied, ["V2__b"]);
        let of_none = Error::new(ErrorKind::Connect, "no");
        assert_eq!(report(&of_none, &pending(), Ok(Vec::new())).0, "error applying migrations");
    }

    #[test]
    fn a_history_that_cannot_be_read_is_not_an_empty_one() {
        let error = Error::new(ErrorKind::ConnectionEnded, "gone");
        let unread = Error::new(ErrorKind::Connect, "no way to the database");
        let (what, applied) = report(&error, &pending(), Err(unread));
        assert!(what.contains("not known: no way to the database"), "{what}");
        assert!(applied.is_none());
    }
}
