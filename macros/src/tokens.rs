//! A plan as the expression that makes it.

use dsql_migrate_plan::{
    Checksum, Column, ConstraintKind, Fact, IndexDefinition, Job, Migration, Name, Plan, Proof, RelationKind,
    Setting, Statement, Step, StepKind, TableConstraint, Text, Unqualified,
};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

pub(crate) fn plan(plan: &Plan) -> TokenStream {
    let dialect = text(&plan.dialect);
    let migrations = list(plan.migrations.iter().map(migration));
    quote!(::dsql_migrate::__private::plan::Plan { dialect: #dialect, migrations: #migrations })
}

fn text(text: &Text) -> TokenStream {
    let text: &str = text;
    quote!(::dsql_migrate::__private::plan::Text::Borrowed(#text))
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

fn list(items: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote!(::dsql_migrate::__private::plan::List::Borrowed(&[#(#items),*]))
}

fn migration(migration: &Migration) -> TokenStream {
    let Migration { kind, phase, version, name, file, checksum, replaces, steps } = migration;
    // A variant's name is how `Debug` shows it.
    let (kind, phase) = (format_ident!("{kind:?}"), format_ident!("{phase:?}"));
    let (version, name, file) = (text(version), text(name), text(file));
    let checksum = self::checksum(checksum);
    let replaces = list(replaces.iter().map(self::checksum));
    let steps = list(steps.iter().map(step));
    quote!(::dsql_migrate::__private::plan::Migration {
        kind: ::dsql_migrate::__private::plan::MigrationKind::#kind, phase: ::dsql_migrate::__private::plan::Phase::#phase,
        version: #version, name: #name, file: #file, checksum: #checksum, replaces: #replaces, steps: #steps,
    })
}

fn checksum(checksum: &Checksum) -> TokenStream {
    let bytes = checksum.as_bytes().iter().map(|byte| Literal::u8_unsuffixed(*byte));
    quote!(::dsql_migrate::__private::plan::Checksum::new([#(#bytes),*]))
}

fn step(step: &Step) -> TokenStream {
    let kind = match &step.kind {
        StepKind::Ddl { statement: of, proof: by, unqualified } => {
            let (statement, proof) = (statement(of), proof(by));
            let unqualified = list(unqualified.iter().map(self::unqualified));
            quote!(Ddl { statement: #statement, proof: #proof, unqualified: #unqualified })
        }
        StepKind::AsyncDdl { statement: of, job: makes } => {
            let (statement, job) = (statement(of), job(makes));
            quote!(AsyncDdl { statement: #statement, job: #job })
        }
        StepKind::Dml { statements } => {
            let statements = list(statements.iter().map(statement));
            quote!(Dml { statements: #statements })
        }
    };
    let settings = list(step.settings.iter().map(setting));
    let waits_for = list(step.waits_for.iter().map(|position| {
        let position = Literal::usize_unsuffixed(*position);
        quote!(#position)
    }));
    quote!(::dsql_migrate::__private::plan::Step {
        kind: ::dsql_migrate::__private::plan::StepKind::#kind, settings: #settings, waits_for: #waits_for,
    })
}

fn statement(statement: &Statement) -> TokenStream {
    let sql = text(&statement.sql);
    let line = Literal::u32_unsuffixed(statement.line);
    let checksum = checksum(&statement.checksum);
    quote!(::dsql_migrate::__private::plan::Statement { sql: #sql, line: #line, checksum: #checksum })
}

fn unqualified(name: &Unqualified) -> TokenStream {
    let (fact, at) = (Literal::usize_unsuffixed(name.fact), Literal::usize_unsuffixed(name.at));
    quote!(::dsql_migrate::__private::plan::Unqualified { fact: #fact, at: #at })
}

fn setting(setting: &Setting) -> TokenStream {
    let Setting { parameter, statement: of } = setting;
    let (parameter, statement) = (text(parameter), statement(of));
    quote!(::dsql_migrate::__private::plan::Setting { parameter: #parameter, statement: #statement })
}

fn name(name: &Name) -> TokenStream {
    let schema = option(name.schema.as_ref().map(text));
    let object = text(&name.name);
    quote!(::dsql_migrate::__private::plan::Name { schema: #schema, name: #object })
}

fn job(job: &Job) -> TokenStream {
    match job {
        Job::IndexBuild { table, index, if_not_exists, definition } => {
            let (table, index) = (name(table), text(index));
            let IndexDefinition { unique, keys, include, nulls_not_distinct, partial } = definition;
            let keys = list(keys.iter().map(|key| option(key.as_ref().map(text))));
            let include = list(include.iter().map(text));
            quote!(::dsql_migrate::__private::plan::Job::IndexBuild {
                table: #table, index: #index, if_not_exists: #if_not_exists,
                definition: ::dsql_migrate::__private::plan::IndexDefinition {
                    unique: #unique, keys: #keys, include: #include, nulls_not_distinct: #nulls_not_distinct,
                    partial: #partial,
                },
            })
        }
        Job::ValidateConstraint { table, constraint, if_exists } => {
            let (table, constraint) = (name(table), text(constraint));
            quote!(::dsql_migrate::__private::plan::Job::ValidateConstraint {
                table: #table, constraint: #constraint, if_exists: #if_exists,
            })
        }
    }
}

fn proof(proof: &Proof) -> TokenStream {
    match proof {
        Proof::Facts(facts) => {
            let facts = list(facts.iter().map(fact));
            quote!(::dsql_migrate::__private::plan::Proof::Facts(#facts))
        }
        Proof::Repeatable(facts) => {
            let facts = list(facts.iter().map(fact));
            quote!(::dsql_migrate::__private::plan::Proof::Repeatable(#facts))
        }
        Proof::Unknown => quote!(::dsql_migrate::__private::plan::Proof::Unknown),
    }
}

fn fact(fact: &Fact) -> TokenStream {
    let fields = match fact {
        Fact::Schema { name, exists } => {
            let name = text(name);
            quote!(Schema { name: #name, exists: #exists })
        }
        Fact::OwnSchema => quote!(OwnSchema),
        Fact::Relation { name: of, kind, exists } => {
            let (name, kind) = (name(of), relation_kind(*kind));
            quote!(Relation { name: #name, kind: #kind, exists: #exists })
        }
        Fact::Table { name: of, columns, constraints } => {
            let name = name(of);
            let columns = list(columns.iter().map(column));
            let constraints = list(constraints.iter().map(table_constraint));
            quote!(Table { name: #name, columns: #columns, constraints: #constraints })
        }
        Fact::Column { table, column, exists } => {
            let (table, column) = (name(table), text(column));
            quote!(Column { table: #table, column: #column, exists: #exists })
        }
        Fact::Identity { table, column, exists } => {
            let (table, column) = (name(table), text(column));
            quote!(Identity { table: #table, column: #column, exists: #exists })
        }
        Fact::Generated { table, column, exists } => {
            let (table, column) = (name(table), text(column));
            quote!(Generated { table: #table, column: #column, exists: #exists })
        }
        Fact::Constraint { table, name: of, exists, validated } => {
            let (table, name) = (name(table), text(of));
            quote!(Constraint { table: #table, name: #name, exists: #exists, validated: #validated })
        }
        Fact::Domain { name: of, exists } => {
            let name = name(of);
            quote!(Domain { name: #name, exists: #exists })
        }
        Fact::DomainConstraint { domain, name: of, exists } => {
            let (domain, name) = (name(domain), text(of));
            quote!(DomainConstraint { domain: #domain, name: #name, exists: #exists })
        }
        Fact::Function { name: of, takes, exists } => {
            let (name, takes) = (name(of), option(takes.as_ref().map(text)));
            quote!(Function { name: #name, takes: #takes, exists: #exists })
        }
        Fact::Role { name, exists } => {
            let name = text(name);
            quote!(Role { name: #name, exists: #exists })
        }
        Fact::Statistics { name: of, exists } => {
            let name = name(of);
            quote!(Statistics { name: #name, exists: #exists })
        }
        Fact::IamMapping { role, arn, exists } => {
            let (role, arn) = (text(role), text(arn));
            quote!(IamMapping { role: #role, arn: #arn, exists: #exists })
        }
    };
    quote!(::dsql_migrate::__private::plan::Fact::#fields)
}

fn column(column: &Column) -> TokenStream {
    let name = text(&column.name);
    let data_type = option(column.data_type.as_ref().map(text));
    let not_null = column.not_null;
    quote!(::dsql_migrate::__private::plan::Column { name: #name, data_type: #data_type, not_null: #not_null })
}

fn table_constraint(constraint: &TableConstraint) -> TokenStream {
    let kind = match constraint.kind {
        ConstraintKind::PrimaryKey => quote!(PrimaryKey),
        ConstraintKind::Unique => quote!(Unique),
        ConstraintKind::Check => quote!(Check),
        ConstraintKind::ForeignKey => quote!(ForeignKey),
    };
    let columns = list(constraint.columns.iter().map(text));
    quote!(::dsql_migrate::__private::plan::TableConstraint {
        kind: ::dsql_migrate::__private::plan::ConstraintKind::#kind, columns: #columns,
    })
}

fn relation_kind(kind: RelationKind) -> TokenStream {
    let kind = match kind {
        RelationKind::Table => quote!(Table),
        RelationKind::View => quote!(View),
        RelationKind::Sequence => quote!(Sequence),
        RelationKind::Index => quote!(Index),
    };
    quote!(::dsql_migrate::__private::plan::RelationKind::#kind)
}
