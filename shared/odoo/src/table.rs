//! The matrix of strings that `load` takes. A record is a head row and one further row per further line; columns
//! a record does not use are empty, which for Odoo means "set to nothing".

/// Cells of one row: column and text.
pub type Cells = Vec<(&'static str, String)>;

/// One record to load: its own columns, and the cells of its lines (`order_line/…`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    head: Cells,
    lines: Vec<Cells>,
}

impl Record {
    /// A record without lines.
    pub fn new(head: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self {
            head: head.into_iter().collect(),
            lines: Vec::new(),
        }
    }

    /// The same with lines.
    #[must_use]
    pub fn lines(mut self, lines: impl IntoIterator<Item = Cells>) -> Self {
        self.lines.extend(lines);
        self
    }

    /// The same without a column of the head.
    #[must_use]
    pub fn without(&self, column: &str) -> Self {
        let mut record = self.clone();
        record.head.retain(|(name, _)| *name != column);
        record
    }

    /// The text in a column of the head.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.head
            .iter()
            .find(|(name, _)| *name == column)
            .map(|(_, text)| text.as_str())
    }

    /// The cells of the lines.
    pub fn line_cells(&self) -> &[Cells] {
        &self.lines
    }

    fn rows(&self) -> usize {
        self.lines.len().max(1)
    }
}

/// Records of one model, loaded in one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    records: Vec<Record>,
}

impl Table {
    /// A table of records.
    pub fn new(records: impl IntoIterator<Item = Record>) -> Self {
        Self {
            records: records.into_iter().collect(),
        }
    }

    /// How many records.
    pub fn records(&self) -> usize {
        self.records.len()
    }

    /// Whether there is nothing to load.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Which record a row belongs to.
    pub(crate) fn record_of_row(&self, row: usize) -> usize {
        let mut end = 0;
        let ends = self.records.iter().map(|record| {
            end += record.rows();
            end
        });
        ends.take_while(|end| *end <= row)
            .count()
            .min(self.records.len().saturating_sub(1))
    }

    /// Column names in order of first use, and the rows.
    pub(crate) fn matrix(&self) -> (Vec<&'static str>, Vec<Vec<&str>>) {
        let mut columns: Vec<&'static str> = Vec::new();
        let heads = self.records.iter().flat_map(|record| &record.head);
        let cells = heads.chain(
            self.records
                .iter()
                .flat_map(|record| record.lines.iter().flatten()),
        );
        for (column, _) in cells {
            if !columns.contains(column) {
                columns.push(column);
            }
        }
        let mut rows = Vec::new();
        for record in &self.records {
            for index in 0..record.rows() {
                let mut row = vec![""; columns.len()];
                let head = record.head.iter().filter(|_| index == 0);
                for (column, text) in head.chain(record.lines.get(index).into_iter().flatten()) {
                    if let Some(place) = columns.iter().position(|name| name == column) {
                        row[place] = text;
                    }
                }
                rows.push(row);
            }
        }
        (columns, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_shares_the_head_row() {
        let line = |name: &str| vec![("l/n", name.to_owned())];
        let table = Table::new([
            Record::new([("id", "a".to_owned())]).lines([line("1"), line("2")]),
            Record::new([("id", "b".to_owned()), ("x", "y".to_owned())]),
        ]);
        let (columns, rows) = table.matrix();
        assert_eq!(columns, ["id", "x", "l/n"]);
        assert_eq!(rows, [["a", "", "1"], ["", "", "2"], ["b", "y", ""]]);
        assert_eq!([0, 1, 2, 9].map(|row| table.record_of_row(row)), [0, 0, 1, 1]);
    }
}
