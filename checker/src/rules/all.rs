//! The list of the rules. A new rule is a file in `all/` and a line here.

use super::Rule;

macro_rules! rules {
    ($($rule:ident,)*) => {
        $(pub(crate) mod $rule;)*

        /// All rules, by ascending id.
        pub static RULES: &[&Rule] = &[$(&$rule::RULE),*];
    };
}

rules! {
    add_column_constraint,
    add_constraint,
    advisory_lock,
    alter_column_type,
    alter_table_action,
    alter_table_support,
    array_column,
    column_option,
    column_type,
    constraint_kind,
    create_table_as,
    create_type,
    ddl_with_dml,
    duplicate_version,
    empty_migration,
    extension,
    file_name,
    foreign_key_support,
    function_language,
    identity_column,
    index_async,
    index_collation,
    index_concurrently,
    index_expression,
    index_name,
    index_operator_class,
    index_partial,
    index_sort_order,
    index_storage,
    index_using,
    isolation_level,
    json_column,
    jsonb_column,
    materialized_view,
    multiple_ddl,
    not_utf,
    open_transaction,
    rollback,
    savepoint,
    sequence,
    sequence_support,
    serial_type,
    set_not_null,
    set_parameter,
    stray_transaction,
    syntax,
    table_option,
    temporary_object,
    trigger,
    truncate,
    unsupported_statement,
    unverified,
    validate_constraint,
}
