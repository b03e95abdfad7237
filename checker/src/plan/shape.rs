//! Transactions: which statements run together.

use dsql_migrate_plan::limits::{STEP_BYTES, STEP_ROWS};

use crate::ast::{Class, Kind, TransactionModeKind, TransactionVerb};
use crate::effect::Effects;
use crate::finding::Diagnostic;
use crate::plan::{bytes, rows, setting};
use crate::rules::all::{
    byte_limit, ddl_with_dml, multiple_ddl, open_transaction, rollback, row_limit, stray_transaction,
};
use crate::statement::{File, Statement};
use crate::text::Span;

/// A step before it is written out: which statements it runs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    /// Positions of its statements in the file; one where it is DDL.
    pub(crate) statements: Vec<usize>,
    /// Whether it changes the catalog.
    pub(crate) ddl: bool,
    /// The settings that hold for it.
    pub(crate) settings: Vec<Setting>,
}

/// A `SET` that holds for a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Its position in the file.
    pub(crate) statement: usize,
    /// Whether it stands inside of a transaction, so that `LOCAL` means that transaction.
    pub(crate) of_block: bool,
}

/// `BEGIN` … `COMMIT`.
struct Block {
    begin: Span,
    statements: Vec<usize>,
}

/// What a statement surely adds to its transaction.
#[derive(Clone, Copy)]
struct Load {
    rows: u64,
    bytes: u64,
}

impl Load {
    fn of(statement: &Statement<'_>) -> Self {
        Self { rows: rows::inserted(statement), bytes: bytes::at_least(statement) }
    }
}

struct Shape<'f, 's> {
    file: &'f File<'s>,
    position: usize,
    effects: &'f [Effects],
    diagnostics: &'f mut Vec<Diagnostic>,
    drafts: Vec<Draft>,
    /// Consecutive DML outside of a block: one step.
    run: Vec<usize>,
    /// How many rows it changes at most.
    rows: u64,
    /// How many bytes it writes, about.
    bytes: u64,
    settings: Vec<Setting>,
}

/// Divides a file's statements into steps, and reports transactions that DSQL would refuse.
pub(crate) fn steps(
    file: &File<'_>,
    position: usize,
    effects: &[Effects],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Draft> {
    let mut shape = Shape {
        file,
        position,
        effects,
        diagnostics,
        drafts: Vec::new(),
        run: Vec::new(),
        rows: 0,
        bytes: 0,
        settings: Vec::new(),
    };
    let mut block: Option<Block> = None;
    for (index, statement) in file.statements.iter().enumerate() {
        match verb(statement) {
            None => match &mut block {
                Some(block) => block.statements.push(index),
                None => shape.alone(index, statement),
            },
            Some(TransactionVerb::Begin) if block.is_none() => {
                shape.end_run();
                block = Some(Block { begin: statement.span, statements: Vec::new() });
            }
            Some(TransactionVerb::Begin) => shape.stray(statement.span, "a transaction is open already"),
            Some(TransactionVerb::Commit) => {
                match block.take() {
                    Some(block) => shape.block(&block),
                    None => shape.stray(statement.span, "there is no transaction to commit"),
                }
                if chains(statement) {
                    block = Some(Block { begin: statement.span, statements: Vec::new() });
                }
            }
            Some(TransactionVerb::Rollback) => match block.take() {
                Some(block) => {
                    shape.measure_block(&block);
                    shape
                        .find(&rollback::RULE, statement.span)
                        .also(block.begin, "the transaction begins here");
                }
                None => shape.stray(statement.span, "there is no transaction to roll back"),
            },
            // Savepoints and their kin are a rule's business.
            Some(_) => {}
        }
    }
    shape.end_run();
    match block {
        Some(block) if block.statements.is_empty() => {
            shape.stray(block.begin, "the transaction is empty and stays open")
        }
        Some(block) => {
            shape.find(&open_transaction::RULE, block.begin);
            shape.block(&block);
        }
        None => {}
    }
    shape.drafts
}

fn verb(statement: &Statement<'_>) -> Option<TransactionVerb> {
    match statement.kind() {
        Kind::Transaction(transaction) if statement.class() == Class::Transaction => Some(transaction.verb),
        _ => None,
    }
}

/// Whether `COMMIT AND CHAIN` begins the next transaction.
fn chains(statement: &Statement<'_>) -> bool {
    match statement.kind() {
        Kind::Transaction(transaction) => {
            let chain = transaction.modes.iter().find(|mode| mode.kind == TransactionModeKind::Chain);
            chain.is_some_and(|mode| !statement.slice(mode.span).to_ascii_uppercase().contains("NO"))
        }
        _ => false,
    }
}

impl Shape<'_, '_> {
    fn find(&mut self, rule: &'static crate::finding::Rule, span: Span) -> &mut Diagnostic {
        let index = self.diagnostics.len();
        self.diagnostics.push(Diagnostic::new(rule, self.position, span));
        &mut self.diagnostics[index]
    }

    fn stray(&mut self, span: Span, why: &str) {
        self.find(&stray_transaction::RULE, span).message(why);
    }

    /// A statement outside of a transaction.
    fn alone(&mut self, index: usize, statement: &Statement<'_>) {
        match statement.class() {
            Class::Dml | Class::Query => {
                self.measure(statement);
                let Some(rows) = rows::changed(statement, self.effects.get(index)) else {
                    // Nobody knows how much room it leaves for others.
                    self.end_run();
                    self.push(vec![index], false);
                    return;
                };
                let bytes = bytes::about(statement);
                if self.rows + rows > STEP_ROWS || self.bytes + bytes > bytes::GROUP {
                    self.end_run();
                }
                self.rows += rows;
                self.bytes += bytes;
                self.run.push(index);
            }
            Class::Session => {
                self.end_run();
                // Outside of a transaction LOCAL ends with its own statement.
                if !setting::is_local(statement) {
                    self.set(index, statement);
                }
            }
            Class::Ddl | Class::Transaction => {
                self.end_run();
                self.push(vec![index], true);
            }
        }
    }

    /// Notes a setting; one that is made again takes the place of the earlier one.
    fn set(&mut self, index: usize, statement: &Statement<'_>) {
        let new = setting::parameters(statement);
        let file = self.file;
        self.settings.retain(|earlier| {
            let earlier = file.statements.get(earlier.statement).map(setting::parameters);
            !earlier.unwrap_or_default().iter().all(|parameter| new.contains(parameter))
        });
        self.settings.push(Setting { statement: index, of_block: false });
    }

    /// Whether a statement fits into a transaction by itself; an error where it surely does not.
    fn measure(&mut self, statement: &Statement<'_>) -> Load {
        let load = Load::of(statement);
        if load.rows > STEP_ROWS {
            self.find(&row_limit::RULE, statement.head()).message(row_limit::message("this", load.rows));
        }
        if load.bytes > STEP_BYTES {
            self.find(&byte_limit::RULE, statement.head()).message(byte_limit::message("this", load.bytes));
        }
        load
    }

    fn end_run(&mut self) {
        (self.rows, self.bytes) = (0, 0);
        if !self.run.is_empty() {
            let run = std::mem::take(&mut self.run);
            self.push(run, false);
        }
    }

    fn push(&mut self, statements: Vec<usize>, ddl: bool) {
        self.drafts.push(Draft { statements, ddl, settings: self.settings.clone() });
    }

    /// What a committed transaction has set for the session, and not for itself alone.
    fn keep(&mut self, sets: &[usize]) {
        let file = self.file;
        for index in sets {
            let statement = file.statements.get(*index).filter(|statement| !setting::is_local(statement));
            if let Some(statement) = statement {
                self.set(*index, statement);
            }
        }
    }

    /// Whether a whole transaction fits; the statement with which it surely does not is an error.
    fn measure_block(&mut self, block: &Block) {
        const WITH: &str = "with this statement the transaction";
        let (mut rows, mut bytes) = (0, 0);
        let file = self.file;
        for statement in block.statements.iter().filter_map(|index| file.statements.get(*index)) {
            let load = self.measure(statement);
            let before = (rows, bytes);
            rows += load.rows;
            bytes += load.bytes;
            // A statement that does not fit by itself has been reported.
            if rows > STEP_ROWS && before.0 <= STEP_ROWS && load.rows <= STEP_ROWS {
                self.find(&row_limit::RULE, statement.head())
                    .message(row_limit::message(WITH, rows))
                    .also(block.begin, "the transaction begins here");
            }
            if bytes > STEP_BYTES && before.1 <= STEP_BYTES && load.bytes <= STEP_BYTES {
                self.find(&byte_limit::RULE, statement.head())
                    .message(byte_limit::message(WITH, bytes))
                    .also(block.begin, "the transaction begins here");
            }
        }
    }

    /// A whole transaction: its bounds are honoured where DSQL can honour them.
    fn block(&mut self, block: &Block) {
        let of_class = |class: Class| {
            let file = self.file;
            block
                .statements
                .iter()
                .copied()
                .filter(move |index| file.statements.get(*index).is_some_and(|one| one.class() == class))
        };
        let ddl: Vec<usize> = of_class(Class::Ddl).collect();
        let dml: Vec<usize> = of_class(Class::Dml).collect();
        let sets: Vec<usize> = of_class(Class::Session).collect();
        let head = |index: usize| self.file.statements.get(index).map_or_else(Span::default, Statement::head);
        match (ddl.as_slice(), dml.as_slice()) {
            ([], _) => {
                self.measure_block(block);
                if !block.statements.is_empty() {
                    self.push(block.statements.clone(), false);
                }
                self.keep(&sets);
            }
            ([only], []) => {
                let before = self.settings.len();
                self.settings.extend(sets.iter().map(|set| Setting { statement: *set, of_block: true }));
                // Queries beside a DDL statement change nothing and DSQL takes them; they run on their own.
                for index in &block.statements {
                    if index == only {
                        self.push(vec![*index], true);
                    } else if !sets.contains(index) {
                        self.push(vec![*index], false);
                    }
                }
                self.settings.truncate(before);
                self.keep(&sets);
            }
            ([first, second, ..], _) => {
                let (first, second, begin) = (head(*first), head(*second), block.begin);
                self.find(&multiple_ddl::RULE, second)
                    .label("this is the second")
                    .also(first, "this is the first")
                    .also(begin, "the transaction begins here");
            }
            ([ddl], [dml, ..]) => {
                let (earlier, later) = if ddl < dml { (*ddl, *dml) } else { (*dml, *ddl) };
                let words = |index: usize| {
                    if index == *ddl { "this changes the catalog" } else { "this changes rows" }
                };
                let (earlier_at, later_at, begin) = (head(earlier), head(later), block.begin);
                self.find(&ddl_with_dml::RULE, later_at)
                    .label(words(later))
                    .also(earlier_at, words(earlier))
                    .also(begin, "the transaction begins here");
            }
        }
    }
}
