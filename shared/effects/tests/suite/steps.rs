//! Runs attempts step by step: a step is one call to the store or to the other system.

use super::remote::OtherSystem;
use async_trait::async_trait;
use effects::{
    EffectId, OpenEffect, Past, Record, Remote, RequestId, Resolution, Seen, Sent, State, Store, StoreError,
    UnixMillis, Written,
};
use std::{future::Future, sync::Arc};
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinHandle,
};

/// Where an attempt waits before each of its steps.
pub struct Gate {
    arrive: mpsc::UnboundedSender<()>,
    go: Mutex<mpsc::UnboundedReceiver<()>>,
}

impl Gate {
    async fn pass(&self) {
        let _ = self.arrive.send(());
        self.go.lock().await.recv().await;
    }
}

/// An attempt that moves when it is told to.
pub struct Actor<T> {
    arrivals: mpsc::UnboundedReceiver<()>,
    go: mpsc::UnboundedSender<()>,
    task: JoinHandle<T>,
    pub steps: usize,
    pub finished: bool,
}

impl<T: Send + 'static> Actor<T> {
    /// Starts an attempt; it waits before its first step.
    pub async fn start<F>(attempt: impl FnOnce(Arc<Gate>) -> F) -> Self
    where
        F: Future<Output = T> + Send + 'static,
    {
        let (arrive, arrivals) = mpsc::unbounded_channel();
        let (go, gone) = mpsc::unbounded_channel();
        let task = tokio::spawn(attempt(Arc::new(Gate {
            arrive,
            go: Mutex::new(gone),
        })));
        let mut actor = Self {
            arrivals,
            go,
            task,
            steps: 0,
            finished: false,
        };
        actor.arrived().await;
        actor
    }

    /// Lets it take one step.
    pub async fn step(&mut self) {
        self.steps += 1;
        let _ = self.go.send(());
        self.arrived().await;
    }

    /// What it came to; nothing when it was killed on the way.
    pub async fn result(self) -> Option<T> {
        if !self.finished {
            self.task.abort();
        }
        match self.task.await {
            Ok(result) => Some(result),
            Err(error) => {
                assert!(error.is_cancelled(), "an attempt panicked: {error}");
                None
            }
        }
    }

    /// Waits until it stands before its next step or has ended: then its gate is gone.
    async fn arrived(&mut self) {
        self.finished = self.arrivals.recv().await.is_none();
    }
}

/// The states a record went through, write by write.
pub type History = Arc<std::sync::Mutex<Vec<State>>>;

pub struct GatedStore {
    pub store: Arc<dyn Store>,
    pub gate: Arc<Gate>,
    pub history: History,
}

impl GatedStore {
    fn note(&self, record: &Record, written: &Result<Written, StoreError>) {
        if *written == Ok(Written::Done) {
            self.history.lock().unwrap().push(record.state);
        }
    }
}

#[async_trait]
impl Store for GatedStore {
    async fn create(&self, record: &Record) -> Result<Written, StoreError> {
        self.gate.pass().await;
        let written = self.store.create(record).await;
        self.note(record, &written);
        written
    }

    async fn replace(&self, seen: &Seen, record: &Record) -> Result<Written, StoreError> {
        self.gate.pass().await;
        let written = self.store.replace(seen, record).await;
        self.note(record, &written);
        written
    }

    async fn load(&self, effect: &EffectId) -> Result<Option<Record>, StoreError> {
        self.gate.pass().await;
        self.store.load(effect).await
    }

    async fn open(&self, created_before: UnixMillis, limit: usize) -> Result<Vec<OpenEffect>, StoreError> {
        self.gate.pass().await;
        self.store.open(created_before, limit).await
    }
}

pub struct GatedRemote(pub Arc<OtherSystem>, pub Arc<Gate>);

#[async_trait]
impl Remote for GatedRemote {
    async fn resolve(&self, past: &Past) -> Resolution {
        self.1.pass().await;
        self.0.resolve(past).await
    }

    async fn send(&self, id: &RequestId) -> Sent {
        self.1.pass().await;
        self.0.send(id).await
    }
}

/// Walks through every sequence of choices, one sequence a round.
#[derive(Default)]
pub struct Choices {
    path: Vec<(usize, usize)>,
    at: usize,
}

impl Choices {
    /// The choice of this round among so many.
    pub fn choose(&mut self, options: usize) -> usize {
        if self.at == self.path.len() {
            self.path.push((0, options));
        }
        let (chosen, known) = self.path[self.at];
        assert_eq!(known, options, "a replayed round takes the same way");
        self.at += 1;
        chosen
    }

    /// Goes to the next sequence. Whether there is one.
    pub fn next_round(&mut self) -> bool {
        self.at = 0;
        while let Some((chosen, options)) = self.path.pop() {
            if chosen + 1 < options {
                self.path.push((chosen + 1, options));
                return true;
            }
        }
        false
    }

    /// The choices of this round, to tell which one failed.
    pub fn shown(&self) -> Vec<usize> {
        self.path.iter().map(|(chosen, _)| *chosen).collect()
    }
}
