//! Statements over the schema of these tests, made of parts that fit: each parameter is of one type.

use crate::random::Random;

/// Tables, their columns, and the types of these.
pub(super) const TABLES: &[(&str, &[(&str, &str)])] = &[
    ("shelves", &[("id", "uuid"), ("name", "text"), ("place", "text")]),
    (
        "items",
        &[
            ("id", "uuid"),
            ("shelf_id", "uuid"),
            ("title", "text"),
            ("rating", "int"),
            ("done", "boolean"),
            ("made_at", "timestamptz"),
        ],
    ),
    ("notes", &[("item_id", "uuid"), ("number", "int"), ("body", "text")]),
];

type Columns = &'static [(&'static str, &'static str)];

/// A statement that is being made.
pub(super) struct Maker<'r> {
    random: &'r mut Random,
    /// The types of the parameters so far.
    parameters: Vec<&'static str>,
}

impl<'r> Maker<'r> {
    pub(super) fn statement(random: &'r mut Random) -> String {
        let mut maker = Self { random, parameters: Vec::new() };
        match maker.random.below(5) {
            0 => maker.insert(),
            1 => maker.update(),
            2 => maker.delete(),
            3 => {
                let inner = maker.select("t");
                let limit = maker.parameter("bigint");
                let (name, columns) = maker.table();
                let condition = maker.condition(columns, name, 1);
                format!(
                    "WITH w AS ({inner} LIMIT {limit}) SELECT w.*, {name}.* FROM w, {name} WHERE {condition}"
                )
            }
            _ => maker.select("t"),
        }
    }

    fn table(&mut self) -> (&'static str, Columns) {
        self.random.pick(TABLES)
    }

    /// A parameter of a type: a new one, or one that was there.
    fn parameter(&mut self, of: &'static str) -> String {
        let same = self.parameters.iter().position(|known| *known == of);
        let at = match same.filter(|_| self.random.chance(25)) {
            Some(at) => at,
            None => {
                self.parameters.push(of);
                self.parameters.len() - 1
            }
        };
        format!("${}", at + 1)
    }

    fn value(&mut self, of: &'static str) -> String {
        match (self.random.below(6), of) {
            (0, "uuid") => "gen_random_uuid()".to_owned(),
            (0, "int") => "7".to_owned(),
            (0, "text") => "'x'".to_owned(),
            (0, "boolean") => "true".to_owned(),
            (0, _) => "now()".to_owned(),
            (1, _) => format!("{}::{of}", self.parameter(of)),
            (2, _) => format!("CAST({} AS {of})", self.parameter(of)),
            _ => self.parameter(of),
        }
    }

    fn condition(&mut self, columns: Columns, alias: &str, depth: usize) -> String {
        let (name, of) = self.random.pick(columns);
        let column = format!("{alias}.{name}");
        match self.random.below(if depth > 2 { 6 } else { 9 }) {
            0 => format!("{column} = ANY({})", self.parameter(ARRAYS[array_of(of)])),
            1 => {
                let (first, second) = (self.value(of), self.value(of));
                format!("{column} IN ({first}, {second})")
            }
            2 => format!("{column} IS NOT NULL"),
            3 | 4 => format!("{column} = {}", self.value(of)),
            5 => format!("coalesce({column}, {}) = {column}", self.value(of)),
            6 => {
                let (left, right) =
                    (self.condition(columns, alias, depth + 1), self.condition(columns, alias, depth + 1));
                format!("({left} {} {right})", self.random.pick(&["AND", "OR"]))
            }
            7 => format!("NOT ({})", self.condition(columns, alias, depth + 1)),
            _ => {
                let (other, of_other) = self.table();
                let inner = self.condition(of_other, "x", depth + 1);
                format!("EXISTS (SELECT 1 FROM {other} x WHERE {inner} AND {alias}.{name} IS NOT NULL)")
            }
        }
    }

    fn select(&mut self, alias: &str) -> String {
        let (name, columns) = self.table();
        let (first, second) = (self.random.pick(columns).0, self.random.pick(columns).0);
        let condition = self.condition(columns, alias, 0);
        match self.random.below(3) {
            0 => format!(
                "SELECT {alias}.{first}, count(*) FROM {name} {alias} WHERE {condition} GROUP BY {first}"
            ),
            1 => {
                let (other, of_other) = self.table();
                let on = self.condition(of_other, "o", 1);
                format!(
                    "SELECT {alias}.{first} AS a, o.* FROM {name} {alias} LEFT JOIN {other} o ON {on} WHERE {condition}"
                )
            }
            _ => format!(
                "SELECT {first} AS a, {second} AS b FROM {name} {alias} WHERE {condition} ORDER BY {first}"
            ),
        }
    }

    fn insert(&mut self) -> String {
        let (name, columns) = self.table();
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let rows = 1 + self.random.below(3);
        let row = |maker: &mut Self| {
            let values: Vec<String> = columns.iter().map(|(_, of)| maker.value(of)).collect();
            format!("({})", values.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(|_| row(self)).collect();
        let behind = self.random.pick(&["", " ON CONFLICT DO NOTHING", " RETURNING *"]);
        format!("INSERT INTO {name} ({}) VALUES {}{behind}", names.join(", "), rows.join(", "))
    }

    fn update(&mut self) -> String {
        let (name, columns) = self.table();
        let (column, of) = self.random.pick(columns);
        let value = self.value(of);
        let condition = self.condition(columns, name, 0);
        format!("UPDATE {name} SET {column} = {value} WHERE {condition} RETURNING {column}")
    }

    fn delete(&mut self) -> String {
        let (name, columns) = self.table();
        let condition = self.condition(columns, "d", 0);
        format!("DELETE FROM {name} d WHERE {condition}")
    }
}

const ARRAYS: [&str; 5] = ["uuid[]", "text[]", "int[]", "boolean[]", "timestamptz[]"];

fn array_of(of: &str) -> usize {
    ARRAYS.iter().position(|array| array.strip_suffix("[]") == Some(of)).expect("a type of a column")
}

/// The same with a mistake: a letter of a name is another, or a parameter has another number.
pub(super) fn mistaken(sql: &str, random: &mut Random) -> String {
    let names = TABLES.iter().flat_map(|(table, columns)| {
        std::iter::once(*table).chain(columns.iter().map(|(column, _)| *column))
    });
    let mut places: Vec<usize> = names.flat_map(|name| sql.match_indices(name).map(|(at, _)| at)).collect();
    places.extend(sql.match_indices('$').map(|(at, _)| at));
    let at = random.pick(&places);
    let (before, behind) = sql.split_at(at);
    match behind.strip_prefix('$') {
        Some(number) => {
            let end = number.find(|one: char| !one.is_ascii_digit()).unwrap_or(number.len());
            let other = random.pick(&["0", "1", "2", "3", "9", "70000"]);
            format!("{before}${other}{}", &number[end..])
        }
        None => format!("{before}q{}", &behind[1..]),
    }
}
