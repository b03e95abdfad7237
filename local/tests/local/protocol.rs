//! The protocol byte by byte, where drivers differ: Flush, unnamed statements, errors in the middle of a sequence.

use dsql_local::Endpoint;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{client, endpoint, value};

struct Raw(TcpStream);

fn c(text: &str) -> Vec<u8> {
    [text.as_bytes(), &[0]].concat()
}

impl Raw {
    async fn connect(endpoint: &Endpoint) -> Self {
        let mut raw = Self(TcpStream::connect(("127.0.0.1", endpoint.port())).await.unwrap());
        let body = [&[0, 3, 0, 0][..], &c("user"), &c("admin"), &[0]].concat();
        raw.0.write_all(&u32::try_from(body.len() + 4).unwrap().to_be_bytes()).await.unwrap();
        raw.0.write_all(&body).await.unwrap();
        assert_eq!(raw.until(b'R').await, "R");
        raw.send(&[(b'p', c("x"))]).await;
        raw.until(b'Z').await;
        raw
    }

    async fn send(&mut self, messages: &[(u8, Vec<u8>)]) {
        let mut bytes = Vec::new();
        for (tag, body) in messages {
            bytes.push(*tag);
            bytes.extend(u32::try_from(body.len() + 4).unwrap().to_be_bytes());
            bytes.extend(body);
        }
        self.0.write_all(&bytes).await.unwrap();
    }

    /// The tags of what comes, up to one of this kind; with the transaction status after a `Z` and the code after an `E`.
    async fn until(&mut self, last: u8) -> String {
        let mut tags = String::new();
        loop {
            let tag = self.0.read_u8().await.unwrap();
            let length = self.0.read_u32().await.unwrap() as usize - 4;
            let mut body = vec![0; length];
            self.0.read_exact(&mut body).await.unwrap();
            tags.push(char::from(tag));
            match tag {
                b'Z' => tags.push(char::from(body[0])),
                b'E' => tags.extend(
                    body.split(|b| *b == 0)
                        .find_map(|field| field.strip_prefix(b"C"))
                        .unwrap()
                        .iter()
                        .map(|b| char::from(*b)),
                ),
                _ => {}
            }
            if tag == last {
                return tags;
            }
        }
    }
}

fn parse(name: &str, sql: &str) -> (u8, Vec<u8>) {
    (b'P', [c(name), c(sql), vec![0, 0]].concat())
}

fn bind(portal: &str, name: &str) -> (u8, Vec<u8>) {
    (b'B', [c(portal), c(name), vec![0; 6]].concat())
}

fn execute(portal: &str, rows: u8) -> (u8, Vec<u8>) {
    (b'E', [c(portal), vec![0, 0, 0, rows]].concat())
}

fn describe(kind: u8, name: &str) -> (u8, Vec<u8>) {
    (b'D', [vec![kind], c(name)].concat())
}

const SYNC: (u8, Vec<u8>) = (b'S', Vec::new());
const FLUSH: (u8, Vec<u8>) = (b'H', Vec::new());

#[tokio::test]
async fn flush_brings_what_there_is_and_sync_ends_the_sequence() {
    let endpoint = endpoint().await;
    let mut raw = Raw::connect(&endpoint).await;
    raw.send(&[parse("", "CREATE TABLE t (i int)"), describe(b'S', ""), FLUSH]).await;
    assert_eq!(raw.until(b'n').await, "1tn");
    raw.send(&[bind("", ""), execute("", 0), SYNC]).await;
    assert_eq!(raw.until(b'Z').await, "2CZI");
    // The unnamed statement outlives its sequence, and hidden work between.
    raw.send(&[parse("", "INSERT INTO t VALUES (1) RETURNING i"), SYNC]).await;
    assert_eq!(raw.until(b'Z').await, "1ZI");
    for _ in 0..2 {
        raw.send(&[bind("", ""), describe(b'P', ""), execute("", 0), SYNC]).await;
        assert_eq!(raw.until(b'Z').await, "2TDCZI");
    }
    // A simple query ends it.
    raw.send(&[(b'Q', c("SELECT 1; SELECT 2"))]).await;
    assert_eq!(raw.until(b'Z').await, "TDCTDCZI");
    raw.send(&[bind("", ""), SYNC]).await;
    assert_eq!(raw.until(b'Z').await, "E26000ZI");
    raw.send(&[(b'Q', c(" ; "))]).await;
    assert_eq!(raw.until(b'Z').await, "IZI");
}

#[tokio::test]
async fn an_error_skips_the_rest_of_its_sequence_and_undoes_it() {
    let endpoint = endpoint().await;
    let mut raw = Raw::connect(&endpoint).await;
    raw.send(&[(b'Q', c("CREATE TABLE t (i int PRIMARY KEY)"))]).await;
    raw.until(b'Z').await;
    let insert = |n: u8| parse(&format!("s{n}"), &format!("INSERT INTO t VALUES ({n})"));
    raw.send(&[insert(1), bind("", "s1"), execute("", 0), parse("", "TRUNCATE t"), insert(2), SYNC]).await;
    assert_eq!(raw.until(b'Z').await, "12CE0A000ZI");
    assert_eq!(value(&client(&endpoint).await, "SELECT count(*) FROM t").await.as_deref(), Some("0"));
    // In a block the client has to end it.
    raw.send(&[(b'Q', c("BEGIN")), (b'Q', c("SELEC"))]).await;
    assert_eq!(raw.until(b'Z').await, "CZT");
    assert_eq!(raw.until(b'Z').await, "E42601ZE");
    raw.send(&[parse("", "SELECT 1"), bind("", ""), execute("", 0), SYNC]).await;
    assert_eq!(raw.until(b'Z').await, "E25P02ZE");
    raw.send(&[parse("", "ROLLBACK"), bind("", ""), execute("", 0), SYNC]).await;
    assert_eq!(raw.until(b'Z').await, "12CZI");
    // Two statements of one sequence are one transaction, as two of one simple query are.
    raw.send(&[parse("", "CREATE TABLE u (i int)"), bind("", ""), execute("", 0)]).await;
    raw.send(&[parse("", "CREATE TABLE w (i int)"), bind("", ""), execute("", 0), SYNC]).await;
    assert_eq!(raw.until(b'Z').await, "12C12E0A000ZI");
    assert_eq!(value(&client(&endpoint).await, "SELECT to_regclass('u')").await, None);
}

#[tokio::test]
async fn what_a_query_did_before_it_failed_is_answered_and_undone() {
    let endpoint = endpoint().await;
    let mut raw = Raw::connect(&endpoint).await;
    for (sql, tags) in [
        ("CREATE TABLE p (i int PRIMARY KEY)", "CZI"),
        ("CREATE TABLE c (i int REFERENCES p DEFERRABLE INITIALLY DEFERRED)", "CZI"),
        ("INSERT INTO p VALUES (1); SELECT 1/0", "CE22012ZI"),
        ("INSERT INTO p VALUES (2); SELECT 3; TRUNCATE p; SELECT 4", "CTDCE0A000ZI"),
        ("INSERT INTO p VALUES (5); CREATE TABLE q (i int)", "CE0A000ZI"),
        // Its commit fails: the last statement has no answer but the error.
        ("INSERT INTO c VALUES (1)", "E23503ZI"),
        ("INSERT INTO p VALUES (6); INSERT INTO c VALUES (7)", "CE23503ZI"),
        ("INSERT INTO c VALUES (8); BEGIN; COMMIT; SELECT 9", "CCE23503ZI"),
        ("SELECT FROM p", "TCZI"),
    ] {
        raw.send(&[(b'Q', c(sql))]).await;
        assert_eq!(raw.until(b'Z').await, tags, "{sql}");
    }
}

#[tokio::test]
async fn a_portal_gives_its_rows_in_portions_even_outside_a_block() {
    let endpoint = endpoint().await;
    let mut raw = Raw::connect(&endpoint).await;
    raw.send(&[parse("s", "SELECT generate_series(1, 5)"), bind("p", "s"), execute("p", 2), FLUSH]).await;
    assert_eq!(raw.until(b's').await, "12DDs");
    raw.send(&[execute("p", 2), execute("p", 2), SYNC]).await;
    assert_eq!(raw.until(b'Z').await, "DDsDCZI");
    raw.send(&[execute("p", 2), SYNC]).await;
    assert_eq!(raw.until(b'Z').await, "E34000ZI");
    raw.send(&[bind("", "s"), describe(b'S', "s"), (b'C', [b"S".to_vec(), c("s")].concat()), SYNC]).await;
    assert_eq!(raw.until(b'Z').await, "2tT3ZI");
    raw.send(&[(b'Q', c("BEGIN; INSERT INTO nothing VALUES (1); COMMIT"))]).await;
    assert_eq!(raw.until(b'Z').await, "CE42P01ZE");
    raw.send(&[(b'Q', c("ROLLBACK; SELECT 1; BEGIN; SELECT 2"))]).await;
    assert_eq!(raw.until(b'Z').await, "CTDCCTDCZT");
}
