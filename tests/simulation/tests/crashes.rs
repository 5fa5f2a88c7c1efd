//! Crash points: every await on a port of every function, cut off on both sides of its effect.

use simulation::crash_everywhere;

#[test]
fn a_function_may_be_killed_anywhere() {
    let report = crash_everywhere().unwrap();
    println!("{report}");
    assert!(report.bad.is_empty(), "{report}");
}
