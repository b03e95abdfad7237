//! Asking before production is changed.

use crate::stage::Stage;
use std::io::{BufRead, Write};

/// Has the stage's name typed, which nobody does by habit. Where nobody is there to ask, the answer is no.
pub(crate) fn by_name(
    stage: Stage,
    terminal: bool,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> Result<(), String> {
    if !terminal {
        return Err(format!("{stage} has to be confirmed, and there is no terminal to ask at: give --yes"));
    }
    let mut line = String::new();
    write!(output, "Type {stage} to migrate it: ")
        .and_then(|()| output.flush())
        .and_then(|()| input.read_line(&mut line))
        .map_err(|error| error.to_string())?;
    if line.trim() == stage.name() { Ok(()) } else { Err("not confirmed; nothing was changed".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_stages_name_at_a_terminal_will_do() {
        let ask = |terminal, mut typed: &[u8]| {
            let mut shown = Vec::new();
            (by_name(Stage::Prod, terminal, &mut typed, &mut shown), String::from_utf8(shown).unwrap())
        };
        assert_eq!(ask(true, b"prod\n"), (Ok(()), "Type prod to migrate it: ".into()));
        for typed in [&b"y\n"[..], b"yes\n", b"test\n", b"", b"\n"] {
            assert!(ask(true, typed).0.unwrap_err().contains("nothing was changed"));
        }
        let (refused, shown) = ask(false, b"prod\n");
        assert!(refused.unwrap_err().contains("--yes") && shown.is_empty());
    }
}
