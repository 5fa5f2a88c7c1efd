//! Appending: every change once, in one step with the head, whoever else appends.

use crate::{
    chain::ChainId,
    change::{Change, Position},
    entry::{Entry, Previous, Row, Seal, Snapshot},
    head::{HEAD, HEAD_PLACE, Head},
    key::Keys,
    store::{Appended, ENTRIES_MAX, StoreError, Trail},
};
use effects::Clock;
use futures::{StreamExt, TryStreamExt, stream};
use std::sync::Arc;

/// The fact of an entry that goes on from a head somebody had tampered with. Verifying finds it for ever.
pub(crate) const MENDED: &str = "audit head mended";
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
        let mut taken = false;
        for _ in 0..ROUNDS_MAX {
            let seen = self.trail.head(chain).await?;
            let believed = seen.as_ref().map_or(Some(Head::empty(chain, &self.keys)), |row| {
                self.believe(chain, row)
            });
            let mut link = match believed.filter(|_| !taken) {
                Some(head) => Link::new(self, head),
                None => self.mend(chain, seen.as_ref()).await?,
            };
            let mended = link.rows.len();
            for (fact, change) in facts {
                if !link.head.knows(&change.id()) {
                    link.follow(|position| change.entry(fact.clone(), position));
                }
            }
            let new = link.rows.len() - mended;
            if new == 0 {
                return Ok(0);
            }
            let head = link.head.row(&self.keys);
            match self.trail.append(seen.as_ref(), &link.rows, &head).await? {
                Appended::Done => return Ok(new),
                Appended::Moved => taken = false,
                Appended::Taken => taken = true,
            }
        }
        Err(StoreError(format!("the chain {chain} keeps changing")))
    }

    /// The head in a row, when it is ours and of this chain.
    fn believe(&self, chain: &ChainId, row: &Row) -> Option<Head> {
        let (head, seal) = row.open::<Head>(&self.keys, HEAD);
        head.filter(|head| seal == Seal::Whole && head.chain == *chain)
    }

    /// A head that is not as we left it must not stop the trail: it goes on from the last entry that is there, and says
    /// so. What was recorded of late is not known then, and may be recorded again.
    async fn mend(&self, chain: &ChainId, seen: Option<&Row>) -> Result<Link<'_>, StoreError> {
        let last = self.trail.last(chain).await?;
        let entry = last.as_ref().and_then(Entry::of);
        let mut head = seen
            .and_then(|row| self.believe(chain, row))
            .unwrap_or_else(|| Head::empty(chain, &self.keys));
        head.seq = last
            .as_ref()
            .and_then(|row| row.place.parse().ok())
            .unwrap_or_default();
        head.hash = last.map(|row| row.hash).unwrap_or_default();
        head.expires_at_s = entry.map_or(0, |entry| entry.expires_at_s);
        let found = if seen.is_some() {
            "not as it was left"
        } else {
            "missing"
        };
        let mut link = Link::new(self, head);
        link.follow(|position| mended(found, position));
        Ok(link)
    }
}

/// Entries that follow each other, and the head behind the last one.
struct Link<'a> {
    recorder: &'a Recorder,
    head: Head,
    rows: Vec<Row>,
    now_ms: i64,
}

impl<'a> Link<'a> {
    fn new(recorder: &'a Recorder, head: Head) -> Self {
        Self {
            recorder,
            head,
            rows: Vec::new(),
            now_ms: recorder.clock.now().0,
        }
    }

    fn follow(&mut self, entry: impl FnOnce(Position<'_>) -> Entry) {
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

fn mended(found: &str, position: Position<'_>) -> Entry {
    let before = Snapshot {
        fields: [("head".to_owned(), found.into())].into(),
        digest: None,
    };
    Entry {
        schema: 1,
        chain: position.chain.clone(),
        seq: position.seq,
        at_ms: position.now_ms,
        recorded_at_ms: position.now_ms,
        by: "audit".to_owned(),
        person: None,
        request: None,
        trace: None,
        sent_as: None,
        execution: None,
        fact: MENDED.to_owned(),
        item: HEAD_PLACE.to_owned(),
        before: Some(before),
        after: None,
        event: String::new(),
        expires_at_s: position.expires_at_s,
        previous: position.previous,
        key: position.keys.current().to_owned(),
    }
}
