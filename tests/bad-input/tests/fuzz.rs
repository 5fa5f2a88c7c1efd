//! Every target with all that is kept: the proof's fuzz step and `cargo sandbox fuzz` change it as well.

use bad_input::run::{Recipes, chosen, run};

#[test]
fn every_target_holds_for_what_is_kept() {
    let targets = chosen(None).unwrap();
    let ran: Vec<_> = targets
        .into_iter()
        .map(|target| run(target, Recipes::None).unwrap())
        .collect();
    let broken: Vec<_> = ran.iter().filter(|ran| !ran.holds).map(|ran| ran.name).collect();
    assert!(broken.is_empty(), "{broken:?}");
    assert!(
        ran.iter()
            .all(|ran| ran.executions >= ran.kept as u64 && ran.kept > 0),
        "{ran:?}"
    );
}
