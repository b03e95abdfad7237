//! The tools whose tables can be taken over.

use super::tool::Tool;
use super::{drizzle, drizzle_dsql, flyway, golang_migrate, goose, refinery, sqlx, three_columns};

/// All of them.
pub(crate) static TOOLS: &[&Tool] = &[
    &three_columns::TOOL,
    &refinery::TOOL,
    &sqlx::TOOL,
    &golang_migrate::TOOL,
    &goose::TOOL,
    &flyway::TOOL,
    &drizzle_dsql::TOOL,
    &drizzle::TOOL,
];
