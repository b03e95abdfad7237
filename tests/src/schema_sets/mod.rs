//! Statements that build and change a schema, one after the other, as a seed decides: right ones for the most part,
//! with names that are wrong, taken or of another kind among them.
//!
//! Whoever applies them tells which were taken, so that what comes next is about what is there.

mod changes;
mod definitions;
mod queries;
mod world;

use fastrand::Rng;

use world::{Change, World};

/// A statement, and what it does to the world if it is taken.
#[derive(Debug)]
pub struct Statement {
    /// The text, without a semicolon.
    pub sql: String,
    change: Change,
}

/// What comes next.
#[derive(Debug)]
pub enum Next {
    /// A statement.
    Statement(Statement),
    /// Another file begins: the search path is what it is at the start of a session.
    File,
}

/// A source of statements.
#[derive(Debug)]
pub struct Generator {
    rng: Rng,
    world: World,
    /// What is yet to be said of the beginning.
    opening: Vec<String>,
}

impl Generator {
    /// The statements of a seed, in schemas whose names end with this.
    #[must_use]
    pub fn new(seed: u64, suffix: &str) -> Self {
        let world = World::new(suffix);
        let opening =
            world.schemas.iter().rev().map(|name| format!("CREATE SCHEMA {}", world::quoted(name))).collect();
        Self { rng: Rng::with_seed(seed), world, opening }
    }

    /// The next one.
    pub fn statement(&mut self) -> Next {
        if let Some(sql) = self.opening.pop() {
            return Next::Statement(Statement { sql, change: Change::None });
        }
        let (rng, world) = (&mut self.rng, &self.world);
        let (sql, change) = match rng.u32(0..100) {
            0..4 => {
                self.world.path = None;
                return Next::File;
            }
            4..10 => changes::search_path(rng, world),
            10..26 => definitions::table(rng, world),
            26..34 => definitions::index(rng, world),
            34..42 => definitions::view(rng, world),
            42..48 => definitions::other(rng, world),
            48..68 => changes::alter_table(rng, world),
            68..75 => changes::alter_other(rng, world),
            75..82 => changes::drop(rng, world),
            82..86 => changes::comment(rng, world),
            _ => (queries::statement(rng, world), Change::None),
        };
        Next::Statement(Statement { sql, change })
    }

    /// That a statement was taken.
    pub fn taken(&mut self, statement: Statement) {
        self.world.apply(statement.change);
    }
}
