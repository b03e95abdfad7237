//! The part of Lambda's runtime API that a function sees: an invocation to fetch, and a response or an error to post.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

struct Invocation {
    id: String,
    payload: Value,
    deadline: SystemTime,
}

/// What a function posts: for which invocation, and whether it went well.
type Reply = (String, Result<Value, Value>);

struct Api {
    invocations: Mutex<UnboundedReceiver<Invocation>>,
    replies: UnboundedSender<Reply>,
}

/// A function's process, and what it talks to.
pub struct Function {
    process: Child,
    log: tempfile::NamedTempFile,
    invocations: UnboundedSender<Invocation>,
    replies: UnboundedReceiver<Reply>,
    count: usize,
}

impl Function {
    /// Starts the function with nothing in its environment but this and what Lambda gives it.
    pub async fn start(environment: &[(&str, String)]) -> Self {
        let (invocations, waiting) = unbounded_channel();
        let (posted, replies) = unbounded_channel();
        let api = Arc::new(Api { invocations: Mutex::new(waiting), replies: posted });
        let of = "/2018-06-01/runtime/invocation";
        let routes = Router::new()
            .route(&format!("{of}/next"), get(next))
            .route(&format!("{of}/{{id}}/response"), post(respond))
            .route(&format!("{of}/{{id}}/error"), post(fail))
            .with_state(api);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async { axum::serve(listener, routes).await });
        let log = tempfile::NamedTempFile::new().expect("a file");
        let process = Command::new(env!("CARGO_BIN_EXE_migrate-on-deploy"))
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "migrate-on-deploy")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(environment.iter().map(|(name, value)| (*name, value)))
            .stdout(Stdio::from(log.reopen().expect("a log")))
            .stderr(Stdio::from(log.reopen().expect("a log")))
            .spawn()
            .expect("the function starts");
        Self { process, log, invocations, replies, count: 0 }
    }

    /// Invokes it as Terraform does, and waits for the response (`Ok`) or the error (`Err`) that it posts.
    pub async fn invoke(&mut self, payload: Value, time: Duration) -> Result<Value, Value> {
        self.count += 1;
        let id = format!("invocation-{}", self.count);
        let invocation = Invocation { id: id.clone(), payload, deadline: SystemTime::now() + time };
        assert!(self.invocations.send(invocation).is_ok(), "the API runs");
        let reply = tokio::time::timeout(time + Duration::from_secs(60), self.replies.recv()).await;
        let (of, reply) =
            reply.unwrap_or_else(|_| panic!("no reply in time: {}", self.log())).expect("the API runs");
        assert_eq!(of, id);
        reply
    }

    /// What it has written to its log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).expect("a log")
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn next(State(api): State<Arc<Api>>) -> (HeaderMap, Json<Value>) {
    let Some(invocation) = api.invocations.lock().await.recv().await else {
        // The test has ended; a function that has nothing to do waits.
        return std::future::pending().await;
    };
    let deadline = invocation.deadline.duration_since(UNIX_EPOCH).expect("a time after 1970").as_millis();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("lambda-runtime-aws-request-id", invocation.id),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:migrate-on-deploy".into(),
        ),
    ] {
        headers.insert(name, value.parse().expect("a header"));
    }
    (headers, Json(invocation.payload))
}

// Bytes: functions do not say of what type their answers are.
async fn respond(State(api): State<Arc<Api>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    let _ = api.replies.send((id, Ok(json(&body))));
    StatusCode::ACCEPTED
}

async fn fail(State(api): State<Arc<Api>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    let _ = api.replies.send((id, Err(json(&body))));
    StatusCode::ACCEPTED
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("JSON")
}
