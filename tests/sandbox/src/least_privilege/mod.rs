//! `cargo sandbox least-privilege`: no role has more than it uses. Every statement of every role is taken out of the
//! deployed stack, one at a time; a story that needs it has to fail, because a function was refused something.

mod given_back;
mod proofs;
mod recorded;
mod roles;
mod verdict;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::aws::{Logs, Statement, Template, not_enforceable, statements};
use crate::places::Places;
use crate::progress;
use crate::shop::Kind;
use crate::witness::Witness;
use crate::world::{Parts, Remote, Stack};
use proofs::{PROOFS, Proof, proof_of};
use roles::{Roles, function_of};
use verdict::{Verdict, at_start, in_short, speaks_of_refusal, table};

/// How long a story may take that goes well, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// What experiments leave in the table and the queues.
const LEFT_ITEMS: [&str; 4] = ["breaker/", "review/", "order/", "lease/"];
const LEFT_QUEUES: [&str; 8] = [
    "Inbox",
    "OrderWork",
    "InvoiceWork",
    "InboxDlq",
    "OrderWorkDlq",
    "InvoiceWorkDlq",
    "AsyncDlq",
    "LastResort",
];

/// What `cargo sandbox least-privilege` may be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Only these statements, as `Role/Statement`. May be given several times.
    #[arg(long, value_name = "ROLE/STATEMENT")]
    only: Vec<String>,
}

/// Takes every statement away that the emulator can miss, and prints what came of each as a table in Markdown.
///
/// # Errors
/// When the world does not start, a story does not go well with all rights, or a statement is missed by nobody.
pub async fn least_privilege(options: Options) -> Result<()> {
    let places = Places::open()?;
    let wanted = wanted(&places, &options).await?;
    let stack = Stack::start(places, Parts::default()).await?;
    let bench = Bench::of(&stack).await?;
    let usual = bench.usual(&wanted).await?;
    let mut verdicts = Vec::new();
    for statement in &wanted {
        let verdict = bench.without(statement, &usual).await?;
        let said = match &verdict {
            Verdict::Noticed(refused) => format!("failed as it has to be: {refused}"),
            Verdict::NotNoticed(why) => format!("NOT NOTICED: {why}"),
        };
        progress::say(format!("{}/{}: {said}", statement.role, statement.sid));
        verdicts.push(verdict);
    }
    show(&table(&wanted, &verdicts));
    let missed = verdicts
        .iter()
        .filter(|verdict| matches!(verdict, Verdict::NotNoticed(_)))
        .count();
    ensure!(
        missed == 0,
        "{missed} of {} statements are missed by nobody",
        wanted.len()
    );
    Ok(())
}

async fn wanted(places: &Places, options: &Options) -> Result<Vec<Statement>> {
    let excused = not_enforceable()?;
    let mut wanted = statements(&Template::ours(places).await?);
    wanted.retain(|statement| !excused.iter().any(|one| one.covers(statement)));
    if !options.only.is_empty() {
        let name = |statement: &Statement| format!("{}/{}", statement.role, statement.sid);
        wanted.retain(|statement| options.only.contains(&name(statement)));
    }
    ensure!(!wanted.is_empty(), "there is no such statement");
    Ok(wanted)
}

/// The stories, with the time each takes when nothing is missing.
type Usual = Vec<(&'static Proof, Duration)>;

struct Bench {
    witness: Witness,
    world: Remote,
    roles: Roles,
    logs: Logs,
}

impl Bench {
    async fn of(stack: &Stack) -> Result<Self> {
        let description = stack.world().description();
        let mut witness = Witness::of(description).await?;
        witness.patience = PATIENCE;
        let endpoint = stack.deployed().endpoint.clone();
        Ok(Self {
            witness,
            world: Remote::of(description.clone()),
            roles: Roles::of(stack.deployed()).await,
            logs: Logs::connect(&endpoint).await,
        })
    }

    /// Plays the stories with all rights: only one that goes well then proves something when it fails.
    async fn usual(&self, wanted: &[Statement]) -> Result<Usual> {
        let mut usual = Vec::new();
        for proof in PROOFS
            .iter()
            .filter(|proof| wanted.iter().any(|one| proof_of(one) == proof.name))
        {
            // The first time functions start and caches fill.
            for _ in 0..2 {
                let begun = Instant::now();
                let played = (proof.play)(self).await;
                played.with_context(|| format!("{} does not go well with all rights", proof.name))?;
                progress::say(format!(
                    "with all rights: {} goes well in {:.1} s",
                    proof.name,
                    begun.elapsed().as_secs_f64()
                ));
                usual.retain(|(one, _): &(&Proof, Duration)| one.name != proof.name);
                usual.push((proof, begun.elapsed()));
            }
        }
        Ok(usual)
    }

    async fn without(&self, statement: &Statement, usual: &Usual) -> Result<Verdict> {
        let (proof, takes) = usual
            .iter()
            .find(|(proof, _)| proof.name == proof_of(statement))
            .context("no such story")?;
        let since_ms = i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_millis())?;
        let lessened = self.roles.take_away(&self.witness.deployed, statement).await?;
        let at_start = self.refusal_at_start(statement).await?;
        // From the first refusal on, the story has the time it usually takes, and then some for the cold start.
        let grace = *takes * 2 + Duration::from_secs(5);
        let played = tokio::select! {
            played = (proof.play)(self) => played,
            stuck = self.stuck(statement, since_ms, at_start.as_deref(), grace) => stuck,
        };
        let refused = match at_start {
            Some(refused) => Some(refused),
            None => self.refusal(statement, since_ms).await?,
        };
        self.roles.give_back(&lessened).await?;
        self.tidy_up().await?;
        Ok(match (played, refused) {
            (Err(_), Some(refused)) => Verdict::Noticed(refused),
            (Err(error), None) => Verdict::NotNoticed(format!(
                "{} failed, but nobody was refused: {error:#}",
                proof.name
            )),
            (Ok(()), Some(refused)) => Verdict::NotNoticed(format!("{} went well; {refused}", proof.name)),
            (Ok(()), None) => Verdict::NotNoticed(format!("{} went well", proof.name)),
        })
    }

    /// Ends when a function was refused something and has not got over it.
    async fn stuck(
        &self,
        statement: &Statement,
        since_ms: i64,
        at_start: Option<&str>,
        grace: Duration,
    ) -> Result<()> {
        let refused = loop {
            if let Some(refused) = at_start {
                break refused.to_owned();
            }
            if let Some(refused) = self.refusal(statement, since_ms).await? {
                break refused;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        };
        tokio::time::sleep(grace).await;
        anyhow::bail!("it did not end: {refused}")
    }

    /// What keeps the statement's function from starting at all: the emulator does not log that, it answers with it.
    /// The call itself asks for nothing.
    async fn refusal_at_start(&self, statement: &Statement) -> Result<Option<String>> {
        let Witness { aws, deployed, .. } = &self.witness;
        let function = deployed.output(function_of(statement))?;
        let answer = aws.invoke(function, &serde_json::json!({})).await;
        Ok(answer.err().and_then(|error| at_start(&format!("{error:#}"))))
    }

    /// What the statement's function was refused since then, in its own words.
    async fn refusal(&self, statement: &Statement, since_ms: i64) -> Result<Option<String>> {
        let texts = self
            .logs
            .texts(&self.witness.deployed, function_of(statement), since_ms)
            .await?;
        let refused = texts.iter().find(|text| speaks_of_refusal(text));
        Ok(refused.map(|text| in_short(text)))
    }

    /// Leaves nothing of an experiment that could disturb the next one.
    async fn tidy_up(&self) -> Result<()> {
        // Running already, unless a story was broken off.
        self.world.start_odoo().await?;
        let Witness {
            aws, deployed, shop, ..
        } = &self.witness;
        aws.stop_all(deployed).await?;
        for queue in LEFT_QUEUES {
            aws.purge(deployed, queue).await?;
        }
        for items in LEFT_ITEMS {
            aws.forget(deployed, items).await?;
        }
        for kind in [Kind::Woo, Kind::Own] {
            shop.subscribe(kind, &deployed.webhook_url(kind.store())?).await?;
        }
        Ok(())
    }
}

#[expect(clippy::print_stdout, reason = "the result of the program")]
fn show(table: &str) {
    println!("{table}");
}
