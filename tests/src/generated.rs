//! Sets of migrations that a seed decides: two schemas on the search path, names that both of them have, every spelling
//! of types and of indexes, the largest row step, and a file that is always applied.

use fastrand::Rng;
use std::collections::BTreeMap;
use std::fmt::Write;

const TYPES: &[&str] = &[
    "int",
    "bigint",
    "numeric(12)",
    "numeric(12,4)",
    "char(3)",
    "varchar(20)",
    "text",
    "time(3)",
    "timestamptz(3)",
    "timestamp",
    "interval day to second(2)",
    "interval year to month",
    "boolean",
    "bytea",
    "uuid",
    "jsonb",
    "double precision",
];

/// Keys and what follows them, for the columns `a` and `b` that every table has.
const INDEXES: &[&str] = &[
    "(a)",
    "((a))",
    "(a, b)",
    "(b COLLATE \"C\")",
    "((b COLLATE \"C\"))",
    "((a + 1))",
    "(lower(b))",
    "(a NULLS FIRST)",
    "(a) INCLUDE (b)",
    "(b) WHERE a > 0",
];

/// Tables of these names are in `public` from the beginning, and come and go in `app`.
const TABLES: [&str; 5] = ["books", "items", "orders", "people", "Odd \"\"name"];

/// The kinds of objects that only come, go and get other names, and how one is made.
const OTHERS: [(&str, &str, &str); 4] = [
    ("VIEW", "", " AS SELECT 1 AS id"),
    ("SEQUENCE", "", " CACHE 1"),
    ("DOMAIN", "", " AS varchar(10) CHECK (VALUE <> '')"),
    ("FUNCTION", "(x int)", " RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x'"),
];
const OTHER_NAMES: [&str; 3] = ["one", "two", "three"];

/// A set.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The files, by name and content.
    pub files: Vec<(String, String)>,
    /// What somebody else has made in `public` before.
    pub look_alikes: Vec<String>,
}

/// The set of a seed.
#[must_use]
pub fn generated(seed: u64) -> Generated {
    let mut world = World::new(seed);
    let mut files = vec![(
        "0000_schemas.sql".to_owned(),
        "CREATE SCHEMA app;\nCREATE TABLE app.hits (step text PRIMARY KEY, n int);".to_owned(),
    )];
    for number in 1..=world.rng.usize(4..8) {
        let steps = world.rng.usize(2..7);
        let mut sql = String::from("SET search_path = app, public;\n");
        for step in 0..steps {
            let statement = world.statement();
            let _ = writeln!(sql, "{statement};");
            if world.rng.bool() {
                let _ = writeln!(sql, "{}", hit(&format!("{number}.{step}")));
            }
        }
        files.push((format!("{number:04}_file.sql"), sql));
    }
    let always = format!(
        "-- dsql: always\nCOMMENT ON TABLE app.hits IS 'of {seed}';\n{}",
        hit("always").replace("hits", "app.hits")
    );
    files.push(("9000_always.sql".to_owned(), always.replace("app.hits.n", "hits.n")));
    Generated { files, look_alikes: look_alikes() }
}

/// Adds one for a step: whoever runs it twice leaves a 2.
fn hit(step: &str) -> String {
    format!("INSERT INTO hits VALUES ('{step}', 1) ON CONFLICT (step) DO UPDATE SET n = hits.n + 1;")
}

/// In the first step of a row that tells how often each was run.
pub const HITS: &str = "SELECT step, n FROM app.hits ORDER BY step";

fn look_alikes() -> Vec<String> {
    let mut made: Vec<String> = TABLES.iter().map(|name| table(&quoted(name), "v int")).collect();
    made.push("CREATE TABLE hits (step text PRIMARY KEY, n int)".to_owned());
    made.push("INSERT INTO hits VALUES ('always', 7)".to_owned());
    made.extend(TABLES.iter().map(|name| format!("INSERT INTO {} VALUES (1, 1, 'x', NULL)", quoted(name))));
    for (kind, takes, rest) in OTHERS {
        let named = |name: &&str| format!("CREATE {kind} {}{takes}{rest}", other(kind, name));
        made.extend(OTHER_NAMES.iter().map(named));
    }
    made
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn other(kind: &str, name: &str) -> String {
    format!("{}_{name}", kind.to_lowercase())
}

fn table(name: &str, column: &str) -> String {
    format!("CREATE TABLE {name} (id int PRIMARY KEY, a int, b text, {column})")
}

/// What is in `app` so far.
struct World {
    rng: Rng,
    /// The columns of each table that indexes know nothing of.
    tables: BTreeMap<&'static str, Vec<String>>,
    others: [Vec<&'static str>; OTHERS.len()],
    counter: usize,
}

impl World {
    fn new(seed: u64) -> Self {
        Self { rng: Rng::with_seed(seed), tables: BTreeMap::new(), others: Default::default(), counter: 0 }
    }

    fn next(&mut self) -> usize {
        self.counter += 1;
        self.counter
    }

    fn column(&mut self) -> (String, String) {
        let name = format!("c{}", self.next());
        let definition = format!("{name} {}", TYPES[self.rng.usize(0..TYPES.len())]);
        (name, definition)
    }

    fn free_table(&mut self) -> Option<&'static str> {
        let free: Vec<_> = TABLES.into_iter().filter(|name| !self.tables.contains_key(name)).collect();
        self.rng.choice(free)
    }

    /// The next statement, of a kind that has something to work on.
    fn statement(&mut self) -> String {
        loop {
            let kind = self.rng.usize(0..12);
            let found = match kind {
                0..2 => self.make_table(),
                2..8 => self.change_table(kind),
                8 => Some(self.large()),
                _ => self.change_other(),
            };
            if let Some(statement) = found {
                return statement;
            }
        }
    }

    fn make_table(&mut self) -> Option<String> {
        let name = self.free_table()?;
        let (column, definition) = self.column();
        self.tables.insert(name, vec![column]);
        Some(table(&quoted(name), &definition))
    }

    /// The largest row step that there is.
    fn large(&mut self) -> String {
        let name = format!("large{}", self.next());
        format!(
            "CREATE TABLE {name} (id int PRIMARY KEY);\nINSERT INTO {name} SELECT generate_series(1, 2997)"
        )
    }

    fn change_table(&mut self, kind: usize) -> Option<String> {
        let names: Vec<&'static str> = self.tables.keys().copied().collect();
        let name = self.rng.choice(names)?;
        let (q, n) = (quoted(name), self.next());
        Some(match kind {
            2 => {
                let unique = if self.rng.u8(0..4) == 0 { ("UNIQUE ", "(id, a)") } else { ("", "") };
                let keys =
                    if unique.1.is_empty() { INDEXES[self.rng.usize(0..INDEXES.len())] } else { unique.1 };
                let index = match self.rng.u8(0..4) {
                    0 => String::new(),
                    1 => format!("IF NOT EXISTS i{n} "),
                    _ => format!("i{n} "),
                };
                format!("CREATE {}INDEX ASYNC {index}ON {q} {keys}", unique.0)
            }
            3 => {
                let (column, definition) = self.column();
                self.tables.entry(name).or_default().push(column);
                format!("ALTER TABLE {q} ADD COLUMN {definition}")
            }
            4 => {
                let column = self.tables.get_mut(name)?.pop()?;
                match self.rng.bool() {
                    true => format!("ALTER TABLE {q} DROP COLUMN {column}"),
                    false => {
                        self.tables.entry(name).or_default().push(column.clone());
                        format!("ALTER TABLE {q} DROP COLUMN {column}, ADD COLUMN {column} bigint")
                    }
                }
            }
            5 => {
                let to = self.free_table()?;
                let columns = self.tables.remove(name)?;
                self.tables.insert(to, columns);
                format!("ALTER TABLE {q} RENAME TO {}", quoted(to))
            }
            6 => {
                self.tables.remove(name);
                let if_exists = if self.rng.bool() { "IF EXISTS " } else { "" };
                format!("DROP TABLE {if_exists}{q}")
            }
            _ => match self.rng.bool() {
                true => format!("INSERT INTO {q} (id, a, b) VALUES ({n}, {n}, 'row')"),
                false => format!("UPDATE {q} SET a = a + 1"),
            },
        })
    }

    /// Makes, drops or renames something else.
    fn change_other(&mut self) -> Option<String> {
        let at = self.rng.usize(0..OTHERS.len());
        let (kind, takes, rest) = OTHERS[at];
        let free: Vec<_> = OTHER_NAMES.into_iter().filter(|name| !self.others[at].contains(name)).collect();
        let free = self.rng.choice(free);
        let there = self.rng.choice(self.others[at].clone());
        let call = if takes.is_empty() { "" } else { "(int)" };
        match (self.rng.u8(0..4), there, free) {
            (0, Some(there), _) => {
                self.others[at].retain(|name| *name != there);
                let if_exists = if self.rng.bool() { "IF EXISTS " } else { "" };
                Some(format!("DROP {kind} {if_exists}{}{call}", other(kind, there)))
            }
            (1, Some(there), Some(free)) => {
                self.others[at].retain(|name| *name != there);
                self.others[at].push(free);
                Some(format!("ALTER {kind} {}{call} RENAME TO {}", other(kind, there), other(kind, free)))
            }
            (_, _, Some(free)) => {
                self.others[at].push(free);
                Some(format!("CREATE {kind} {}{takes}{rest}", other(kind, free)))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::generated;

    /// A set that the checker refuses is no trial; the same seed makes the same set.
    #[test]
    fn the_checker_takes_every_set() {
        for seed in 0..300 {
            let set = generated(seed);
            let files: Vec<(&str, &str)> = set.files.iter().map(|(name, sql)| (&**name, &**sql)).collect();
            if let Err(why) = crate::sets::set(&files) {
                panic!("seed {seed}: {why}");
            }
            assert_eq!(generated(seed).files, set.files);
        }
    }
}
