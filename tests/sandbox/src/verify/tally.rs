//! Counting what passed: from the closing lines of test runners.

use std::ops::AddAssign;

use super::failures;

/// How many checks passed and failed, and which failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Checks that passed.
    pub passed: usize,
    /// Checks that failed.
    pub failed: usize,
    /// What is to be said of those: the test with the first lines of its output, or the step with its error.
    pub failures: Vec<String>,
}

impl Tally {
    /// This many checks that passed.
    pub fn passed(passed: usize) -> Self {
        Self {
            passed,
            ..Self::default()
        }
    }

    /// One check that failed, and what is to be said of it.
    pub fn failed(failure: impl Into<String>) -> Self {
        Self {
            failed: 1,
            failures: vec![failure.into()],
            ..Self::default()
        }
    }

    /// The sum over all `test result:` lines of a `cargo test` run.
    pub fn of_cargo_test(output: &str) -> Self {
        let mut tally = Self {
            failures: failures::of_cargo_test(output),
            ..Self::default()
        };
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
        self.failures.extend(other.failures);
    }
}

impl std::iter::Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |mut sum, tally| {
            sum += tally;
            sum
        })
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
                failed: 3,
                failures: Vec::new()
            }
        );
    }
}
