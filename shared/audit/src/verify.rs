//! Is a chain whole? Pure: its rows, the keys, the time.

use crate::{
    chain::ChainId,
    entry::{ENTRY, Entry, Row, Seal},
    facts,
    finding::{Finding, Kind, LastWord, Report},
    head::{HEAD, HEAD_PLACE, Head},
    key::Keys,
    mend::MENDED,
};
use std::collections::BTreeSet;

/// Checks all rows of a chain against each other and the keys. `now_s`, Unix seconds, decides which gaps are only
/// entries whose time was over.
pub fn verify(chain: &ChainId, rows: &[Row], keys: &Keys, now_s: i64) -> Report {
    let mut walk = Walk {
        keys,
        now_s,
        next: 1,
        before: None,
        seen: Seen::default(),
        report: Report {
            chain: chain.clone(),
            entries: 0,
            expired: 0,
            pending: 0,
            findings: Vec::new(),
            last: Default::default(),
            unsure: Default::default(),
        },
    };
    let (entries, others): (Vec<_>, Vec<_>) = rows
        .iter()
        .map(|row| (Entry::number(&row.place), row))
        .partition(|(seq, _)| seq.is_some());
    let mut entries: Vec<(u64, Opened<'_>)> = entries
        .into_iter()
        .filter_map(|(seq, row)| Some((seq?, Opened::of(row, keys))))
        .collect();
    entries.sort_by_key(|(seq, _)| *seq);
    for (_, row) in others.iter().filter(|(_, row)| row.place != HEAD_PLACE) {
        walk.find(Finding::about(row.place.clone(), Kind::Inserted));
    }
    let head_row = others
        .iter()
        .map(|(_, row)| *row)
        .find(|row| row.place == HEAD_PLACE);
    let head = walk.head(head_row, &entries);
    // What counts as the chain's length: its head's word, or else its last genuine entry.
    let genuine = entries.iter().rev().find(|(seq, entry)| entry.is_at(chain, *seq));
    let end = genuine
        .map_or(0, |(seq, _)| *seq)
        .max(head.as_ref().map_or(0, |head| head.seq));
    for (seq, entry) in entries {
        walk.step(seq, entry, end);
    }
    walk.end(head);
    walk.report.findings.sort();
    walk.report
}

struct Opened<'a> {
    row: &'a Row,
    entry: Option<Entry>,
    seal: Seal,
}

impl<'a> Opened<'a> {
    fn of(row: &'a Row, keys: &Keys) -> Self {
        let (entry, seal) = row.open(keys, ENTRY);
        Self { row, entry, seal }
    }

    fn is_at(&self, chain: &ChainId, seq: u64) -> bool {
        self.seal == Seal::Whole
            && self
                .entry
                .as_ref()
                .is_some_and(|entry| entry.seq == seq && entry.chain == *chain)
    }
}

struct Walk<'a> {
    keys: &'a Keys,
    now_s: i64,
    /// The number that should come next.
    next: u64,
    /// The hash of the entry just before it, when that one is genuine.
    before: Option<String>,
    seen: Seen,
    report: Report,
}

/// The items of which every entry so far was genuine and there.
#[derive(Default)]
struct Seen {
    items: BTreeSet<String>,
    /// Whether an entry was missing, or not genuine.
    broken: bool,
}

impl Seen {
    fn break_off(&mut self) {
        self.items.clear();
        self.broken = true;
    }
}

impl Walk<'_> {
    fn find(&mut self, finding: Finding) {
        self.report.findings.push(finding);
    }

    /// The head, when it can be believed.
    fn head(&mut self, row: Option<&Row>, entries: &[(u64, Opened<'_>)]) -> Option<Head> {
        let chain = self.report.chain.clone();
        let head_is = |kind| Finding::about(HEAD_PLACE, kind);
        let Some(row) = row else {
            let over = entries
                .iter()
                .all(|(_, entry)| entry.entry.as_ref().is_some_and(|e| e.expires_at_s <= self.now_s));
            if !over {
                self.find(head_is(Kind::HeadMissing));
            }
            return None;
        };
        let (head, seal) = row.open::<Head>(self.keys, HEAD);
        let last = entries
            .iter()
            .rev()
            .find(|(seq, entry)| entry.is_at(&chain, *seq))
            .map_or(0, |(seq, _)| *seq);
        let wrong = match (seal, &head) {
            (Seal::Whole, Some(head)) if head.chain != chain => Some(Kind::HeadForged),
            (Seal::Whole, Some(head)) if head.seq < last => Some(Kind::HeadBehind),
            (Seal::Whole, Some(_)) => None,
            (Seal::Forged | Seal::UnknownKey, _) => Some(Kind::HeadForged),
            _ => Some(Kind::HeadChanged),
        };
        match wrong {
            None => head,
            Some(kind) => {
                self.find(head_is(kind));
                None
            }
        }
    }

    fn step(&mut self, seq: u64, opened: Opened<'_>, end: u64) {
        if seq > end {
            // Nothing genuine is behind it: whoever wrote it had no key.
            return self.find(Finding::entry(seq, Kind::Inserted));
        }
        let here = opened.is_at(&self.report.chain, seq);
        let Opened { row, entry, seal } = opened;
        let over = here
            && entry
                .as_ref()
                .is_some_and(|e| e.previous.expires_at_s <= self.now_s);
        self.gap(seq, over);
        self.next = seq + 1;
        let before = self.before.take();
        if here {
            let Some(entry) = entry else { return };
            let first = seq == 1 && !entry.previous.hash.is_empty();
            if first || before.is_some_and(|before| before != entry.previous.hash) {
                self.find(Finding::entry(seq, Kind::Unlinked));
            }
            self.before = Some(row.hash.clone());
            return self.take(entry);
        }
        self.seen.break_off();
        self.find(Finding::entry(
            seq,
            match seal {
                Seal::Whole => Kind::Moved,
                Seal::Changed => Kind::Changed,
                Seal::Forged => Kind::Forged,
                Seal::UnknownKey => Kind::UnknownKey,
            },
        ));
        if let Some(entry) = entry {
            self.report.unsure.insert(entry.item);
        }
    }

    /// Entries that are not there, up to `seq`: one finding, however many they are.
    fn gap(&mut self, seq: u64, over: bool) {
        if self.next >= seq {
            return;
        }
        self.before = None;
        self.seen.break_off();
        if over {
            self.report.expired += seq - self.next;
            return;
        }
        self.find(Finding::entries(self.next, seq - 1, Kind::Missing));
    }

    fn take(&mut self, entry: Entry) {
        self.report.entries += 1;
        if entry.fact == MENDED {
            // What was recorded of late was not known any more, and may come again.
            self.seen.break_off();
            return self.find(Finding::entry(entry.seq, Kind::HeadMended));
        }
        if self.skips(&entry) {
            self.find(Finding::entry(entry.seq, Kind::Skipped));
        }
        self.seen.items.insert(entry.item.clone());
        let last = LastWord {
            key: entry.key,
            after: entry.after,
        };
        self.report.unsure.remove(&entry.item);
        self.report.last.insert(entry.item, last);
    }

    /// Whether an item is not as its last entry left it.
    fn skips(&self, entry: &Entry) -> bool {
        if !facts::is_digested(&entry.item) {
            return false;
        }
        let last = self
            .report
            .last
            .get(&entry.item)
            .filter(|_| self.seen.items.contains(&entry.item));
        let Some(last) = last else {
            return !self.seen.broken && entry.before.is_some();
        };
        match (&last.after, &entry.before) {
            (Some(last), None) => !last.is_over(entry.at_ms.div_euclid(1000)),
            (Some(after), Some(before)) if last.key != entry.key => after.fields != before.fields,
            (after, before) => after != before,
        }
    }

    fn end(&mut self, head: Option<Head>) {
        let Some(head) = head else { return };
        self.gap(head.seq + 1, head.expires_at_s <= self.now_s);
        if self.before.as_ref().is_some_and(|hash| *hash != head.hash) {
            self.find(Finding::about(HEAD_PLACE, Kind::Unlinked));
        }
        self.next = head.seq + 1;
    }
}
