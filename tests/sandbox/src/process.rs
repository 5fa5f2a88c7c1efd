//! Child processes that never outlive the program that started them.
//!
//! Each child leads a process group of its own. The group is ended when its [`Child`] is dropped, and, should this
//! program itself be killed, by a small *reaper*: a shell that reads the list of groups from a pipe and ends them when
//! the pipe closes, which the kernel does however the writer died.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// How long a child may take to end after it was asked to, before it is killed.
const GRACE: Duration = Duration::from_secs(8);

const REAPER: &str = r#"
groups=""
while read -r verb group; do
  case $verb in
    add) groups="$groups $group" ;;
    del) left=""; for g in $groups; do [ "$g" = "$group" ] || left="$left $g"; done; groups=$left ;;
  esac
done
for g in $groups; do kill -s TERM -- "-$g" 2>/dev/null; done
[ -z "$groups" ] || sleep 2
for g in $groups; do kill -s KILL -- "-$g" 2>/dev/null; done
"#;

static REAPER_PIPE: OnceLock<Mutex<Option<std::process::ChildStdin>>> = OnceLock::new();

fn tell_reaper(verb: &str, group: u32) {
    let pipe = REAPER_PIPE.get_or_init(|| {
        let reaper = Command::new("/bin/sh")
            .args(["-c", REAPER])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        Mutex::new(reaper.ok().and_then(|mut child| child.stdin.take()))
    });
    if let Some(pipe) = pipe.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
        // Without a reaper the children still end with their `Child`; only a killed program would leave them.
        let _ = writeln!(pipe, "{verb} {group}");
    }
}

/// A running child process with its whole process group.
#[derive(Debug)]
pub struct Child {
    name: String,
    child: std::process::Child,
    stop_with: Signal,
    ended: bool,
}

impl Child {
    /// Starts `command` in a process group of its own, its output appended to `log`.
    ///
    /// # Errors
    /// When the program or the log file cannot be opened.
    pub fn spawn(name: &str, mut command: Command, log: &Path) -> Result<Self> {
        let file = std::fs::File::options()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .process_group(0)
            .spawn()
            .with_context(|| {
                format!(
                    "cannot start {name} ({})",
                    command.get_program().to_string_lossy()
                )
            })?;
        tell_reaper("add", child.id());
        Ok(Self {
            name: name.to_owned(),
            child,
            stop_with: Signal::SIGTERM,
            ended: false,
        })
    }

    /// The signal that asks this program to end; `SIGTERM` unless said.
    #[must_use]
    pub fn stopped_by(mut self, signal: Signal) -> Self {
        self.stop_with = signal;
        self
    }

    /// The process id, which is also the id of its group.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the process is still there.
    pub fn is_running(&mut self) -> bool {
        !self.ended && matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills the whole group at once (`SIGKILL`), as a crash would.
    pub fn kill(&mut self) {
        self.end(Signal::SIGKILL);
    }

    /// Asks the group to end and waits for it; kills what has not ended after a few seconds.
    pub fn stop(&mut self) {
        self.end(self.stop_with);
    }

    fn end(&mut self, signal: Signal) {
        if self.ended {
            return;
        }
        self.ended = true;
        let group = Pid::from_raw(self.child.id().cast_signed());
        // The leader first: a server ends its own children in order, which a signal to all of them at once disturbs.
        let _ = if signal == Signal::SIGKILL {
            killpg(group, signal)
        } else {
            nix::sys::signal::kill(group, signal)
        };
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = killpg(group, Signal::SIGKILL);
        let _ = self.child.wait();
        tell_reaper("del", self.child.id());
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits until `ready` says yes, the child ends, or `patience` is over.
///
/// # Errors
/// When the child ended or was not ready in time; the message has the last lines of its log.
pub async fn until_ready<F>(
    child: &mut Child,
    log: &Path,
    patience: Duration,
    mut ready: impl FnMut() -> F,
) -> Result<()>
where
    F: Future<Output = bool>,
{
    let deadline = Instant::now() + patience;
    loop {
        if ready().await {
            return Ok(());
        }
        if !child.is_running() {
            bail!(
                "{} ended right after its start. {}",
                child.name,
                crate::tools::tail(log)
            );
        }
        if Instant::now() > deadline {
            bail!(
                "{} did not answer within {} s. {}",
                child.name,
                patience.as_secs(),
                crate::tools::tail(log)
            );
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell that has started a child of its own, whose process id it writes down.
    fn parent_and_child(dir: &Path) -> (Child, Pid) {
        let mut command = Command::new("/bin/sh");
        command
            .current_dir(dir)
            .args(["-c", "sleep 600 & echo $! > child.tmp; mv child.tmp child; wait"]);
        let parent = Child::spawn("a shell", command, &dir.join("log")).unwrap();
        let child = poll(|| std::fs::read_to_string(dir.join("child")).ok());
        (parent, Pid::from_raw(child.trim().parse().unwrap()))
    }

    fn poll<T>(mut look: impl FnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            match look() {
                Some(found) => return found,
                None => assert!(Instant::now() < deadline, "it did not happen within 10 s"),
            }
            std::thread::yield_now();
        }
    }

    /// A process that has ended may stay as a zombie until its parent asks: it counts as gone.
    fn is_gone(process: Pid) -> Option<()> {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        (stat.is_empty() || stat.contains(") Z ")).then_some(())
    }

    #[test]
    fn a_dropped_child_takes_its_own_children_along() {
        let dir = tempfile::tempdir().unwrap();
        let (parent, child) = parent_and_child(dir.path());
        assert_eq!(is_gone(child), None);
        drop(parent);
        poll(|| is_gone(child));
    }

    #[test]
    fn the_reaper_ends_groups_when_its_pipe_closes_and_spares_those_taken_off() {
        let dir = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let (mut ended, ended_child) = parent_and_child(dir[0].path());
        let (mut spared, spared_child) = parent_and_child(dir[1].path());
        let mut reaper = Command::new("/bin/sh")
            .args(["-c", REAPER])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = reaper.stdin.take().unwrap();
        writeln!(
            pipe,
            "add {}\nadd {}\ndel {}",
            spared.id(),
            ended.id(),
            spared.id()
        )
        .unwrap();
        drop(pipe);
        poll(|| is_gone(ended_child));
        assert!(reaper.wait().unwrap().success());
        assert!(!ended.is_running());
        assert!(spared.is_running());
        assert_eq!(is_gone(spared_child), None);
    }
}
