//! How the names in a case's statements are spelled, and what stands behind them on the search path.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Where objects are and how they are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum World {
    /// Plain names in `public`, nothing set.
    Plain,
    /// Files say `SET search_path = app, public`, and `public` has an object of every name.
    Path,
    /// Names are written with their schema, and `public` has an object of every name.
    Qualified,
    /// As [`Self::Path`], with names that need quotes in a schema that needs them.
    Odd,
}

pub(super) const WORLDS: [World; 4] = [World::Plain, World::Path, World::Qualified, World::Odd];

/// Gives each database a number of its own: roles are shared by all databases of the emulator.
static DATABASES: AtomicUsize = AtomicUsize::new(0);

/// The names of one database.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    pub(super) world: World,
    database: usize,
}

/// Whose names are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Ours,
    LookAlike,
}

impl Names {
    pub(super) fn new(world: World) -> Self {
        Self { world, database: DATABASES.fetch_add(1, Ordering::Relaxed) }
    }

    /// What is unlike in the names of two databases.
    pub(super) fn own_part(&self) -> String {
        format!("_of_{}_", self.database)
    }

    pub(super) fn has_look_alikes(&self) -> bool {
        self.world != World::Plain
    }

    /// What every file begins with.
    pub(super) fn settings(&self) -> String {
        match self.world {
            World::Plain | World::Qualified => String::new(),
            World::Path | World::Odd => format!("SET search_path = {}, public;\n", self.schema()),
        }
    }

    /// The file that makes the schemas.
    pub(super) fn schemas(&self) -> String {
        let home = match self.world {
            World::Plain => String::new(),
            _ => format!("CREATE SCHEMA {};\n", self.schema()),
        };
        format!("{home}CREATE SCHEMA {};", self.quoted("other"))
    }

    /// An intent keeps the name of a schema in a text of its own, which it must not fall apart in.
    fn schema(&self) -> String {
        match self.world {
            World::Odd => "\"O'dd\n|\"\"app\"\"|7\n8|9\"".to_owned(),
            _ => self.quoted("app"),
        }
    }

    fn quoted(&self, name: &str) -> String {
        match self.world {
            World::Odd => format!("\"O'dd \"\"{name}\"\"\""),
            _ => name.to_owned(),
        }
    }

    /// The statement of a case with its names: `@t` is an object that can be written with its schema, `#t` a name that
    /// cannot, `$t` one that all databases share, `%other` the other schema.
    pub(super) fn ours(&self, case: usize, sql: &str) -> String {
        self.spell(case, sql, Whose::Ours)
    }

    /// The same for the object behind it in `public`.
    pub(super) fn look_alike(&self, case: usize, sql: &str) -> String {
        self.spell(case, sql, Whose::LookAlike)
    }

    fn spell(&self, case: usize, sql: &str, whose: Whose) -> String {
        let mut out = String::new();
        let mut rest = sql;
        while let Some(at) = rest.find(['@', '#', '$', '%']) {
            let (before, found) = rest.split_at(at);
            let sigil = &found[..1];
            let end =
                found[1..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(found.len(), |end| end + 1);
            let name = &found[1..end];
            out.push_str(before);
            let numbered = match name {
                // The name of something of the system's.
                "upper" => name.to_owned(),
                _ => self.quoted(&format!("{name}_{case}")),
            };
            match sigil {
                _ if name.is_empty() => out.push_str(sigil),
                "@" if self.world == World::Qualified && whose == Whose::Ours => {
                    out.push_str(&format!("{}.{numbered}", self.schema()));
                }
                "@" | "#" => out.push_str(&numbered),
                "$" => out.push_str(&self.quoted(&format!("{name}_{case}{}", self.own_part()))),
                _ => out.push_str(&self.quoted(name)),
            }
            rest = &found[end..];
        }
        out.push_str(rest);
        out
    }
}
