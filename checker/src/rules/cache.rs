//! The CACHE of sequences and identity columns.

use crate::ast::{SequenceOption, SequenceOptionKind};
use crate::text::Span;

/// What help says about the value.
pub(super) const CACHE_LEAD: &str =
    "CACHE 65536 is fast and leaves large gaps; CACHE 1, PostgreSQL's default, is slower: write";

/// The value of CACHE, where one is given, and its span.
pub(super) fn cache(options: &[SequenceOption]) -> Option<(i64, Span)> {
    options.iter().rev().find_map(|option| match option.kind {
        SequenceOptionKind::Cache(value) => Some((value, option.span)),
        _ => None,
    })
}

/// Whether DSQL takes this CACHE.
pub(super) const fn good_cache(value: i64) -> bool {
    value == 1 || value >= 65_536
}
