use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use dsql_migrate::Kind;
use dsql_migrate_check::{Severity, render};
use dsql_migrate_plan::{Fact, Job, Migration, MigrationKind, Plan, Proof, Step, StepKind};
use serde_json::{Value, json};

use crate::set;

/// Print the steps of a set like an EXPLAIN: transactions, waits, and how each is proved from the catalog.
///
/// Exit code: 0, or 1 when the set has an error.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder of migrations
    #[arg(default_value = "migrations")]
    path: PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One JSON document
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> io::Result<bool> {
    let report = set::judge(&arguments.path)?;
    let Some(plan) = &report.plan else {
        for finding in report.diagnostics.iter().filter(|one| one.severity == Severity::Error) {
            anstream::eprintln!("{}\n", render::diagnostic(&report, finding, render::Style::Coloured));
        }
        return Ok(false);
    };
    let mut out = io::stdout().lock();
    match arguments.format {
        Format::Human => human(plan, &mut out)?,
        Format::Json => writeln!(out, "{}", document(plan))?,
    }
    Ok(true)
}

fn human(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
    for migration in plan.migrations.iter() {
        let marked = migration.phase.as_str();
        writeln!(
            out,
            "{} {}  {marked}  ({}, {})",
            migration.version, migration.name, migration.file, migration.checksum
        )?;
        match migration.kind {
            MigrationKind::Baseline => {
                writeln!(out, "      baseline: recorded and not run where the database has all of it")?;
            }
            MigrationKind::Always => {
                writeln!(out, "      always: applied again whenever it changes, after everything else")?;
            }
            _ => {}
        }
        for (number, step) in migration.steps.iter().enumerate() {
            for setting in step.settings.iter() {
                writeln!(out, "      with {}", one_line(&setting.statement.sql))?;
            }
            for wait in step.waits_for.iter() {
                writeln!(out, "      wait for the job of step {}", wait + 1)?;
            }
            writeln!(out, "  {:>2}. {}", number + 1, kind(step))?;
            for statement in step.statements() {
                writeln!(out, "      line {}: {}", statement.line, one_line(&statement.sql))?;
            }
            writeln!(out, "      {}", proof(step))?;
        }
        let jobs =
            migration.steps.iter().filter(|step| matches!(step.kind, StepKind::AsyncDdl { .. })).count();
        if jobs > 0 {
            writeln!(
                out,
                "      wait for {}",
                if jobs == 1 { "its job".to_owned() } else { format!("all {jobs} jobs") }
            )?;
        }
    }
    Ok(())
}

fn one_line(sql: &str) -> String {
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(100) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

fn kind(step: &Step) -> &'static str {
    match step.kind {
        StepKind::Ddl { .. } => "DDL, a transaction of its own",
        StepKind::AsyncDdl { .. } => "DDL that starts a job, a transaction of its own",
        StepKind::Dml { .. } => "DML, one transaction together with its record",
    }
}

fn proof(step: &Step) -> String {
    match &step.kind {
        StepKind::Dml { .. } => "proof: its record".to_owned(),
        StepKind::AsyncDdl { job: Job::IndexBuild { table, index, .. }, .. } => {
            format!("proof: index {index} of {table} is there, as defined, and valid")
        }
        StepKind::AsyncDdl { job: Job::ValidateConstraint { table, constraint, .. }, .. } => {
            format!("proof: constraint {constraint} of {table} is validated")
        }
        StepKind::Ddl { proof: Proof::Repeatable(_), .. } => {
            "repeatable: running it again changes nothing".to_owned()
        }
        StepKind::Ddl { proof: Proof::Unknown, .. } => {
            "no proof: it is run again if it is not known to be done".to_owned()
        }
        StepKind::Ddl { proof: Proof::Facts(facts), .. } => {
            format!("proof: {}", facts.iter().map(Fact::to_string).collect::<Vec<_>>().join(", "))
        }
    }
}

fn document(plan: &Plan) -> Value {
    let step = |step: &Step| {
        json!({
            "kind": Kind::of(&step.kind).as_str(),
            "statements": step.statements().map(|one| json!({"line": one.line, "sql": one.sql, "checksum": one.checksum.to_string()})).collect::<Vec<_>>(),
            "settings": step.settings.iter().map(|one| &one.statement.sql).collect::<Vec<_>>(),
            "waits_for": step.waits_for.iter().map(|wait| wait + 1).collect::<Vec<_>>(),
            "proof": proof(step),
        })
    };
    let migration = |migration: &Migration| {
        json!({
            "version": migration.version,
            "name": migration.name,
            "file": migration.file,
            "checksum": migration.checksum.to_string(),
            "kind": migration.kind.as_str(),
            "phase": migration.phase.as_str(),
            "steps": migration.steps.iter().map(step).collect::<Vec<_>>(),
        })
    };
    json!({
        "format": 1,
        "dialect": plan.dialect,
        "migrations": plan.migrations.iter().map(migration).collect::<Vec<_>>(),
    })
}
