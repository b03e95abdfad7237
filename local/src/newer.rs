//! What a PostgreSQL newer than DSQL's version has and DSQL has not: its functions go by names that nobody asks for.
//!
//! Of 15 nothing is hidden: all that it has and 16 has not is one function about publications, which DSQL does not have.

/// The functions that SQL can call; as a query of its own, so that a test can ask it of a PostgreSQL 16.
const LISTED: &str = include_str!("newer/listed.sql");

/// What that query answers on PostgreSQL 16. `UPDATE_FUNCTIONS=1` with the tests `newer` writes it anew.
const FUNCTIONS: &str = include_str!("newer/functions.txt");

const HIDE: &str = include_str!("newer/hide.sql");

/// DSQL's version, as PostgreSQL numbers them.
const DSQLS: u32 = 16;

/// What hides the functions of this version that DSQL's has not; none where there are no such.
pub(crate) fn hide(version: &str) -> Option<String> {
    let major = version.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok()?;
    (major > DSQLS).then(|| HIDE.replace("{listed}", LISTED).replace("{functions}", FUNCTIONS.trim_end()))
}
