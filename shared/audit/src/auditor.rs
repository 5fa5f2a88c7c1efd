//! Reading the trail: show, verify, export. For people and their tools; it writes nothing.

use crate::{
    chain::ChainId,
    cross_check::cross_check,
    entry::{Entry, Row},
    facts::chain_of,
    finding::{Finding, Kind, Report},
    head::HEAD_PLACE,
    image::Image,
    key::{Keys, sha256},
    source::Source,
    store::{StoreError, Trail},
    verify::verify,
};
use effects::Clock;
use serde::Serialize;
use std::{collections::BTreeSet, sync::Arc};

/// How often a chain is read again because it grew meanwhile.
const ROUNDS_MAX: u32 = 5;
/// Effects of one run of which a chain should speak when they are there.
const EFFECTS: [&str; 7] = [
    "authorize",
    "capture",
    "void",
    "refund",
    "write-order",
    "write-invoice",
    "cancel-order",
];

/// Reads the trail.
#[derive(Clone)]
pub struct Auditor {
    /// The trail.
    pub trail: Arc<dyn Trail>,
    /// The items it speaks of.
    pub source: Arc<dyn Source>,
    /// The keys of its seals.
    pub keys: Keys,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How long entries are kept, seconds.
    pub keep_s: i64,
}

/// What verifying everything came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// Chains.
    pub chains: u64,
    /// Genuine entries.
    pub entries: u64,
    /// Items of the table that were compared.
    pub items: u64,
    /// Chains with findings.
    pub broken: u64,
    /// Findings in all, those below included.
    pub findings: u64,
    /// Items of which no chain speaks at all, by chain they should be in.
    pub unrecorded: Vec<(ChainId, Finding)>,
}

impl Auditor {
    /// The entries of a chain, in order, whatever their seals say: [`Auditor::verify`] tells that. Rows that cannot be
    /// read are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn entries(&self, chain: &ChainId) -> Result<Vec<Entry>, StoreError> {
        let rows = self.rows(chain).await?;
        Ok(rows
            .iter()
            .filter(|row| row.place != HEAD_PLACE)
            .filter_map(Entry::of)
            .collect())
    }

    /// Verifies one chain: its seals and links, and the table's items against its last word on each.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn verify(&self, chain: &ChainId) -> Result<Report, StoreError> {
        let mut report = verify(chain, &self.stable_rows(chain).await?, &self.keys, self.now_s());
        let items = self.items_of(&report).await?;
        cross_check(&mut report, &items, &self.keys, self.clock.now().0, self.keep_s);
        Ok(report)
    }

    /// Verifies every chain, and looks at every item of the table for those no chain speaks of. `each` hears of a chain
    /// as soon as it is done. Reads both tables once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn verify_all(&self, mut each: impl FnMut(&Report)) -> Result<Overview, StoreError> {
        let mut overview = Overview::default();
        let mut spoken_of = BTreeSet::new();
        let mut chains = Chains::new(self);
        while let Some((chain, rows)) = chains.next().await? {
            let mut report = verify(&chain, &rows, &self.keys, self.now_s());
            if report.is_whole() {
                let items = self.source.get(&owned(report.items())).await?;
                cross_check(&mut report, &items, &self.keys, self.clock.now().0, self.keep_s);
            }
            if !report.is_whole() {
                // It may only have grown while it was read.
                report = self.verify(&chain).await?;
            }
            spoken_of.extend(report.items().map(short));
            overview.count(&report);
            each(&report);
        }
        let mut from = None;
        loop {
            let (items, next) = self.source.scan(from).await?;
            for item in &items {
                self.look_for(item, &spoken_of, &mut overview).await?;
            }
            from = next;
            if from.is_none() {
                return Ok(overview);
            }
        }
    }

    /// The rows of a chain as JSON lines, seals and head included: what [`verify`] can be run on anywhere.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn export(&self, chain: &ChainId) -> Result<Vec<String>, StoreError> {
        Ok(self.stable_rows(chain).await?.iter().map(line).collect())
    }

    /// The rows of all chains as JSON lines.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn export_all(&self, mut each: impl FnMut(String)) -> Result<(), StoreError> {
        let mut chains = Chains::new(self);
        while let Some((_, rows)) = chains.next().await? {
            rows.iter().map(line).for_each(&mut each);
        }
        Ok(())
    }

    async fn look_for(
        &self,
        item: &Image,
        spoken_of: &BTreeSet<u64>,
        overview: &mut Overview,
    ) -> Result<(), StoreError> {
        let plain = item.plain();
        let Some((pk, chain)) = item.pk().and_then(|pk| Some((pk, chain_of(pk, Some(&plain))?))) else {
            return Ok(());
        };
        overview.items += 1;
        if spoken_of.contains(&short(pk)) {
            return Ok(());
        }
        // Recorded since its chain was read, not recorded yet, or never.
        let mut report = verify(&chain, &self.stable_rows(&chain).await?, &self.keys, self.now_s());
        report.findings.clear();
        cross_check(
            &mut report,
            std::slice::from_ref(item),
            &self.keys,
            self.clock.now().0,
            self.keep_s,
        );
        let about =
            |finding: &Finding| finding.kind == Kind::Unrecorded && finding.about.as_deref() == Some(pk);
        for finding in report.findings.into_iter().filter(about) {
            overview.findings += 1;
            overview.unrecorded.push((chain.clone(), finding));
        }
        Ok(())
    }

    /// The items a chain speaks of, and those it should speak of.
    async fn items_of(&self, report: &Report) -> Result<Vec<Image>, StoreError> {
        let mut keys: BTreeSet<String> = report.items().map(str::to_owned).collect();
        match report.chain.of_order() {
            Some(order) => {
                let pk = format!("order/{order}");
                let there = self.source.get(std::slice::from_ref(&pk)).await?;
                let plain = there.first().map(Image::plain).unwrap_or_default();
                let runs = plain
                    .pointer("/body/generation")
                    .and_then(|n| n.as_u64())
                    .unwrap_or(1);
                let effects =
                    (1..=runs).flat_map(|run| EFFECTS.map(|kind| format!("effect/{kind}/{order}/{run}")));
                keys.extend(effects.chain([pk]));
            }
            None => {
                let name = report.chain.as_str().trim_start_matches("system/");
                keys.insert(format!("breaker/{name}"));
            }
        }
        self.source.get(&keys.into_iter().collect::<Vec<_>>()).await
    }

    async fn rows(&self, chain: &ChainId) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        let mut from = None;
        loop {
            let page = self.trail.rows(chain, from).await?;
            rows.extend(page.rows);
            from = page.next;
            if from.is_none() {
                return Ok(rows);
            }
        }
    }

    /// The rows of a chain, none of them newer than its head.
    async fn stable_rows(&self, chain: &ChainId) -> Result<Vec<Row>, StoreError> {
        let mut before = self.trail.head(chain).await?;
        for _ in 0..ROUNDS_MAX {
            let rows = self.rows(chain).await?;
            let after = self.trail.head(chain).await?;
            if before == after {
                return Ok(rows);
            }
            before = after;
        }
        Err(StoreError(format!("the chain {chain} keeps growing")))
    }

    fn now_s(&self) -> i64 {
        self.clock.now().seconds().0
    }
}

impl Overview {
    fn count(&mut self, report: &Report) {
        self.chains += 1;
        self.entries += report.entries;
        self.findings += report.findings.len() as u64;
        self.broken += u64::from(!report.is_whole());
    }
}

/// All chains, one after the other, each with its rows.
struct Chains<'a> {
    auditor: &'a Auditor,
    rows: std::collections::VecDeque<Row>,
    from: Option<crate::store::Cursor>,
    over: bool,
}

impl<'a> Chains<'a> {
    fn new(auditor: &'a Auditor) -> Self {
        Self {
            auditor,
            rows: Default::default(),
            from: None,
            over: false,
        }
    }

    async fn next(&mut self) -> Result<Option<(ChainId, Vec<Row>)>, StoreError> {
        // A chain is read to its end when a row of the next one is there.
        while !self.over && self.rows.front().map(|row| &row.chain) == self.rows.back().map(|row| &row.chain)
        {
            let page = self.auditor.trail.scan(self.from.take()).await?;
            self.rows.extend(page.rows);
            self.over = page.next.is_none();
            self.from = page.next;
        }
        let Some(chain) = self.rows.front().map(|row| ChainId::stored(&row.chain)) else {
            return Ok(None);
        };
        let length = self
            .rows
            .iter()
            .take_while(|row| row.chain == chain.as_str())
            .count();
        Ok(Some((chain, self.rows.drain(..length).collect())))
    }
}

/// Enough of a hash to tell millions of keys apart, in eight bytes each.
fn short(pk: &str) -> u64 {
    u64::from_str_radix(&sha256(pk)[..16], 16).unwrap_or_default()
}

fn owned<'a>(keys: impl Iterator<Item = &'a str>) -> Vec<String> {
    keys.map(str::to_owned).collect()
}

fn line(row: &Row) -> String {
    serde_json::to_string(row).unwrap_or_default()
}
