//! Texts that are only known at run time, planned as ours are when they are compiled.

use dsql_migrate_check::{Diagnostic, Input, Options, Report, Severity, check_set, render};
use dsql_migrate_plan::{Checksum, List, Migration as Planned, MigrationKind, Phase, Plan};
use refinery_core::Migration;

use crate::error::{Error, ErrorKind};

/// The steps of what is pending, judged together with what is applied.
///
/// # Errors
/// When DSQL would refuse some of it.
pub(super) fn plan(all: &[Migration], pending: &[Migration]) -> Result<Plan, Error> {
    let report = check_set(all.iter().map(input).collect(), Options::default());
    let is_pending = |one: &&Diagnostic| {
        let file = report.files.get(one.file).map(dsql_migrate_check::Source::path);
        pending.iter().any(|migration| Some(&*path(migration)) == file)
    };
    let found: Vec<&Diagnostic> = report.diagnostics.iter().filter(is_pending).collect();
    let errors: Vec<&Diagnostic> =
        found.iter().copied().filter(|one| one.severity == Severity::Error).collect();
    if !errors.is_empty() {
        return Err(refused(&report, &errors));
    }
    for warning in found {
        tracing::warn!(
            rule = warning.rule.id,
            "{}",
            render::diagnostic(&report, warning, render::Style::Plain)
        );
    }
    match report.plan {
        Some(plan) => Ok(Plan { dialect: plan.dialect, migrations: named(plan.migrations, pending) }),
        // Something that was applied long ago would not be taken today. It says nothing of what is pending, which
        // is then judged without it.
        None => alone(pending),
    }
}

fn alone(pending: &[Migration]) -> Result<Plan, Error> {
    let options = Options { catalog: false, ..Options::default() };
    let report = check_set(pending.iter().map(input).collect(), options);
    let errors: Vec<&Diagnostic> =
        report.diagnostics.iter().filter(|one| one.severity == Severity::Error).collect();
    match &report.plan {
        Some(plan) => {
            Ok(Plan { dialect: plan.dialect.clone(), migrations: named(plan.migrations.clone(), pending) })
        }
        None => Err(refused(&report, &errors)),
    }
}

fn refused(report: &Report, errors: &[&Diagnostic]) -> Error {
    let texts: Vec<_> =
        errors.iter().map(|one| render::diagnostic(report, one, render::Style::Plain)).collect();
    Error::new(
        ErrorKind::Unacceptable,
        format!("DSQL would refuse what is to be applied:\n{}", texts.join("\n")),
    )
    .now("nothing was changed")
}

/// A plan that has no steps: for rows that are only written.
pub(super) fn names_only(pending: &[Migration]) -> Plan {
    let planned = |one: &Migration| Planned {
        kind: MigrationKind::Ordinary,
        phase: Phase::Expand,
        version: one.version().to_string().into(),
        name: one.name().to_owned().into(),
        file: path(one).into(),
        checksum: Checksum::new([0; 16]),
        replaces: List::Borrowed(&[]),
        steps: List::Borrowed(&[]),
    };
    Plan { dialect: "".into(), migrations: pending.iter().map(planned).collect() }
}

/// Of the plan, what is pending, under the names that refinery gives it.
fn named(planned: List<Planned>, pending: &[Migration]) -> List<Planned> {
    let pick = |mut one: Planned| {
        let of = pending.iter().find(|migration| migration.version().to_string() == *one.version)?;
        one.name = of.name().to_owned().into();
        // refinery applies nothing twice, and its table does not tell what has changed.
        if one.kind == MigrationKind::Always {
            one.kind = MigrationKind::Ordinary;
        }
        Some(one)
    };
    planned.into_owned().into_iter().filter_map(pick).collect()
}

/// As messages name it; refinery knows no more of a file.
fn path(migration: &Migration) -> String {
    format!("{migration}.sql")
}

fn input(migration: &Migration) -> Input {
    Input {
        path: path(migration),
        // Names may hold what ours do not, and the files that refinery applies in any order begin with U.
        name: format!("V{}__m.sql", migration.version()),
        bytes: migration.sql().unwrap_or_default().as_bytes().to_vec(),
    }
}
