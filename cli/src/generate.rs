//! `completions` and `man`: what a package installs beside the program.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Command;
use clap_complete::Shell;

/// Print the completions of a shell.
///
/// For bash: dsql-migrate completions bash > ~/.local/share/bash-completion/completions/dsql-migrate
#[derive(clap::Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Print the manual page, or write one for each command.
///
/// dsql-migrate man | man -l -
#[derive(clap::Args)]
pub(crate) struct Man {
    /// Write dsql-migrate.1, dsql-migrate-run.1 and so on into this folder instead
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

pub(crate) fn completions(arguments: &Completions, mut command: Command) -> io::Result<u8> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "dsql-migrate", &mut text);
    io::stdout().lock().write_all(&text)?;
    Ok(0)
}

pub(crate) fn man(arguments: &Man, command: Command) -> io::Result<u8> {
    match &arguments.out {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            clap_mangen::generate_to(command, folder)?;
        }
        None => {
            let mut text = Vec::new();
            clap_mangen::Man::new(command).render(&mut text)?;
            io::stdout().lock().write_all(&text)?;
        }
    }
    Ok(0)
}
