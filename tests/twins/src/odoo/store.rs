//! Records by model, external ids, sequences, and the transaction that a call is.

use super::{
    cell::Cell,
    errors::{Answered, unknown},
    schema::{self, Kind},
};
use effects::UnixMillis;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub(super) type Row = BTreeMap<&'static str, Cell>;

/// A model and a field of it.
type Place = (&'static str, &'static str);

/// The database.
#[derive(Clone, Default)]
pub(super) struct Store {
    tables: BTreeMap<&'static str, BTreeMap<i64, Arc<Row>>>,
    /// Who points to a record, by field.
    pointers: BTreeMap<Place, BTreeMap<i64, BTreeSet<i64>>>,
    external_ids: BTreeMap<String, (&'static str, i64)>,
    /// The same the other way round.
    names: BTreeMap<(&'static str, i64), String>,
    /// PostgreSQL's sequences: what was drawn is gone, rolled back or not.
    sequences: BTreeMap<&'static str, i64>,
    undo: Vec<Undo>,
    /// How often something was written, taken back or not.
    pub(super) writes: u64,
    /// A setting of Odoo's sales: confirmed orders are locked.
    pub(super) lock_confirmed: bool,
    /// Whether the bot has the right to make products.
    pub(super) bot_makes_products: bool,
    /// When the call began.
    pub(super) now: Option<UnixMillis>,
}

#[derive(Clone)]
enum Undo {
    Row(&'static str, i64, Option<Arc<Row>>),
    ExternalId(String, Option<(&'static str, i64)>),
}

impl Store {
    /// Keeps what was done since the last commit.
    pub(super) fn commit(&mut self) {
        self.undo.clear();
    }

    /// Takes back what was done since the last commit.
    pub(super) fn roll_back(&mut self) {
        while let Some(undo) = self.undo.pop() {
            match undo {
                Undo::Row(model, id, row) => drop(self.exchange(model, id, row)),
                Undo::ExternalId(name, target) => drop(self.rename(name, target)),
            }
        }
    }

    /// Lets sequences begin where they are told.
    pub(super) fn begin_at(&mut self, starts: &[(&'static str, i64)]) {
        self.sequences.extend(starts.iter().copied());
    }

    /// The next value of a sequence.
    pub(super) fn draw(&mut self, sequence: &'static str) -> i64 {
        let next = self.sequences.entry(sequence).or_insert(1);
        *next += 1;
        *next - 1
    }

    pub(super) fn exists(&self, model: &str, id: i64) -> bool {
        self.tables
            .get(model)
            .is_some_and(|table| table.contains_key(&id))
    }

    /// The ids of a model's records, oldest first.
    pub(super) fn ids(&self, model: &str) -> Vec<i64> {
        self.tables
            .get(model)
            .map(|table| table.keys().copied().collect())
            .unwrap_or_default()
    }

    /// What stands in a field, computed or stored. The field must be of the schema.
    pub(super) fn cell(&self, model: &'static str, id: i64, field: &str) -> Cell {
        match schema::field(model, field) {
            Ok(field) => match (field.computed, field.kind) {
                (Some(compute), _) => compute(self, id),
                (None, Kind::Back(from, by)) => Cell::Many(self.pointing(from, by, id)),
                (None, _) => self.stored(model, id, field.name),
            },
            Err(_) => Cell::Empty,
        }
    }

    fn stored(&self, model: &str, id: i64, field: &str) -> Cell {
        let row = self.tables.get(model).and_then(|table| table.get(&id));
        row.and_then(|row| row.get(field)).cloned().unwrap_or_default()
    }

    /// The records of a model that point to a record by a field.
    pub(super) fn pointing(&self, model: &'static str, field: &'static str, to: i64) -> Vec<i64> {
        self.pointers
            .get(&(model, field))
            .and_then(|targets| targets.get(&to))
            .map(|sources| sources.iter().copied().collect())
            .unwrap_or_default()
    }

    /// The first record of a model with that in that field.
    pub(super) fn find(&self, model: &'static str, field: &str, wanted: &Cell) -> Option<i64> {
        self.ids(model)
            .into_iter()
            .find(|id| self.cell(model, *id, field) == *wanted)
    }

    /// A new record.
    pub(super) fn insert(
        &mut self,
        model: &'static str,
        cells: impl IntoIterator<Item = (&'static str, Cell)>,
    ) -> i64 {
        let id = self.draw(model);
        self.put(model, id, Some(cells.into_iter().collect()));
        id
    }

    /// Sets a stored field.
    pub(super) fn set(&mut self, model: &'static str, id: i64, field: &'static str, cell: Cell) {
        self.update(model, id, [(field, cell)]);
    }

    /// Sets stored fields.
    pub(super) fn update(
        &mut self,
        model: &'static str,
        id: i64,
        cells: impl IntoIterator<Item = (&'static str, Cell)>,
    ) {
        let row = self.tables.get(model).and_then(|table| table.get(&id));
        let mut row = row.map(|row| Row::clone(row)).unwrap_or_default();
        row.extend(cells);
        self.put(model, id, Some(row));
    }

    /// Removes a record and its external id.
    pub(super) fn remove(&mut self, model: &'static str, id: i64) {
        self.put(model, id, None);
        if let Some(name) = self.names.get(&(model, id)).cloned() {
            let before = self.rename(name.clone(), None);
            self.undo.push(Undo::ExternalId(name, before));
        }
    }

    /// The record of an external id.
    pub(super) fn by_external_id(&self, name: &str) -> Option<(&'static str, i64)> {
        self.external_ids.get(name).copied()
    }

    /// The external id of a record.
    pub(super) fn external_id(&self, model: &'static str, id: i64) -> Option<&str> {
        self.names.get(&(model, id)).map(String::as_str)
    }

    /// Gives a record an external id.
    pub(super) fn name(&mut self, name: &str, model: &'static str, id: i64) {
        let before = self.rename(name.to_owned(), Some((model, id)));
        self.undo.push(Undo::ExternalId(name.to_owned(), before));
    }

    fn rename(&mut self, name: String, target: Option<(&'static str, i64)>) -> Option<(&'static str, i64)> {
        self.writes += 1;
        if let Some(target) = target {
            self.names.insert(target, name.clone());
        }
        let before = match target {
            Some(target) => self.external_ids.insert(name, target),
            None => self.external_ids.remove(&name),
        };
        if let Some(before) = before.filter(|before| Some(*before) != target) {
            self.names.remove(&before);
        }
        before
    }

    fn put(&mut self, model: &'static str, id: i64, row: Option<Row>) {
        let before = self.exchange(model, id, row.map(Arc::new));
        self.undo.push(Undo::Row(model, id, before));
    }

    fn exchange(&mut self, model: &'static str, id: i64, row: Option<Arc<Row>>) -> Option<Arc<Row>> {
        let after = row.clone();
        self.writes += 1;
        let table = self.tables.entry(model).or_default();
        let before = match row {
            Some(row) => table.insert(id, row),
            None => table.remove(&id),
        };
        let fields = before.iter().chain(&after).flat_map(|row| row.keys().copied());
        let fields: BTreeSet<&'static str> = fields.collect();
        let of = |row: &Option<Arc<Row>>, field| {
            let cell = row.as_ref().and_then(|row| row.get(field));
            cell.map(Cell::targets).unwrap_or_default()
        };
        for field in fields {
            let (old, new) = (of(&before, field), of(&after, field));
            if old == new {
                continue;
            }
            let targets = self.pointers.entry((model, field)).or_default();
            for target in old {
                if let Some(sources) = targets.get_mut(&target) {
                    sources.remove(&id);
                }
            }
            for target in new {
                targets.entry(target).or_default().insert(id);
            }
        }
        before
    }

    /// The record's id when it is there.
    ///
    /// # Errors
    /// `MissingError`.
    pub(super) fn require(&self, model: &'static str, id: i64) -> Answered<i64> {
        match self.exists(model, id) {
            true => Ok(id),
            false => Err(super::errors::missing(model, id)),
        }
    }

    /// The moment of the call.
    ///
    /// # Errors
    /// When no call is being made.
    pub(super) fn moment(&self) -> Answered<jiff::Timestamp> {
        let now = self.now.ok_or_else(|| unknown("the time"))?;
        jiff::Timestamp::from_millisecond(now.0).map_err(|_| unknown("that time"))
    }
}
