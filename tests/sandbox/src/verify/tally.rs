//! Counting what passed: from the closing lines of test runners.

use std::ops::AddAssign;

/// How many checks passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Checks that passed.
    pub passed: usize,
    /// Checks that failed.
    pub failed: usize,
}

impl Tally {
    /// One check that failed.
    pub const FAILED: Self = Self { passed: 0, failed: 1 };

    /// This many checks that passed.
    pub fn passed(passed: usize) -> Self {
        Self { passed, failed: 0 }
    }

    /// The sum over all `test result:` lines of a `cargo test` run.
    pub fn of_cargo_test(output: &str) -> Self {
        let mut tally = Self::default();
        for line in output
            .lines()
            .filter_map(|l| l.trim().strip_prefix("test result:"))
        {
            tally.passed += number_before(line, " passed");
            tally.failed += number_before(line, " failed");
        }
        tally
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

fn number_before(line: &str, word: &str) -> usize {
    let before = line.split(word).next().unwrap_or_default();
    let digits = before
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap_or_default();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_all_binaries_of_a_run() {
        let output = "running 2 tests\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            noise 7 passed\n\
            test result: FAILED. 10 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(
            Tally::of_cargo_test(output),
            Tally {
                passed: 12,
                failed: 3
            }
        );
    }
}
