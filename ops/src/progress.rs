//! What the program says while it works, on standard error: one line that is replaced on a terminal, one line each
//! otherwise. What a command answers goes to standard output, by [`crate::output`].

use std::io::{IsTerminal, Write};

/// Says what is being done.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    terminal: bool,
    quiet: bool,
}

impl Progress {
    /// Progress on this process's standard error. A `quiet` one says nothing.
    pub fn new(quiet: bool) -> Self {
        Self {
            terminal: std::io::stderr().is_terminal(),
            quiet,
        }
    }

    /// Says what is being done now. A closed standard error is no reason to stop working.
    pub fn doing(&self, what: impl AsRef<str>) {
        let mut out = std::io::stderr().lock();
        let _ = match (self.quiet, self.terminal) {
            (true, _) => return,
            (false, true) => write!(out, "\r\x1b[2K{} …", what.as_ref()),
            (false, false) => writeln!(out, "{} …", what.as_ref()),
        };
        let _ = out.flush();
    }

    /// As [`Self::doing`], on a terminal only: what is replaced at once is noise in a log.
    pub fn now(&self, what: impl AsRef<str>) {
        if self.terminal {
            self.doing(what);
        }
    }

    /// Takes the line of the terminal away: the answer comes.
    pub fn done(&self) {
        if self.terminal && !self.quiet {
            let mut out = std::io::stderr().lock();
            let _ = write!(out, "\r\x1b[2K");
            let _ = out.flush();
        }
    }

    /// Asks for a secret on the terminal, without showing what is typed; nothing when there is no terminal to ask on.
    ///
    /// # Errors
    /// When the terminal cannot be read.
    pub fn ask_secret(&self, question: &str) -> std::io::Result<Option<String>> {
        if !self.terminal || !std::io::stdin().is_terminal() {
            return Ok(None);
        }
        self.done();
        let typed = rpassword::prompt_password(question)?;
        Ok(Some(typed.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// Says something that stays, whatever else was asked for: a warning, a question.
    pub fn say(&self, what: impl AsRef<str>) {
        self.done();
        let _ = writeln!(std::io::stderr().lock(), "{}", what.as_ref());
    }
}
