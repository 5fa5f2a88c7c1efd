//! Runs targets: first everything that is kept, as it is; then recipes, a fixed number or until the time is up.

use crate::{
    corpus::{Sample, samples},
    mutate::{Input, apply},
    recipe::Recipe,
    table::{TARGETS, Target},
};
use anyhow::{Result, bail};
use bolero::{
    TypeGenerator,
    generator::bolero_generator::driver::{Options, bytes::Driver},
};
use sha2::{Digest, Sha256};
use std::{
    fs,
    panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind},
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// How one target did.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Its name.
    pub name: &'static str,
    /// Kept inputs.
    pub kept: usize,
    /// Inputs in all.
    pub executions: u64,
    /// The time it took.
    pub took: Duration,
    /// Whether every property held.
    pub holds: bool,
}

impl Ran {
    /// Inputs a second.
    pub fn pace(&self) -> u64 {
        let seconds = self.took.as_secs_f64().max(0.001);
        (self.executions as f64 / seconds) as u64
    }
}

/// What a target is fed with, beside what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipes {
    /// Nothing.
    None,
    /// So many, the same ones each time, however long they take: a proof says the same of the same code, on a busy machine
    /// too.
    Same(u64),
    /// Others each time, for all targets together so long; of one that finds something bolero prints the seed, and shrinks
    /// it.
    Others(Duration),
}

/// Bytes a recipe is made of: five changes and more fit.
const RECIPE_BLOCKS: u8 = 8;

/// The targets whose name is `only`, or all.
///
/// # Errors
/// When there is none of that name.
pub fn chosen(only: Option<&str>) -> Result<Vec<&'static Target>> {
    let chosen: Vec<_> = TARGETS
        .iter()
        .filter(|target| only.is_none_or(|name| name == target.name))
        .collect();
    if chosen.is_empty() {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        bail!("there is no such target; there are: {}", names.join(", "));
    }
    Ok(chosen)
}

/// What the shop and the gateway say is read by most code: these get more of the time.
const TWICE: [&str; 6] = [
    "woocommerce-order",
    "standard-order",
    "whole-way",
    "gateway-transaction",
    "odoo-sale-orders",
    "review-desk",
];

/// Divides recipes among targets.
pub fn shares(targets: &[&'static Target], recipes: Recipes) -> Vec<(&'static Target, Recipes)> {
    let parts = |target: &Target| if TWICE.contains(&target.name) { 2 } else { 1 };
    let all: u32 = targets.iter().map(|target| parts(target)).sum();
    let share = |target: &Target| match recipes {
        Recipes::None => Recipes::None,
        Recipes::Same(count) => Recipes::Same(count * u64::from(parts(target)) / u64::from(all.max(1))),
        Recipes::Others(time) => Recipes::Others(time * parts(target) / all.max(1)),
    };
    targets.iter().map(|target| (*target, share(target))).collect()
}

/// Runs one target. With `BOLERO_RANDOM_SEED` in the environment that seed comes first.
///
/// # Errors
/// When its corpus cannot be read.
pub fn run(target: &'static Target, recipes: Recipes) -> Result<Ran> {
    let kept = samples(target.corpus)?;
    let began = Instant::now();
    let executions = AtomicU64::new(0);
    let tried = catch_unwind(AssertUnwindSafe(|| {
        for sample in &kept {
            executions.fetch_add(1, Ordering::Relaxed);
            of_sample(target, sample);
        }
        match recipes {
            Recipes::None => {}
            Recipes::Same(count) => of_same_recipes(target, &kept, count, &executions),
            Recipes::Others(time) => of_recipes(target, &kept, time, &executions),
        }
    }));
    Ok(Ran {
        name: target.name,
        kept: kept.len(),
        executions: executions.into_inner(),
        took: began.elapsed(),
        holds: tried.is_ok(),
    })
}

fn of_sample(target: &Target, sample: &Sample) {
    for salt in 0..4 {
        let input = Input {
            body: sample.bytes.clone(),
            salt,
        };
        let tried = catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
        assert!(tried.is_ok(), "the kept input {} of {}", sample.name, target.name);
    }
}

fn of_same_recipes(target: &'static Target, kept: &[Sample], count: u64, executions: &AtomicU64) {
    for number in 0..count {
        let mut driver = Driver::new(bytes_of(target, number), &Options::default());
        let Some(recipe) = Recipe::generate(&mut driver) else {
            continue;
        };
        executions.fetch_add(1, Ordering::Relaxed);
        let input = apply(&recipe, kept);
        let tried = catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
        if tried.is_err() {
            keep(target, &input);
        }
        assert!(tried.is_ok(), "recipe {number} of {}: {recipe:?}", target.name);
    }
}

/// The bytes a numbered recipe is made of.
fn bytes_of(target: &Target, number: u64) -> Vec<u8> {
    let block = |block: u8| {
        let hash = Sha256::new()
            .chain_update(target.name)
            .chain_update(number.to_le_bytes());
        hash.chain_update([block]).finalize().to_vec()
    };
    (0..RECIPE_BLOCKS).flat_map(block).collect()
}

struct Shared<T>(T);
impl<T> UnwindSafe for Shared<T> {}
impl<T> RefUnwindSafe for Shared<T> {}

fn of_recipes(target: &'static Target, kept: &[Sample], time: Duration, executions: &AtomicU64) {
    let shared = Shared((kept, executions));
    bolero::check!(name = target.name)
        .with_type::<Recipe>()
        .with_iterations(usize::MAX)
        .with_test_time(time)
        .for_each(|recipe: &Recipe| {
            let Shared((kept, executions)) = &shared;
            executions.fetch_add(1, Ordering::Relaxed);
            let input = apply(recipe, kept);
            let tried = catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
            if let Err(panic) = tried {
                keep(target, &input);
                std::panic::resume_unwind(panic);
            }
        });
}

/// Writes down the input that found something; shrinking leaves the smallest one. A person moves it to the corpus.
fn keep(target: &Target, input: &Input) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/fuzz");
    // Without the file there is still the seed.
    let _ = fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join(target.name), &input.body));
}
