//! What names mean: the queries in intents and proofs, one form for each kind of thing.

use super::Verdict::{Likely, Seen, Unseen};
use super::samples::{TABLE, in_app, index, name, validation};
use super::{Form, Group, form};
use crate::sql::identity::{Lookup, ask_job, nothing_to_note, of_fact, of_fact_in, of_state};
use dsql_migrate_plan::{Fact, Name, RelationKind};

const WHEN: &str =
    "in the intent of a statement that makes, takes away or renames one; in the proof after a lost answer";
const IN_BASELINE: &str = "when a baseline is looked up";
const REFUSED: &str = "In an intent: it is sent again without what the names mean, and the log says so. In a proof: \
    nobody can tell whether the statement has happened, so it is sent again; if it is refused then, the run ends with \
    an error that has both the server's words and that the catalog does not answer. It stays in the journal.";

pub(super) fn group() -> Group {
    let mut forms = relations();
    forms.extend(parts_of_relations());
    forms.extend(of_schemas());
    forms.extend(without_schema());
    Group {
        title: "What names mean",
        about: "A statement that nobody has an answer to is proved by numbers: which objects had its names before, and \
                which have them now. Each query is a scalar one; the outer SELECT, or the intent around it, takes \
                several. Statements that were answered, which is all of them as long as no connection breaks, never \
                depend on what these say.",
        forms,
    }
}

/// As an intent asks, by the place in a list of facts.
fn before(facts: &[Fact], position: usize) -> String {
    format!("SELECT {}", of_fact(facts, position, Lookup::Path))
}

/// As a proof asks.
fn since(fact: &Fact) -> String {
    format!("SELECT {}", of_fact_in(fact, &[TABLE], true))
}

/// As a baseline asks, of what it makes itself and of what is there already.
fn now(fact: &Fact) -> [String; 2] {
    [Lookup::Creation, Lookup::Path].map(|lookup| format!("SELECT {}", of_state(fact, lookup)))
}

fn table(name: Name, exists: bool) -> Fact {
    Fact::Relation { name, kind: RelationKind::Table, exists }
}

fn relations() -> Vec<Form> {
    let renamed = [table(name("items"), false), table(name("goods"), true)];
    vec![
        form("a table, view, sequence or index", WHEN,
            vec![
                before(&[table(name("items"), true)], 0),
                before(&[table(in_app("items"), true)], 0),
                before(&[table(name("items"), false)], 0),
                before(&renamed, 1),
                since(&table(name("items"), true)),
                since(&table(name("items"), false)),
            ])
            .rests_on(
                "scalar queries of pg_class, one inside the other, with a column of the outer one; to_regclass; \
                 current_schema(); oid as text, with the schema before the type; ||; coalesce",
                "pg_class and pg_namespace: dsqlbase (live 2026-10-03), pistachio (live 2026-07-23). A query with a \
                 column of the outer one: recorded 2026-09-18, probe q_subquery_correlated; over catalogs: dsqlbase. \
                 oid as text: deesql (2026-04-13). A schema before a type's name: no record.",
                Likely,
            )
            .if_refused(REFUSED),
        form("a table, by its kind", IN_BASELINE, now(&table(name("items"), true)).to_vec())
            .rests_on("pg_class.relkind", "Read by dsqlbase (live 2026-10-03) and deesql (2026-04-13).", Likely)
            .if_refused(REFUSED),
        form("a table of which much is expected", WHEN,
            vec![before(
                &[Fact::Table { name: name("items"), columns: Vec::new().into(), constraints: Vec::new().into() }],
                0,
            )])
            .rests_on("as for a table", "As above.", Likely)
            .if_refused(REFUSED),
    ]
}

fn parts_of_relations() -> Vec<Form> {
    let table = || name("items");
    let column = Fact::Column { table: table(), column: "price".into(), exists: true };
    let identity = Fact::Identity { table: table(), column: "id".into(), exists: true };
    let generated = Fact::Generated { table: table(), column: "total".into(), exists: false };
    let constraint =
        |validated| Fact::Constraint { table: table(), name: "priced".into(), exists: true, validated };
    let both = |fact: Fact| vec![before(std::slice::from_ref(&fact), 0), since(&fact)];
    vec![
        form("a column", WHEN, both(column.clone()))
            .rests_on("pg_attribute with attisdropped", "Read by dsqlbase (live 2026-10-03) and others.", Likely)
            .if_refused(REFUSED),
        form("a column of a table that the baseline makes", IN_BASELINE, now(&column).to_vec())
            .rests_on("as above, the table by its schema", "As above.", Likely)
            .if_refused(REFUSED),
        form("an identity column", WHEN, both(identity))
            .rests_on("pg_attribute.attidentity", "Read by deesql (2026-04-13).", Likely)
            .if_refused(REFUSED),
        form("a generated column", WHEN, both(generated))
            .rests_on("pg_attribute.attgenerated", "Read by dsqlbase (live 2026-10-03).", Likely)
            .if_refused(REFUSED),
        form("a constraint", WHEN, both(constraint(false)))
            .rests_on("pg_constraint", "Read by dsqlbase, pistachio and pgrest-lambda (all live 2026).", Likely)
            .if_refused(REFUSED),
        form("a constraint that is validated", IN_BASELINE, now(&constraint(true)).to_vec())
            .rests_on("pg_constraint.convalidated", "Read by pgrest-lambda (live 2026-08-28).", Likely)
.not_reached("nothing that the checker plans asks for it; a validation is a job and is asked about as one.")
            .if_refused(REFUSED),
        form("an index, and a constraint to be validated, by its table",
            "in the intent of an asynchronous statement; after a lost answer to one; when a baseline is looked up",
            [index(), validation()].map(|job| ask_job(&job, Lookup::Path)).to_vec())
            .rests_on("pg_index.indrelid", "Read by dsqlbase (live 2026-10-03) and AWS's SQLAlchemy dialect.", Likely)
            .if_refused(REFUSED),
        form("the same of a table that the baseline makes", IN_BASELINE,
            vec![ask_job(&index(), Lookup::Creation)])
            .rests_on("as above", "As above.", Likely)
            .if_refused(REFUSED),
    ]
}

/// What has a schema and is no relation.
fn of_schemas() -> Vec<Form> {
    let domain = |name: Name, exists| Fact::Domain { name, exists };
    let function = |name: Name, exists| Fact::Function { name, takes: None, exists };
    let statistics = |name: Name, exists| Fact::Statistics { name, exists };
    let all = |made: Fact, qualified: Fact, gone: Fact| {
        let renamed = [gone.clone(), made.clone()];
        vec![
            before(std::slice::from_ref(&made), 0),
            before(std::slice::from_ref(&qualified), 0),
            before(std::slice::from_ref(&gone), 0),
            before(&renamed, 1),
            since(&made),
        ]
    };
    let part = |domain: Name| Fact::DomainConstraint { domain, name: "positive".into(), exists: false };
    let shared =
        "json_agg of oid as text; name = ANY (current_schemas(false)); CASE WHEN count(*) = 1 THEN max(…)";
    vec![
        form("a domain", WHEN,
            all(domain(name("d"), true), domain(in_app("d"), true), domain(name("d"), false)))
            .rests_on(
                shared,
                "pg_type with typtype: dsqlbase (live 2026-10-03). json_agg over catalogs: dsqlbase and pgrest-lambda \
                 (live). = ANY (current_schemas(false)): left in place by an adapter of Rails for DSQL. CASE WHEN, \
                 count and max: recorded 2026-09-18 (probes q_case, q_aggregates). json as text: no record.",
                Likely,
            )
            .if_refused(REFUSED),
        form("a function", WHEN,
            all(function(name("f"), true), function(in_app("f"), true), function(name("f"), false)))
            .rests_on(
                "pg_proc; the rest as above",
                "AWS's page of catalogs says that pg_proc does not apply; DSQL-Spike (2026-09-23), pgrest-lambda \
                 (2026-08-28) and dsqlbase (2026-10-03) read it on clusters, and dsqlbase says that the page is out of \
                 date.",
                Likely,
            )
            .if_refused(REFUSED),
        form("extended statistics", WHEN,
            all(statistics(name("s"), true), statistics(in_app("s"), true), statistics(name("s"), false)))
            .rests_on(
                "pg_statistic_ext; the rest as above",
                "No record. AWS's page of catalogs says that it does not apply; the page is out of date for pg_proc, \
                 and is perhaps older than the extended statistics themselves (2026-08-27).",
                Unseen,
            )
            .if_refused(REFUSED),
        form("a constraint of a domain", WHEN,
            vec![before(&[part(name("d"))], 0), before(&[part(in_app("d"))], 0), since(&part(name("d")))])
            .rests_on("pg_constraint.contypid; the rest as above", "Read by dsqlbase (live 2026-10-03).", Likely)
            .if_refused(REFUSED),
        form("one of these that the baseline makes", IN_BASELINE,
            [domain(name("d"), true), function(name("f"), true), statistics(name("s"), true), part(name("d"))]
                .iter()
                .map(|fact| now(fact)[0].clone())
                .collect())
            .rests_on("current_schema(); the rest as above", "As above.", Likely)
            .if_refused(REFUSED),
    ]
}

fn without_schema() -> Vec<Form> {
    let one = |fact: Fact| vec![before(std::slice::from_ref(&fact), 0), since(&fact)];
    vec![
        form(
            "a mapping of IAM, of which nothing is noted",
            "in the intent of AWS IAM GRANT and REVOKE",
            vec![format!("SELECT {}", nothing_to_note())],
        )
        .rests_on("SELECT of a text, without FROM", "Recorded 2026-09-18 (probe q_case).", Seen)
        .if_refused(REFUSED),
        form("a schema", WHEN, one(Fact::Schema { name: "app".into(), exists: true }))
            .rests_on("pg_namespace", "Read by everybody.", Seen)
            .if_refused(REFUSED),
        form("a schema named like the role", WHEN, one(Fact::OwnSchema))
            .rests_on("current_user", "In AWS's grammar of 2026-08-07; no other record.", Likely)
            .if_refused(REFUSED),
        form("a role", WHEN, one(Fact::Role { name: "app".into(), exists: true }))
            .rests_on(
                "pg_roles",
                "AWS's page names it as common; pistachio (live 2026-07-23) reads it.",
                Seen,
            )
            .if_refused(REFUSED),
        form(
            "a mapping of a role to a principal of IAM",
            WHEN,
            one(Fact::IamMapping {
                role: "app".into(),
                arn: "arn:aws:iam::111122223333:role/app".into(),
                exists: true,
            }),
        )
        .rests_on(
            "sys.iam_pg_role_mappings with pg_role_name and arn; LIMIT 1",
            "Live, DSQL-Spike 2026-09-23, and AWS's page, both as admin. As another role: no record.",
            Likely,
        )
        .if_refused(REFUSED),
    ]
}
