//! A folder of three migrations, an emulator, and the command between them.

use std::fs;
use std::process::{Command, Output};

use dsql_local::{Cluster, Options};
use dsql_migrate::__private::forms::{Sender, groups};
use dsql_migrate_tests::form;
use dsql_migrate_tests::relay::Relay;
use serde_json::{Value, json};
use tokio_postgres::NoTls;

pub(super) const FILES: [(&str, &str); 3] = [
    ("1_items.sql", "CREATE TABLE items (id uuid PRIMARY KEY, title text);\n"),
    ("2_index.sql", "CREATE INDEX ASYNC items_title ON items (title);\n"),
    (
        "3_more.sql",
        "CREATE TABLE more (id uuid PRIMARY KEY);\nINSERT INTO more VALUES (gen_random_uuid());\n",
    ),
];

pub(super) struct Place {
    pub(super) cluster: Cluster,
    /// Between the command and the emulator.
    relay: Relay,
    pub(super) folder: tempfile::TempDir,
}

impl Place {
    pub(super) async fn new() -> Self {
        let cluster = Cluster::start(Options::new().insecure(true)).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("migrations")).unwrap();
        let relay = Relay::start(cluster.port()).await.unwrap();
        let place = Self { cluster, relay, folder };
        FILES.iter().for_each(|(name, text)| place.file(name, text));
        place
    }

    pub(super) fn file(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join("migrations").join(name), text).unwrap();
    }

    pub(super) fn rename(&self, from: &str, to: &str) {
        let folder = self.folder.path().join("migrations");
        fs::rename(folder.join(from), folder.join(to)).unwrap();
    }

    pub(super) async fn sql(&self, statements: &[&str]) -> Vec<String> {
        let (client, connection) = tokio_postgres::connect(&self.cluster.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        let mut last = Vec::new();
        for statement in statements {
            let messages =
                client.simple_query(statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
            last = messages
                .into_iter()
                .filter_map(|message| match message {
                    tokio_postgres::SimpleQueryMessage::Row(row) => Some(
                        (0..row.len())
                            .map(|at| row.get(at).unwrap_or("NULL").to_owned())
                            .collect::<Vec<_>>()
                            .join("|"),
                    ),
                    _ => None,
                })
                .collect();
        }
        last
    }

    /// The index of the second file, built.
    pub(super) async fn index(&self) {
        let job = self.sql(&["CREATE INDEX ASYNC items_title ON items (title)"]).await;
        self.sql(&[&format!("CALL sys.wait_for_job('{}')", job[0])]).await;
    }

    /// What the first two files make, as the other tool has made it.
    pub(super) async fn made(&self) {
        self.sql(&["CREATE TABLE items (id uuid PRIMARY KEY, title text)"]).await;
        self.index().await;
    }

    pub(super) fn call(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_dsql-migrate"))
            .args(arguments)
            .env("DATABASE_URL", self.url())
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    /// Through the relay.
    pub(super) fn url(&self) -> String {
        let (direct, relayed) = (self.cluster.port(), self.relay.port());
        self.cluster.url().replace(&format!(":{direct}"), &format!(":{relayed}"))
    }

    /// Everything that the command has sent is in the list of what we send, and that has the reading of this tool's
    /// table. The list is compared with all that the library sends elsewhere.
    pub(super) fn assert_listed(&self, tool: &str) {
        let listed = groups().into_iter().flat_map(|group| group.forms);
        let mut known = std::collections::BTreeSet::new();
        let mut read = None;
        for entry in listed {
            for form in entry.samples.iter().flat_map(|sample| form::forms(sample)) {
                if entry.sender == Sender::Adopt && entry.name == format!("rows of {tool}") {
                    read = Some(form.clone());
                }
                known.insert(form);
            }
        }
        let sent: Vec<String> = self
            .relay
            .sent()
            .iter()
            .flat_map(|message| {
                form::statements(message).into_iter().flat_map(form::forms).collect::<Vec<_>>()
            })
            .collect();
        let unknown: Vec<&String> = sent.iter().filter(|form| !known.contains(*form)).collect();
        assert!(unknown.is_empty(), "{unknown:#?}");
        assert!(read.is_some_and(|read| sent.contains(&read)), "{tool}: {sent:#?}");
    }

    /// Adopts, and tells whether a run then applies the last file alone.
    pub(super) async fn adopted(&self, options: &[&str]) -> Value {
        let dry = self.call(&[&["adopt", "--dry-run", "--format", "json"][..], options].concat());
        assert_eq!(dry.status.code(), Some(0), "{dry:?}");
        assert_eq!(document(&dry)["done"], json!(false));
        let done = self.call(&[&["adopt", "--yes", "--format", "json"][..], options].concat());
        assert_eq!(done.status.code(), Some(0), "{done:?}");
        let shown = document(&done);
        assert_eq!((&shown["done"], &shown["record"]), (&json!(true), &document(&dry)["record"]));
        self.assert_listed(shown["from"].as_str().unwrap());
        let kept: Vec<&str> =
            options.chunks(2).filter(|pair| pair[0] == "--table").flatten().copied().collect();
        let pending = self.call(&[&["verify"][..], &kept].concat());
        assert_eq!(pending.status.code(), Some(3), "{pending:?}");
        let ran = self.call(&[&["run", "--format", "json"][..], &kept].concat());
        let ran = document(&ran);
        assert_eq!(
            (ran["applied"].as_array().unwrap().len(), &ran["applied"][0]["version"]),
            (1, &json!("3")),
            "{ran}"
        );
        assert_eq!(self.call(&[&["verify"][..], &kept].concat()).status.code(), Some(0));
        shown
    }
}

pub(super) fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
