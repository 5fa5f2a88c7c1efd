//! `docs/performance.md`: a section for each part, with the machine and the day it was measured on. A part that was measured
//! anew replaces its own section.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::machine::Machine;
use crate::places::repository;

const HEAD: &str = "\
# Performance

Written by `cargo sandbox bench`. Ratios within one run are what counts: times are those of the machine named above each
part, not of AWS.
";

/// Writes the sections into the page; gives its path.
///
/// # Errors
/// When it cannot be read or written.
pub fn write(machine: &Machine, sections: &[(&str, String)]) -> Result<PathBuf> {
    let path = repository().join("docs/performance.md");
    let before = match path.exists() {
        true => std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?,
        false => HEAD.to_owned(),
    };
    let page = sections.iter().fold(before, |page, (name, section)| {
        replaced(&page, name, &format!("{machine}\n\n{}", section.trim()))
    });
    std::fs::write(&path, page).with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}

/// The page with this content between the marks of a section; at its end when it has no such section.
fn replaced(page: &str, name: &str, content: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
    let inner = format!("{begin}\n{content}\n\n{end}");
    let there = page
        .split_once(&begin)
        .and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    match there {
        Some((before, after)) => format!("{before}{inner}{after}"),
        None => {
            let mut page = page.trim_end().to_owned();
            // Writing to text does not fail.
            let _ = write!(page, "\n\n{inner}");
            page
        }
    }
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn a_section_is_added_once_and_then_replaced() {
        let first = replaced("# Page\n", "a", "one");
        assert_eq!(first, "# Page\n\n<!-- a -->\n\none\n\n<!-- end of a -->\n");
        let both = replaced(&first, "b", "two");
        let again = replaced(&both, "a", "three");
        assert_eq!(again, both.replace("one", "three"));
    }
}
