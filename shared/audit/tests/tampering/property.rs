//! Whatever is done to the rows of a chain without the key is found, and what was not touched is not accused.

use super::{Bench, rewritten};
use audit::{Entry, HEAD_PLACE, Row, verify};
use effects::Clock;
use proptest::prelude::*;
use std::{collections::BTreeSet, sync::LazyLock};

/// The rows of an untouched chain: six entries and the head.
static ROWS: LazyLock<(Bench, Vec<Row>)> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let bench = runtime.block_on(Bench::of_six());
    let rows = bench.memory.all();
    (bench, rows)
});

#[derive(Clone, Debug)]
enum Act {
    Remove(usize),
    FlipByte(usize, usize),
    Swap(usize, usize),
    Forge(usize, u64),
    Copy(usize, u64),
    FlipSeal(usize),
    ForgetAt(usize, i64),
}

fn act() -> impl Strategy<Value = Act> {
    let row = 0..7_usize;
    prop_oneof![
        row.clone().prop_map(Act::Remove),
        (row.clone(), any::<usize>()).prop_map(|(row, at)| Act::FlipByte(row, at)),
        (0..6_usize, 0..6_usize).prop_map(|(a, b)| Act::Swap(a, b)),
        (0..6_usize, 1..12_u64).prop_map(|(row, seq)| Act::Forge(row, seq)),
        (0..6_usize, 1..12_u64).prop_map(|(row, seq)| Act::Copy(row, seq)),
        row.clone().prop_map(Act::FlipSeal),
        (row, 0..2_000_000_000_i64).prop_map(|(row, at_s)| Act::ForgetAt(row, at_s)),
    ]
}

fn put(rows: &mut Vec<Row>, row: Row) {
    rows.retain(|there| there.place != row.place);
    rows.push(row);
}

fn flipped(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = at % bytes.len();
    bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
    String::from_utf8(bytes).unwrap()
}

fn tamper(rows: &mut Vec<Row>, whole: &[Row], act: &Act) {
    let there = |place: usize| whole[place].clone();
    match act {
        Act::Remove(row) => rows.retain(|there| there.place != whole[*row].place),
        Act::FlipByte(row, at) => {
            let body = flipped(&whole[*row].body, *at);
            put(rows, Row { body, ..there(*row) });
        }
        Act::Swap(a, b) => {
            let (place_a, place_b) = (there(*a).place, there(*b).place);
            put(
                rows,
                Row {
                    place: place_b,
                    ..there(*a)
                },
            );
            put(
                rows,
                Row {
                    place: place_a,
                    ..there(*b)
                },
            );
        }
        Act::Forge(row, seq) => {
            let to = |entry: &mut Entry| entry.seq = *seq;
            put(rows, rewritten(&whole[*row], to, "another key"));
        }
        Act::Copy(row, seq) => put(
            rows,
            Row {
                place: Entry::place(*seq),
                ..there(*row)
            },
        ),
        Act::FlipSeal(row) => {
            let seal = flipped(&whole[*row].seal, 0);
            put(rows, Row { seal, ..there(*row) });
        }
        Act::ForgetAt(row, at_s) => put(
            rows,
            Row {
                ttl_s: Some(*at_s),
                ..there(*row)
            },
        ),
    }
}

proptest! {
    #[test]
    fn every_tampering_is_found_and_nothing_untouched_is_accused(acts in prop::collection::vec(act(), 1..5)) {
        let (bench, whole) = &*ROWS;
        let mut rows = whole.clone();
        for act in &acts {
            tamper(&mut rows, whole, act);
        }
        let touched = |row: &&Row| !rows.contains(row);
        let mut wrong: BTreeSet<String> = whole.iter().filter(touched).map(|row| row.place.clone()).collect();
        wrong.extend(rows.iter().filter(|row| !whole.contains(row)).map(|row| row.place.clone()));
        let now_s = bench.world.clock.now().seconds().0;
        let report = verify(&bench.world.chain(), &rows, &bench.world.auditor.keys, now_s);
        let found: BTreeSet<String> = report.findings.iter().flat_map(|found| match (found.seq, &found.about) {
            (Some(seq), _) => (seq..=found.through.unwrap_or(seq)).map(Entry::place).collect(),
            (None, about) => vec![about.clone().unwrap()],
        }).collect();
        // Without its head nobody knows how long a chain was: what is missing at its end shows only in the table.
        let blind = wrong.contains(HEAD_PLACE);
        let last = rows.iter().filter(|row| whole.contains(row) && row.place != HEAD_PLACE).map(|row| row.place.clone()).max();
        let behind = |place: &String| blind && place != HEAD_PLACE && !rows.iter().any(|row| row.place == *place) && last.as_ref().is_none_or(|last| place > last);
        let expected: BTreeSet<String> = wrong.iter().filter(|place| !behind(place)).cloned().collect();
        // A chain of which nothing at all is left is none.
        prop_assert_eq!(if rows.is_empty() { BTreeSet::new() } else { expected }, found, "{:?}", acts);
    }
}
