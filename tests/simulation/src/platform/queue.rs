//! SQS: at least once, in any order, or first in first out; hidden while somebody has it; to the dead letters when it
//! was received too often.

use crate::{
    fault::Kind,
    set_up::{QueueSetUp, RETENTION_S},
    time::WorldClock,
};
use effects::Clock;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// How long a FIFO queue remembers a message's id.
const DEDUP_MS: i64 = 5 * 60_000;

/// A message as it was received.
#[derive(Clone, Debug)]
pub struct Received {
    /// The queue's id of it.
    pub id: String,
    /// What it is deleted or given back by.
    pub receipt: String,
    /// What it says.
    pub body: String,
    /// Its group.
    pub group: Option<String>,
    /// How often it was received, this time included.
    pub receives: u32,
}

#[derive(Clone, Debug)]
struct Kept {
    id: String,
    body: String,
    group: Option<String>,
    sent_at: i64,
    visible_at: i64,
    receives: u32,
    /// Which copy: a message may be there twice.
    copy: u64,
}

#[derive(Default)]
struct State {
    messages: Vec<Kept>,
    dedup: Vec<(String, i64)>,
    next: u64,
    lost: u64,
}

/// Decides what goes wrong with messages.
pub trait Luck: Send + Sync {
    /// Whether a kind of fault happens now; it is counted.
    fn strikes(&self, kind: Kind) -> bool;

    /// A number of `from..=to`.
    fn between(&self, from: i64, to: i64) -> i64;
}

/// A queue.
pub struct QueueTwin {
    set_up: QueueSetUp,
    clock: WorldClock,
    luck: Arc<dyn Luck>,
    dead: Option<Arc<QueueTwin>>,
    state: Mutex<State>,
    /// Something may have become visible earlier than expected.
    pub changed: Notify,
}

impl QueueTwin {
    /// An empty queue.
    pub fn new(set_up: QueueSetUp, clock: WorldClock, luck: Arc<dyn Luck>, dead: Option<Arc<Self>>) -> Self {
        Self {
            set_up,
            clock,
            luck,
            dead,
            state: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.set_up.name
    }

    /// Takes a message.
    pub fn send(&self, body: &str, group: Option<String>, dedup: Option<String>) {
        let now = self.clock.now().0;
        let mut state = self.state();
        if self.set_up.is_fifo()
            && let Some(dedup) = dedup
        {
            state.dedup.retain(|(_, until)| now < *until);
            if state.dedup.iter().any(|(known, _)| *known == dedup) {
                return;
            }
            state.dedup.push((dedup, now + DEDUP_MS));
        }
        state.next += 1;
        let id = format!("{}-{}", self.set_up.name, state.next);
        let late_ms = match self.luck.strikes(Kind::MessageLate) {
            true => self.luck.between(1_000, 1_800_000),
            false => 0,
        };
        let message = Kept {
            id,
            body: body.to_owned(),
            group,
            sent_at: now,
            visible_at: now + late_ms,
            receives: 0,
            copy: 0,
        };
        if !self.set_up.is_fifo() && self.luck.strikes(Kind::MessageTwice) {
            let again_ms = self.luck.between(0, 900_000);
            state.messages.push(Kept {
                visible_at: now + again_ms,
                copy: 1,
                ..message.clone()
            });
        }
        state.messages.push(message);
        drop(state);
        self.changed.notify_one();
    }

    /// Hands out at most `most` messages, hidden from now on.
    pub fn receive(&self, most: usize) -> Vec<Received> {
        let now = self.clock.now().0;
        let mut state = self.state();
        let mut received = Vec::new();
        let before = state.messages.len();
        state
            .messages
            .retain(|message| now < message.sent_at + RETENTION_S * 1000);
        state.lost += (before - state.messages.len()) as u64;
        let reordered = !self.set_up.is_fifo() && self.luck.strikes(Kind::Reordered);
        if reordered && state.messages.len() > 1 {
            let place = usize::try_from(self.luck.between(1, 1000)).unwrap_or(1) % state.messages.len();
            state.messages.rotate_left(place);
        }
        // Of a FIFO group nothing is handed out while something earlier of it is hidden.
        let mut blocked: BTreeSet<String> = BTreeSet::new();
        let mut dead = Vec::new();
        for place in 0..state.messages.len() {
            if received.len() >= most {
                break;
            }
            let message = &mut state.messages[place];
            let group = message.group.clone().filter(|_| self.set_up.is_fifo());
            if group.as_ref().is_some_and(|group| blocked.contains(group)) {
                continue;
            }
            if now < message.visible_at {
                blocked.extend(group);
                continue;
            }
            message.receives += 1;
            if self
                .set_up
                .dead_letters
                .is_some_and(|(_, most)| message.receives > most)
            {
                dead.push(place);
                continue;
            }
            message.visible_at = now + i64::from(self.set_up.visibility_s) * 1000;
            received.push(Received {
                id: message.id.clone(),
                receipt: receipt(message),
                body: message.body.clone(),
                group: message.group.clone(),
                receives: message.receives,
            });
        }
        for place in dead.into_iter().rev() {
            let message = state.messages.remove(place);
            match &self.dead {
                Some(queue) => queue.send(&message.body, message.group, Some(message.id)),
                None => state.lost += 1,
            }
        }
        received
    }

    /// Deletes a message by the receipt it was last received under.
    pub fn delete(&self, wanted: &str) {
        self.state().messages.retain(|message| receipt(message) != wanted);
        self.changed.notify_one();
    }

    /// Hides a message for that long from now.
    pub fn hide(&self, wanted: &str, ms: i64) {
        let now = self.clock.now().0;
        if let Some(message) = self
            .state()
            .messages
            .iter_mut()
            .find(|message| receipt(message) == wanted)
        {
            message.visible_at = now + ms;
        }
        self.changed.notify_one();
    }

    /// When the next message can be received; nothing while there is none.
    pub fn next_at(&self) -> Option<i64> {
        let state = self.state();
        let mut blocked = BTreeSet::new();
        let mut next: Option<i64> = None;
        for message in &state.messages {
            let group = message.group.as_ref().filter(|_| self.set_up.is_fifo());
            if group.is_some_and(|group| blocked.contains(group)) {
                continue;
            }
            blocked.extend(group);
            next = Some(next.map_or(message.visible_at, |next| next.min(message.visible_at)));
        }
        next
    }

    /// How many messages there are, received or not.
    pub fn present(&self) -> usize {
        self.state().messages.len()
    }

    /// How many were lost because nobody took them.
    pub fn lost(&self) -> u64 {
        self.state().lost
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn receipt(message: &Kept) -> String {
    format!("{}.{}#{}", message.id, message.copy, message.receives)
}
