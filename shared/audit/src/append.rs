//! Appending: every change once, in one step with the head, whoever else appends.

use crate::{
    chain::ChainId,
    change::{Change, Position},
    entry::{Entry, Previous, Row, Seal},
    head::{HEAD, Head},
    key::Keys,
    store::{Appended, ENTRIES_MAX, StoreError, Trail},
};
use effects::Clock;
use futures::{StreamExt, TryStreamExt, stream};
use std::sync::Arc;

/// How often appending starts over because somebody else was faster. Each time somebody got on.
const ROUNDS_MAX: u32 = 12;
/// Chains appended to at a time.
const AT_A_TIME: usize = 8;

/// What became of changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Entries appended.
    pub appended: usize,
    /// Changes that were recorded before.
    pub known: usize,
    /// Changes that are no facts.
    pub no_fact: usize,
}

/// Appends to chains.
#[derive(Clone)]
pub struct Recorder {
    /// The trail.
    pub trail: Arc<dyn Trail>,
    /// The keys of the seals.
    pub keys: Keys,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How long entries are kept, seconds.
    pub keep_s: i64,
}

/// A fact that belongs into a chain.
type Fact<'a> = (String, &'a Change);

impl Recorder {
    /// Records changes: an entry for each that is a fact, in the order they came, none of them twice.
    ///
    /// # Errors
    /// [`StoreError`]; some may be recorded. The same changes may be given again.
    pub async fn record(&self, changes: &[Change]) -> Result<Recorded, StoreError> {
        let mut chains: Vec<(ChainId, Vec<Fact<'_>>)> = Vec::new();
        let mut done = Recorded::default();
        for change in changes {
            let Some((chain, fact)) = change.fact() else {
                done.no_fact += 1;
                continue;
            };
            match chains.iter_mut().find(|(known, _)| *known == chain) {
                Some((_, facts)) => facts.push((fact, change)),
                None => chains.push((chain, vec![(fact, change)])),
            }
        }
        let appending = stream::iter(chains.iter().map(|(chain, facts)| self.append_all(chain, facts)));
        let appended: Vec<usize> = appending.buffer_unordered(AT_A_TIME).try_collect().await?;
        done.appended = appended.iter().sum();
        done.known = changes.len() - done.no_fact - done.appended;
        Ok(done)
    }

    async fn append_all(&self, chain: &ChainId, facts: &[Fact<'_>]) -> Result<usize, StoreError> {
        let mut appended = 0;
        for facts in facts.chunks(ENTRIES_MAX - 1) {
            appended += self.append(chain, facts).await?;
        }
        Ok(appended)
    }

    async fn append(&self, chain: &ChainId, facts: &[Fact<'_>]) -> Result<usize, StoreError> {
        let (mut appended, mut taken, mut wrong) = (0, false, None);
        for _ in 0..ROUNDS_MAX {
            let seen = self.trail.head(chain).await?;
            let believed = match &seen {
                None => Some(Head::empty(chain, &self.keys)),
                Some(row) => self.believe(chain, row),
            };
            let is_there = seen.is_some();
            let mut link = match believed {
                Some(head) if !taken => Link::new(self, head, ENTRIES_MAX),
                Some(head) if is_there => self.step_past(chain, head, wrong).await?,
                _ => {
                    wrong = Some(if is_there { "not as it was left" } else { "missing" });
                    self.step_past(chain, self.made_anew(chain).await?, wrong).await?
                }
            };
            let mended = link.rows.len();
            let is_left = link.take(facts);
            let new = link.rows.len() - mended;
            if new == 0 && !is_left {
                return Ok(appended);
            }
            let head = link.head.row(&self.keys);
            match self.trail.append(seen.as_ref(), &link.rows, &head).await? {
                Appended::Done => {
                    appended += new;
                    if !is_left {
                        return Ok(appended);
                    }
                    wrong = wrong.filter(|_| mended == 0);
                    taken = true;
                }
                Appended::Moved => taken = false,
                Appended::Taken => taken = true,
            }
        }
        // Nothing is lost: what is stored by now is known, and the next attempt goes on behind it.
        Err(StoreError(format!("the chain {chain} keeps changing")))
    }

    /// The head in a row, when it is ours and of this chain.
    fn believe(&self, chain: &ChainId, row: &Row) -> Option<Head> {
        let (head, seal) = row.open::<Head>(&self.keys, HEAD);
        head.filter(|head| seal == Seal::Whole && head.chain == *chain)
    }
}

/// Entries that follow each other, and the head behind the last one.
pub(crate) struct Link<'a> {
    recorder: &'a Recorder,
    head: Head,
    rows: Vec<Row>,
    rows_max: usize,
    now_ms: i64,
}

impl<'a> Link<'a> {
    /// Behind that head there are so many places.
    pub(crate) fn new(recorder: &'a Recorder, head: Head, rows_max: usize) -> Self {
        Self {
            recorder,
            head,
            rows: Vec::new(),
            rows_max,
            now_ms: recorder.clock.now().0,
        }
    }

    /// Takes the facts that are not known yet, as far as there is room. Whether some are left.
    fn take(&mut self, facts: &[Fact<'_>]) -> bool {
        for (fact, change) in facts {
            if self.head.knows(&change.id()) {
                continue;
            }
            if self.rows.len() >= self.rows_max {
                return true;
            }
            self.follow(|position| change.entry(fact.clone(), position));
        }
        false
    }

    pub(crate) fn follow(&mut self, entry: impl FnOnce(Position<'_>) -> Entry) {
        let now_s = self.now_ms.div_euclid(1000);
        let entry = entry(Position {
            chain: &self.head.chain,
            seq: self.head.seq + 1,
            previous: Previous {
                hash: self.head.hash.clone(),
                expires_at_s: self.head.expires_at_s,
            },
            now_ms: self.now_ms,
            // No entry goes before those it follows, even when the retention was made shorter meanwhile.
            expires_at_s: now_s
                .saturating_add(self.recorder.keep_s)
                .max(self.head.expires_at_s),
            keys: &self.recorder.keys,
        });
        let row = entry.row(&self.recorder.keys);
        self.head.follow(&entry, &row.hash, now_s);
        self.rows.push(row);
    }
}
