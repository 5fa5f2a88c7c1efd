//! Asking before something is done that cannot be undone.

use std::io::{BufRead, IsTerminal};

use anyhow::Result;

use crate::exit::Stop;
use crate::tool::Tool;

/// Asks on the terminal whether to go on; `yes` is the answer given on the command line. Without a terminal nobody can
/// be asked, and a program has to say it.
///
/// # Errors
/// [`Stop`] when the answer is no, or there is nobody to ask.
pub fn confirm(tool: &Tool, question: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Stop::usage(question)
            .remedy(
                "nothing was done: there is no terminal to ask on; to do it without being asked, give --yes",
            )
            .into());
    }
    match ask(tool, &format!("{question} [y/N]"))? {
        answer if is_yes(&answer) => Ok(()),
        _ => Err(Stop::usage("nothing was done").into()),
    }
}

/// Asks on the terminal; the answer is a line.
///
/// # Errors
/// When standard input is closed.
pub fn ask(tool: &Tool, question: &str) -> Result<String> {
    tool.progress.say(question);
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

/// Whether a line means yes.
pub fn is_yes(answer: &str) -> bool {
    matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes")
}
