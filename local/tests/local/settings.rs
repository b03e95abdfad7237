//! What a session can set, what it can only reset, and what a function may set for itself.

use crate::support::{client, endpoint, said, value};

/// The refusal of a parameter that is not on AWS's list.
fn unlisted(name: &str) -> (String, String) {
    ("0A000".into(), format!("setting configuration parameter \"{name}\" not supported"))
}

/// A refusal by its code and words.
fn words(code: &str, message: &str) -> (String, String) {
    (code.into(), message.into())
}

#[tokio::test]
async fn a_session_sets_what_is_listed_and_nothing_else() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    for sql in [
        "SET application_name = 'x'",
        "SET client_encoding TO 'UTF8'",
        "SET NAMES 'UTF8'",
        "SET DateStyle = ISO, DMY",
        "SET extra_float_digits = 3",
        "SET IntervalStyle = 'iso_8601'",
        "SET \"TimeZone\" = 'Europe/Kyiv'",
        "SET LOCAL TIME ZONE 'UTC'",
        "SET SESSION TIME ZONE LOCAL",
        "SET search_path = public, pg_catalog",
        "SET SCHEMA 'public'",
        "SET SESSION enable_hashjoin = off",
        "SET LOCAL enable_seqscan TO DEFAULT",
        "SET CONSTRAINTS ALL DEFERRED",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        // What cannot be set can still be reset.
        "RESET default_statistics_target",
        "SET default_statistics_target TO DEFAULT",
        "SET LOCAL work_mem = DEFAULT",
        "RESET statement_timeout",
        "RESET lock_timeout",
        "RESET ROLE",
        "RESET SESSION AUTHORIZATION",
        "RESET app.user_id",
        "RESET ALL",
        "SET disable_sync_create_index = off",
        "SET dsql.enable_batched_nestloop = off",
    ] {
        if let Err(error) = client.simple_query(sql).await {
            panic!("{sql}: {:?}", error.as_db_error());
        }
        if let Err(error) = client.execute(sql, &[]).await {
            panic!("{sql}, prepared: {:?}", error.as_db_error());
        }
    }
    let reserved = |name: &str| words("42602", &format!("invalid configuration parameter name \"{name}\""));
    for (sql, answer) in [
        ("SET statement_timeout = '5s'", unlisted("statement_timeout")),
        ("SET LOCAL lock_timeout TO 0", unlisted("lock_timeout")),
        ("SET SESSION work_mem = '64MB'", unlisted("work_mem")),
        ("SET default_statistics_target = 50", unlisted("default_statistics_target")),
        ("SET idle_in_transaction_session_timeout = 0", unlisted("idle_in_transaction_session_timeout")),
        ("SET client_min_messages TO warning", unlisted("client_min_messages")),
        ("SET work_mem FROM CURRENT", unlisted("work_mem")),
        ("SET no_such_parameter = 1", unlisted("no_such_parameter")),
        ("SET app.user_id = '1'", unlisted("app.user_id")),
        ("SET dsql_local.disable_sync_create_index = on", unlisted("dsql_local.disable_sync_create_index")),
        ("SET XML OPTION DOCUMENT", unlisted("xmloption")),
        ("SET xmloption = content", unlisted("xmloption")),
        ("SET ROLE app", unlisted("role")),
        ("SET LOCAL ROLE NONE", unlisted("role")),
        ("SET role = app", unlisted("role")),
        ("SET SESSION AUTHORIZATION app", unlisted("session_authorization")),
        ("SET LOCAL SESSION AUTHORIZATION DEFAULT", unlisted("session_authorization")),
        ("SET TRANSACTION READ ONLY", unlisted("TRANSACTION")),
        ("SET LOCAL TRANSACTION READ ONLY", unlisted("TRANSACTION")),
        ("SET default_transaction_read_only = on", unlisted("default_transaction_read_only")),
        ("SET dsql.bogus = 1", reserved("dsql.bogus")),
        ("SET dsql.bogus TO DEFAULT", reserved("dsql.bogus")),
        ("RESET dsql.bogus", reserved("dsql.bogus")),
        (
            "SET dsql.enable_batched_nestloop = banana",
            words("22023", "parameter \"dsql.enable_batched_nestloop\" requires a Boolean value"),
        ),
        (
            "SET LOCAL disable_sync_create_index TO -1",
            words("22023", "parameter \"disable_sync_create_index\" requires a Boolean value"),
        ),
        // The server's own words.
        (
            "RESET no_such_parameter",
            words("42704", "unrecognized configuration parameter \"no_such_parameter\""),
        ),
        (
            "SET enable_no_such_thing = off",
            words("42704", "unrecognized configuration parameter \"enable_no_such_thing\""),
        ),
        (
            "SET extra_float_digits = banana",
            words("22023", "invalid value for parameter \"extra_float_digits\": \"banana\""),
        ),
        ("SET work_mem", words("42601", "syntax error at end of input")),
    ] {
        assert_eq!(said(client.batch_execute(sql).await), answer, "{sql}");
        assert_eq!(said(client.execute(sql, &[]).await), answer, "{sql}, prepared");
    }
    let error = client.batch_execute("SET dsql.bogus = 1").await.unwrap_err();
    assert_eq!(error.as_db_error().unwrap().detail(), Some("\"dsql\" is a reserved prefix."));
}

#[tokio::test]
async fn switches_of_dsqls_are_kept_and_shown() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    for name in ["disable_sync_create_index", "dsql.enable_batched_nestloop"] {
        let shown = format!("SHOW {name}");
        let set = |value: &str| format!("SET {name} = {value}");
        assert_eq!(value(&client, &shown).await.as_deref(), Some("on"));
        for (given, kept) in [
            ("off", "off"),
            ("Y", "on"),
            ("'f'", "off"),
            ("1", "on"),
            ("0", "off"),
            ("TRUE", "on"),
            ("of", "off"),
        ] {
            client.batch_execute(&set(given)).await.unwrap();
            let row = client.query_one(&shown, &[]).await.unwrap();
            assert_eq!((row.columns()[0].name(), row.get::<_, &str>(0)), (name, kept), "{given}");
            let current = format!("SELECT current_setting('{name}')");
            assert_eq!(value(&client, &current).await.as_deref(), Some(kept), "{given}");
        }
        client.batch_execute(&format!("BEGIN; SET LOCAL {name} = on")).await.unwrap();
        assert_eq!(value(&client, &shown).await.as_deref(), Some("on"));
        client.batch_execute("COMMIT").await.unwrap();
        assert_eq!(value(&client, &shown).await.as_deref(), Some("off"));
        client.batch_execute(&format!("RESET {name}")).await.unwrap();
        assert_eq!(value(&client, &shown).await.as_deref(), Some("on"));
    }
    client.batch_execute("CREATE TABLE t (id int PRIMARY KEY, v text)").await.unwrap();
    client.batch_execute("SET disable_sync_create_index = off").await.unwrap();
    let refused = said(client.batch_execute("CREATE INDEX i ON t (v)").await);
    assert_eq!(refused, words("0A000", "unsupported mode. please use CREATE INDEX ASYNC."));
}

#[tokio::test]
async fn a_function_sets_what_set_can() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    for (name, given, kept) in [
        // As pg_dump writes it.
        ("search_path", "''", ""),
        ("TimeZone", "'UTC'", "UTC"),
        ("enable_seqscan", "'off'", "off"),
        ("disable_sync_create_index", "'f'", "off"),
        ("dsql.enable_batched_nestloop", "'NO'", "off"),
    ] {
        let sql = format!("SELECT pg_catalog.set_config('{name}', {given}, false)");
        assert_eq!(value(&client, &sql).await.as_deref(), Some(kept), "{name}");
        assert_eq!(value(&client, &format!("SHOW {name}")).await.as_deref(), Some(kept), "{name}");
    }
    // Nothing is what resets.
    client.batch_execute("SELECT set_config('work_mem', NULL, false)").await.unwrap();
    for (name, answer) in [
        ("work_mem", unlisted("work_mem")),
        ("statement_timeout", unlisted("statement_timeout")),
        ("app.user_id", unlisted("app.user_id")),
        ("role", unlisted("role")),
        ("restrict_nonsystem_relation_kind", unlisted("restrict_nonsystem_relation_kind")),
        ("dsql.bogus", words("42602", "invalid configuration parameter name \"dsql.bogus\"")),
        (
            "dsql.enable_batched_nestloop",
            words("22023", "parameter \"dsql.enable_batched_nestloop\" requires a Boolean value"),
        ),
    ] {
        let asked = client.query("SELECT set_config($1, 'banana', true)", &[&name]).await;
        assert_eq!(said(asked), answer, "{name}");
    }
}

#[tokio::test]
async fn functions_are_defined_within_the_same_bounds() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    let create =
        |options: &str| format!("CREATE OR REPLACE FUNCTION f(a int DEFAULT 1) RETURNS int {options}");
    for options in [
        "LANGUAGE sql SET search_path = public, pg_catalog AS 'SELECT 1'",
        "LANGUAGE sql SET TIME ZONE 'UTC' SET enable_sort TO off AS 'SELECT 1'",
        "LANGUAGE sql SET work_mem TO DEFAULT AS 'SELECT 1'",
        "AS 'SELECT 1' SET dsql.enable_batched_nestloop = off LANGUAGE sql",
        "LANGUAGE sql NOT LEAKPROOF AS 'SELECT 1'",
        "LANGUAGE sql AS 'UPDATE t SET work_mem = 1; SELECT 1'",
    ] {
        if options.contains("UPDATE") {
            client.batch_execute("CREATE TABLE t (work_mem int)").await.unwrap();
        }
        client.batch_execute("DROP FUNCTION IF EXISTS f(int)").await.unwrap();
        client.batch_execute(&create(options)).await.unwrap_or_else(|error| panic!("{options}: {error:?}"));
    }
    for (options, answer) in [
        ("LANGUAGE sql SET work_mem = '1MB' AS 'SELECT 1'", unlisted("work_mem")),
        ("AS 'SELECT 1' LANGUAGE sql SET role TO app", unlisted("role")),
        ("SET search_path = '' SET app.x FROM CURRENT RETURN 1", unlisted("app.x")),
        ("SET statement_timeout = 1 BEGIN ATOMIC SELECT 1; END", unlisted("statement_timeout")),
        (
            "LANGUAGE sql SET dsql.bogus = 1 AS 'SELECT 1'",
            words("42602", "invalid configuration parameter name \"dsql.bogus\""),
        ),
        (
            "LANGUAGE sql LEAKPROOF AS 'SELECT 1'",
            words("42501", "only superuser can define a leakproof function"),
        ),
        (
            "TRANSFORM FOR TYPE integer LANGUAGE sql AS 'SELECT 1'",
            words("42704", "transform for type integer language \"sql\" does not exist"),
        ),
        ("LANGUAGE sql SUPPORT s AS 'SELECT 1'", words("42883", "function s(internal) does not exist")),
    ] {
        assert_eq!(said(client.batch_execute(&create(options)).await), answer, "{options}");
        assert_eq!(said(client.execute(&create(options), &[]).await), answer, "{options}, prepared");
    }
}
