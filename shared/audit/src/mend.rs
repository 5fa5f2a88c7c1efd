//! Going on where the chain is not as it was left: a head somebody has tampered with, rows where the next entries should
//! go. Neither must stop the trail, and both are found for ever.

use crate::{
    append::{Link, Recorder},
    chain::ChainId,
    change::Position,
    entry::{ENTRY, Entry, Row, Seal, Snapshot},
    head::{HEAD_PLACE, Head},
    store::{ENTRIES_MAX, StoreError},
};
use futures::{StreamExt, TryStreamExt, stream};

/// The fact of an entry that goes on where somebody had tampered with the chain. Verifying finds it for ever.
pub(crate) const MENDED: &str = "audit head mended";
/// Places that are looked at in one go.
const PLACES: usize = ENTRIES_MAX;
/// How many of them at a time.
const AT_A_TIME: usize = 16;
/// Pages of rows that are looked through from a chain's end for a genuine one.
const PAGES_MAX: usize = 50;

/// What the places behind a head hold.
#[derive(Debug, PartialEq, Eq)]
struct Places {
    /// So many are taken.
    taken: usize,
    /// So many behind those are free.
    free: usize,
}

impl Places {
    fn of(rows: &[Option<Row>]) -> Self {
        let taken = rows.iter().take_while(|row| row.is_some()).count();
        let free = rows[taken..].iter().take_while(|row| row.is_none()).count();
        Self { taken, free }
    }
}

impl Recorder {
    /// The head of a chain whose own cannot be believed: from the last genuine entry that is there. What was recorded of
    /// late is not known then, and may be recorded again.
    pub(crate) async fn made_anew(&self, chain: &ChainId) -> Result<Head, StoreError> {
        let mut head = Head::empty(chain, &self.keys);
        let mut from = None;
        for _ in 0..PAGES_MAX {
            let page = self.trail.last(chain, from).await?;
            for row in page.rows {
                let entry = Entry::number(&row.place).and_then(|seq| self.genuine(chain, seq, &row));
                if let Some(entry) = entry {
                    (head.seq, head.hash, head.expires_at_s) = (entry.seq, row.hash, entry.expires_at_s);
                    return Ok(head);
                }
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        // None of ours, or thousands that are not behind them: from the beginning then, wherever there is room.
        Ok(head)
    }

    /// The chain behind a head: past the places that are taken, with an entry that says so, as far as there is room.
    /// When there is none, the head alone goes on, so that the next look begins behind what was looked at.
    pub(crate) async fn step_past(
        &self,
        chain: &ChainId,
        mut head: Head,
        found: Option<&str>,
    ) -> Result<Link<'_>, StoreError> {
        let first = head.seq + 1;
        let looks = (first..).take(PLACES).map(|seq| self.trail.entry(chain, seq));
        let rows: Vec<Option<Row>> = stream::iter(looks).buffered(AT_A_TIME).try_collect().await?;
        let places = Places::of(&rows);
        for (seq, row) in (first..).zip(rows.iter().take(places.taken).flatten()) {
            head.seq = seq;
            // An older head was put back, and the chain is longer than it says. Nothing else in these rows is believed.
            if let Some(entry) = self.genuine(chain, seq, row) {
                row.hash.clone_into(&mut head.hash);
                head.expires_at_s = entry.expires_at_s;
            }
        }
        let mut link = Link::new(self, head, places.free);
        let found = found.or((places.taken > 0).then_some("not as it was left"));
        if let Some(found) = found.filter(|_| places.free > 0) {
            link.follow(|position| mended(found, position));
        }
        Ok(link)
    }

    fn genuine(&self, chain: &ChainId, seq: u64, row: &Row) -> Option<Entry> {
        let (entry, seal) = row.open::<Entry>(&self.keys, ENTRY);
        entry.filter(|entry| seal == Seal::Whole && entry.seq == seq && entry.chain == *chain)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_from_the_first_free_place_to_the_next_row() {
        let rows = |taken: &str| -> Vec<Option<Row>> {
            taken.chars().map(|c| (c == 'x').then(Row::default)).collect()
        };
        for (at, taken, free) in [
            ("....", 0, 4),
            ("x...", 1, 3),
            ("xx.x", 2, 1),
            ("..x.", 0, 2),
            ("xxxx", 4, 0),
        ] {
            assert_eq!(Places::of(&rows(at)), Places { taken, free }, "{at}");
        }
    }
}
