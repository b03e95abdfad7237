//! Makes the tables anew: `cargo run -p dsql-migrate-grammar`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match make() {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn make() -> Result<String, String> {
    let expanded = dsql_migrate_grammar::read()?;
    let made = dsql_migrate_grammar::tables::make(&expanded)?;
    let target = dsql_migrate_grammar::folder().join("../src/grammar");
    let write = |name: &str, bytes: &[u8]| {
        let file = target.join(name);
        std::fs::write(&file, bytes).map_err(|error| format!("{}: {error}", file.display()))
    };
    write("tables.bin", &made.bytes)?;
    write("kind.rs", dsql_migrate_grammar::node_kinds(&expanded).as_bytes())?;
    Ok(made.report)
}
