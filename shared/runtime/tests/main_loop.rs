//! A function at its boundary: the platform's interface on one side, its log on the other.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use domain::failure::{Failure, FailureName};
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    process::{Output, Stdio},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

/// The platform: hands out one event after the other, takes the answers.
struct Platform {
    listener: TcpListener,
    function: Child,
}

/// What the function answered: the path it posted to, and what.
#[derive(Debug)]
struct Answer {
    path: String,
    body: Value,
}

impl Platform {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut example = PathBuf::from(
            std::env::current_exe()
                .unwrap()
                .parent()
                .unwrap()
                .parent()
                .unwrap(),
        );
        example.push("examples/function");
        let function = Command::new(example)
            .env_clear()
            .env(
                "AWS_LAMBDA_RUNTIME_API",
                listener.local_addr().unwrap().to_string(),
            )
            .env("AWS_LAMBDA_FUNCTION_NAME", "stack-function")
            .env("METRICS_NAMESPACE", "stack")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { listener, function }
    }

    /// Gives the function an event, and waits for its answer.
    async fn invoke(&self, request: &str, event: &Value) -> Answer {
        let (mut next, path, _) = self.request().await;
        assert!(path.ends_with("/invocation/next"), "{path}");
        let event = event.to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\nlambda-runtime-aws-request-id: \
             {request}\r\nlambda-runtime-deadline-ms: 1900000000000\r\nlambda-runtime-trace-id: \
             {TRACE}\r\nlambda-runtime-invoked-function-arn: arn\r\ncontent-length: {}\r\n\r\n",
            event.len()
        );
        next.write_all(format!("{head}{event}").as_bytes()).await.unwrap();
        drop(next);
        let (mut posted, path, body) = self.request().await;
        posted
            .write_all(b"HTTP/1.1 202 Accepted\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            .await
            .unwrap();
        Answer {
            path,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        }
    }

    async fn request(&self) -> (TcpStream, String, Vec<u8>) {
        let (mut stream, _) = self.listener.accept().await.unwrap();
        let mut reader = BufReader::new(&mut stream);
        let mut line = String::new();
        reader.read_line(&mut line).await.unwrap();
        let path = line.split(' ').nth(1).unwrap().to_owned();
        let mut length = 0;
        loop {
            line.clear();
            reader.read_line(&mut line).await.unwrap();
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).await.unwrap();
        (stream, path, body)
    }

    /// Ends the function. The lines of its log.
    async fn log(mut self) -> Vec<Value> {
        self.function.start_kill().unwrap();
        let Output { stdout, stderr, .. } = self.function.wait_with_output().await.unwrap();
        let text = String::from_utf8(stdout).unwrap();
        for log in [&text, &String::from_utf8(stderr).unwrap()] {
            assert!(!log.contains("PMT_0123"), "content in the log: {log}");
        }
        text.lines()
            .map(|line| serde_json::from_str(line).expect("each line is JSON"))
            .collect()
    }
}

#[tokio::test]
async fn failures_leave_under_their_names_and_the_log_says_which_order() {
    let platform = Platform::start().await;
    let answer = platform.invoke("r-1", &json!({"action": "answer"})).await;
    assert!(answer.path.ends_with("/invocation/r-1/response"), "{answer:?}");
    assert_eq!(answer.body, json!({ "request": "r-1" }));

    let event = json!({"action": "other", "order": "woo/1001", "generation": 2, "token": "PMT_0123"});
    let refused = platform.invoke("r-2", &event).await;
    assert!(refused.path.ends_with("/invocation/r-2/error"), "{refused:?}");
    assert_eq!(refused.body["errorType"], "Refused");
    let failure: Failure = serde_json::from_str(refused.body["errorMessage"].as_str().unwrap()).unwrap();
    assert_eq!(
        (failure.name, failure.field.as_deref()),
        (FailureName::Refused, Some("action"))
    );

    let log = platform.log().await;
    let line = log
        .iter()
        .find(|line| line["error"] == "Refused")
        .expect("the failure is logged");
    assert_eq!(
        (
            &line["span"]["request"],
            &line["span"]["order"],
            &line["span"]["generation"]
        ),
        (&json!("r-2"), &json!("woo/1001"), &json!(2))
    );
    assert_eq!(line["span"]["trace"], "1-5759e988-bd862e3fe1be46a994272793");
}

#[tokio::test]
async fn metrics_are_lines_of_the_log_and_a_process_starts_cold_once() {
    let platform = Platform::start().await;
    for request in ["r-1", "r-2"] {
        platform.invoke(request, &json!({"action": "answer"})).await;
    }
    platform
        .invoke("r-3", &json!({"action": "other", "order": "woo/1001"}))
        .await;
    let log = platform.log().await;
    let of = |name: &str| -> Vec<&Value> { log.iter().filter(|line| line.get(name).is_some()).collect() };
    assert_eq!(of("ColdStarts").len(), 1, "{log:?}");
    assert_eq!(of("ColdStarts")[0]["Function"], "function");
    let steps: Vec<_> = of("StepMilliseconds")
        .iter()
        .map(|line| &line["request"])
        .collect();
    assert_eq!(steps, [&json!("r-1"), &json!("r-2"), &json!("r-3")]);
    let failures = of("Failures");
    assert_eq!(failures.len(), 1);
    assert_eq!(
        (&failures[0]["Name"], &failures[0]["order"], &failures[0]["trace"]),
        (
            &json!("Refused"),
            &json!("woo/1001"),
            &json!("1-5759e988-bd862e3fe1be46a994272793")
        )
    );
    let directive = &failures[0]["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "stack");
}

#[tokio::test]
async fn a_crash_ends_one_invocation_and_not_the_function() {
    let platform = Platform::start().await;
    let crashed = platform
        .invoke("r-1", &json!({"action": "crash", "token": "PMT_0123"}))
        .await;
    assert!(crashed.path.ends_with("/invocation/r-1/error"), "{crashed:?}");
    assert_eq!(
        crashed.body["errorType"], "OutcomeUnknown",
        "what it had begun may have happened"
    );
    assert!(!crashed.body.to_string().contains("PMT_0123"), "{crashed:?}");
    let answer = platform.invoke("r-2", &json!({"action": "answer"})).await;
    assert_eq!(answer.body, json!({ "request": "r-2" }));
    let log = platform.log().await;
    let line = log
        .iter()
        .find(|line| line["message"] == "crashed")
        .expect("the crash is logged");
    assert!(line["place"].as_str().unwrap().contains("function.rs:"), "{line}");
}
