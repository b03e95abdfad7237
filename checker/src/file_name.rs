//! What a migration's file is called.

/// `0003_add_items.sql` or, as Flyway and refinery have it, `V3__add_items.sql`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileName {
    /// The digits as they are written.
    pub(crate) version: String,
    /// The rest, without the ending.
    pub(crate) name: String,
}

impl FileName {
    pub(crate) fn parse(file: &str) -> Option<Self> {
        let stem = file.strip_suffix(".sql")?;
        let prefixed = stem.strip_prefix('V');
        let (version, name) = match prefixed {
            Some(stem) => stem.split_once("__")?,
            None => stem.split_once('_')?,
        };
        let digits = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
        // Files of this style come from those tools, where a name keeps its capitals; renaming them would undo that.
        let capitals = prefixed.is_some();
        let word = |byte: u8| {
            byte.is_ascii_lowercase()
                || byte.is_ascii_digit()
                || byte == b'_'
                || capitals && byte.is_ascii_uppercase()
        };
        let good = digits && name.bytes().all(word) && name.bytes().any(|byte| byte != b'_');
        good.then(|| Self { version: version.to_owned(), name: name.to_owned() })
    }

    /// The version without leading zeros, by which two are one.
    pub(crate) fn number(&self) -> &str {
        number(&self.version)
    }
}

fn number(digits: &str) -> &str {
    let number = digits.trim_start_matches('0');
    if number.is_empty() { "0" } else { number }
}

/// Sorts files by their versions as numbers, of any length; files without one come last.
pub(crate) fn order(file: &str) -> (bool, usize, String, String) {
    let counted = file.strip_prefix('V').unwrap_or(file);
    let digits: String = counted.chars().take_while(char::is_ascii_digit).collect();
    let value = number(&digits).to_owned();
    (digits.is_empty(), value.len(), value, file.to_owned())
}

/// What is wrong with the name of a file, and how to name it.
pub(crate) fn refusal(file: &str) -> (String, String) {
    let shape = "a migration is named `NNNN_snake_case.sql` or `VN__name.sql`";
    let kind = |letter: char| {
        let rest = file.strip_prefix(letter)?;
        rest.starts_with(|c: char| c.is_ascii_digit() || c == '_').then_some(rest)
    };
    if kind('U').is_some() {
        return (
            format!("`{file}` is an undo file, or one that may run in any order"),
            "undo files (Flyway's `U`) are not run: what is to be undone is undone by a new migration. Files \
             that refinery runs in any order need a place: rename it to the next free version"
                .to_owned(),
        );
    }
    if kind('R').is_some_and(|rest| rest.starts_with("__")) {
        return (
            format!("`{file}` is a repeatable file, which has no version"),
            format!("{shape}: give what it does a version; each change of it is a migration of its own"),
        );
    }
    if kind('V').is_some_and(dotted) {
        return (
            format!("`{file}` has a version of several parts"),
            format!(
                "{shape}, where the version is one whole number: `V1.2` could stand before or behind `V1.10`. {}",
                advice(file)
            ),
        );
    }
    (format!("`{file}` is not named `NNNN_snake_case.sql` or `VN__name.sql`"), advice(file))
}

/// Whether a version has a dot, or a single underscore, which Flyway reads as one.
fn dotted(rest: &str) -> bool {
    let version = rest.split("__").next().unwrap_or_default();
    let part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    version.contains(['.', '_']) && version.split(['.', '_']).all(part)
}

/// How to name a file that is named in another way.
fn advice(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    if let Some(up) = stem.strip_suffix(".down") {
        return format!("files that undo are not run: take it out, and name the other one `{up}.sql`");
    }
    let stem = stem.strip_suffix(".up").unwrap_or(stem);
    let digits: String =
        stem.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let rest = if digits.is_empty() {
        stem
    } else {
        stem.split_once(digits.as_str()).map_or(stem, |(_, after)| after)
    };
    let mut name = String::new();
    for c in rest.chars() {
        if c.is_ascii_uppercase() && name.ends_with(|last: char| last.is_ascii_lowercase()) {
            name.push('_');
        }
        name.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    }
    let name = name.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    let version = if digits.is_empty() { "0001" } else { &digits };
    let name = if name.is_empty() { "what_it_does" } else { &name };
    format!("rename it, for example to `{version}_{name}.sql`; files that are no migrations belong elsewhere")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_names_are_taken_apart() {
        let name = FileName::parse("0003_add_items_2.sql").unwrap();
        assert_eq!((name.version.as_str(), name.name.as_str(), name.number()), ("0003", "add_items_2", "3"));
        assert_eq!(FileName::parse("20260101000000_x.sql").unwrap().number(), "20260101000000");
        let name = FileName::parse("V003__Add_items.sql").unwrap();
        assert_eq!((name.version.as_str(), name.name.as_str(), name.number()), ("003", "Add_items", "3"));
        for bad in [
            "0003-add.sql",
            "0003_Add.sql",
            "add.sql",
            "_add.sql",
            "0003_.sql",
            "0003.sql",
            "0003_add.SQL",
            "V1_a.sql",
            "V__a.sql",
            "V1__.sql",
            "V1.2__a.sql",
            "V1_2__a.sql",
            "v1__a.sql",
            "U1__a.sql",
            "V1__a-b.sql",
            "1_é.sql",
        ] {
            assert_eq!(FileName::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn files_are_sorted_by_number() {
        let mut files = ["20260101000000_c.sql", "readme.sql", "0010_b.sql", "9_a.sql", "0000_z.sql"];
        files.sort_by_key(|file| order(file));
        let mut flyway = ["V10__b.sql", "V9__a.sql", "0003_c.sql", "U1__d.sql"];
        flyway.sort_by_key(|file| order(file));
        assert_eq!(flyway, ["0003_c.sql", "V9__a.sql", "V10__b.sql", "U1__d.sql"]);
        assert_eq!(files, ["0000_z.sql", "9_a.sql", "0010_b.sql", "20260101000000_c.sql", "readme.sql"]);
    }

    #[test]
    fn advice_is_a_good_name() {
        for (bad, good) in [
            ("0003-AddItems.sql", "0003_add_items.sql"),
            ("V1__a-b.sql", "1_a_b.sql"),
            ("0002_users.up.sql", "0002_users.sql"),
            ("schema.SQL", "0001_schema.sql"),
            ("0004.sql", "0004_what_it_does.sql"),
        ] {
            assert!(advice(bad).contains(&format!("`{good}`")), "{bad}: {}", advice(bad));
        }
    }

    #[test]
    fn names_of_other_tools_are_refused_with_the_reason() {
        for (file, words) in [
            ("U3__drop.sql", "undone by a new migration"),
            ("R__views.sql", "give what it does a version"),
            ("V1.2__a.sql", "one whole number"),
            ("V1_2__a.sql", "one whole number"),
            (
                "0002_users.down.sql",
                "files that undo are not run: take it out, and name the other one `0002_users.sql`",
            ),
            ("Users.sql", "rename it, for example to `0001_users.sql`"),
        ] {
            let (message, help) = refusal(file);
            assert!(message.contains(file) && help.contains(words), "{message}: {help}");
        }
    }
}
