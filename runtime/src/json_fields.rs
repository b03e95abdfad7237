//! How single fields stand in JSON, for `serde(with = "…")`.

/// Durations as whole milliseconds.
pub(crate) mod millis {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub(crate) fn serialize<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

/// Kinds of migrations as words. A document from before there were any says nothing.
pub(crate) mod migration_kind {
    use dsql_migrate_plan::MigrationKind;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(kind: &MigrationKind, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(kind.as_str())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<MigrationKind, D::Error> {
        let word = String::deserialize(from)?;
        [MigrationKind::Ordinary, MigrationKind::Baseline, MigrationKind::Always]
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| de::Error::custom(format!("no kind of migration: {word}")))
    }
}
