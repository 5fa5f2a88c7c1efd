//! The machine and the versions that figures belong to.

use std::fmt;

use serde::Serialize;
use tokio::process::Command;

/// What the figures were measured on.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// The day, `YYYY-MM-DD`.
    pub date: String,
    /// The processor as it calls itself.
    pub processor: String,
    /// How many of it are there.
    pub cores: usize,
    /// The kernel.
    pub kernel: String,
    /// The compiler.
    pub rustc: String,
    /// What was built.
    pub commit: String,
    /// The profile it was built with.
    pub profile: &'static str,
}

impl Machine {
    /// This machine, now. What does not say what it is, is unknown.
    pub async fn here(test_profile: bool) -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let info = read("/proc/cpuinfo");
        let processor = info.lines().find_map(|line| line.strip_prefix("model name"));
        let processor = processor.and_then(|line| line.split_once(':'));
        let unknown = || "unknown".to_owned();
        Self {
            date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
            processor: processor.map_or_else(unknown, |(_, name)| name.trim().to_owned()),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            rustc: said("rustc", &["--version"]).await.unwrap_or_else(unknown),
            commit: said("git", &["describe", "--always", "--dirty"])
                .await
                .unwrap_or_else(unknown),
            profile: if test_profile { "tests" } else { "a release" },
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {} cores of {}, Linux {}, {},\ncommit {}, functions built with the profile of {}.",
            self.date, self.cores, self.processor, self.kernel, self.rustc, self.commit, self.profile
        )
    }
}

async fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(crate::places::repository())
        .output()
        .await
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
