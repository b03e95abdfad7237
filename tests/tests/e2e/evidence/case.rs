//! One case: statements that set it up, and the statement whose answer is lost.

use super::world::Names;

/// `set-up; set-up; statement || more look-alikes`, with names as [`Names::ours`] reads them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    number: usize,
    text: &'static str,
}

/// The cases of a table, each with a number for its names.
pub(super) fn cases(table: &[&'static str]) -> Vec<Case> {
    table.iter().enumerate().map(|(number, text)| Case { number, text }).collect()
}

impl Case {
    fn statements(&self) -> Vec<&'static str> {
        let (sql, _) = self.text.split_once("||").unwrap_or((self.text, ""));
        sql.split(';').map(str::trim).collect()
    }

    /// By which the message with the statement is known.
    pub(super) fn mark(&self) -> String {
        format!("/*case {}*/", self.number)
    }

    /// The name of its file.
    pub(super) fn file(&self) -> String {
        format!("{:04}_case.sql", self.number + 1)
    }

    /// What its file says.
    pub(super) fn sql(&self, names: &Names) -> String {
        let mut statements = self.statements();
        let last = statements.pop().unwrap_or_default();
        let (verb, rest) = last.split_once(' ').unwrap_or((last, ""));
        let mut sql = names.settings();
        for statement in statements {
            sql.push_str(&format!("{};\n", names.ours(self.number, statement)));
        }
        sql.push_str(&format!("{verb} {} {};\n", self.mark(), names.ours(self.number, rest)));
        sql
    }

    /// What makes the look-alikes in `public`: what the case sets up, and what its statement makes.
    pub(super) fn look_alikes(&self, names: &Names) -> Vec<String> {
        let mut statements = self.statements();
        let last = statements.pop().unwrap_or_default();
        if last.starts_with("CREATE") {
            statements.push(last);
        }
        let more = self.text.split_once("||").map(|(_, more)| more).unwrap_or_default();
        statements.extend(more.split(';').map(str::trim).filter(|sql| !sql.is_empty()));
        // Schemas and roles have nothing behind them. The emulator's PostgreSQL has no statistics without a name.
        let is_of_schema = |sql: &&&str| {
            !sql.contains('$')
                && !sql.starts_with("CREATE SCHEMA")
                && !sql.starts_with("CREATE STATISTICS ON")
        };
        statements.iter().filter(is_of_schema).map(|sql| names.look_alike(self.number, sql)).collect()
    }

    pub(super) fn text(&self) -> &'static str {
        self.text
    }
}
