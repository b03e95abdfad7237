//! Asking before something is recorded.

use std::io::{self, BufRead, IsTerminal, Write};

/// Whether the user says yes. Nobody is asked with `--yes`; without a terminal nobody can be.
pub(crate) fn confirmed(yes: bool, question: &str) -> io::Result<bool> {
    if yes {
        return Ok(true);
    }
    let input = io::stdin();
    if !input.is_terminal() {
        let message = "this needs a confirmation and there is no terminal to ask at: give --yes";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    eprint!("{question} Type yes to do it: ");
    io::stderr().flush()?;
    let mut line = String::new();
    input.lock().read_line(&mut line)?;
    let yes = line.trim() == "yes";
    if !yes {
        eprintln!("dsql-migrate: nothing was recorded");
    }
    Ok(yes)
}
