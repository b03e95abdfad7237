use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "down-section",
    title: "the file holds the way back too, which would be run",
    why: "goose, dbmate and sql-migrate keep what undoes a migration in the same file, behind a comment. Here a comment is a comment: the statements behind it would run right after those before it, and take away what they made.",
    wrong: "-- +goose Up\nCREATE TABLE a (id int PRIMARY KEY);\n-- +goose Down\nDROP TABLE a;",
    right: "-- +goose Up\nCREATE TABLE a (id int PRIMARY KEY);",
    help: "take out the section: what is to be undone is undone by a new migration",
    sqlstate: "",
    evidence: &[
        "goose: annotations `-- +goose Up`, `-- +goose Down`",
        "dbmate: `-- migrate:down`",
        "sql-migrate: `-- +migrate Down`",
    ],
    ..Rule::REFUSED
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn every_tool() {
        finds(&RULE, RULE.wrong, "-- +goose Down");
        finds(
            &RULE,
            "-- migrate:up\nSELECT 1;\n  -- migrate:down transaction:false\nSELECT 2;",
            "-- migrate:down transaction:false",
        );
        finds(
            &RULE,
            "-- +migrate Up\r\nSELECT 1;\r\n--  +Migrate  down\r\nSELECT 2;\r\n",
            "--  +Migrate  down",
        );
    }

    #[test]
    fn what_would_run_nothing_or_is_no_comment() {
        accepts("-- +goose Up\nSELECT 1;\n-- +goose Down\n");
        accepts("-- +goose Up\nSELECT 1;\n-- +goose Down\n-- DROP TABLE a;\n");
        accepts("INSERT INTO a VALUES ('\n-- +goose Down\n'); SELECT 1;");
        accepts("-- +goose Down the hill\nSELECT 1;");
        accepts("-- why: -- migrate:down is gone\nSELECT 1;");
    }
}
