//! Which tests of a `cargo test` run failed, and the first words of why.

/// Lines of a failed test's own output that are worth repeating.
const LINES: usize = 8;

/// Every failed test with the beginning of what it said: all that one needs when only the end of a proof was kept.
pub fn of_cargo_test(output: &str) -> Vec<String> {
    let mut failures: Vec<Vec<&str>> = Vec::new();
    let mut under_way = false;
    for line in output.lines() {
        if let Some(name) = said_by(line) {
            failures.push(vec![name]);
            under_way = true;
        } else if ends(line) {
            under_way = false;
        } else if under_way
            && let Some(failure) = failures.last_mut()
            && failure.len() <= LINES
            && !line.trim().is_empty()
        {
            failure.push(line);
        }
    }
    failures.into_iter().map(|lines| lines.join("\n    ")).collect()
}

/// The test whose output begins with this line.
fn said_by(line: &str) -> Option<&str> {
    line.strip_prefix("---- ")?.strip_suffix(" stdout ----")
}

/// What a test said ends with the next heading, and says nothing new from its backtrace on.
fn ends(line: &str) -> bool {
    let line = line.trim();
    ["failures:", "stack backtrace:", "Stack backtrace:"].contains(&line) || line.starts_with("test result:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_each_failed_test_and_what_it_said() {
        let output = "running 3 tests\n..F\nfailures:\n\n\
            ---- pause::waits stdout ----\nError: nothing came\n\nCaused by:\n    the queue\n\nStack backtrace:\n   0: anyhow\n\n\
            ---- sums stdout ----\n\nthread 'sums' panicked at a.rs:1:2:\nleft: 1\n\n\
            failures:\n    pause::waits\n    sums\n\n\
            test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(
            of_cargo_test(output),
            [
                "pause::waits\n    Error: nothing came\n    Caused by:\n        the queue",
                "sums\n    thread 'sums' panicked at a.rs:1:2:\n    left: 1"
            ]
        );
    }

    #[test]
    fn says_nothing_of_tests_that_passed() {
        assert!(of_cargo_test("running 1 test\n.\ntest result: ok. 1 passed; 0 failed\n").is_empty());
    }
}
