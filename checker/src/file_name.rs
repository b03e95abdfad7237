//! What a migration's file is called.

/// `0003_add_items.sql`, taken apart.
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
        let (version, name) = stem.split_once('_')?;
        let digits = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
        let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
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
    let digits: String = file.chars().take_while(char::is_ascii_digit).collect();
    let value = number(&digits).to_owned();
    (digits.is_empty(), value.len(), value, file.to_owned())
}

/// How to name a file that is named in another way.
pub(crate) fn advice(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
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
        for bad in [
            "0003-add.sql",
            "0003_Add.sql",
            "add.sql",
            "_add.sql",
            "0003_.sql",
            "0003.sql",
            "0003_add.SQL",
            "V1__a.sql",
            "1_é.sql",
        ] {
            assert_eq!(FileName::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn files_are_sorted_by_number() {
        let mut files = ["20260101000000_c.sql", "readme.sql", "0010_b.sql", "9_a.sql", "0000_z.sql"];
        files.sort_by_key(|file| order(file));
        assert_eq!(files, ["0000_z.sql", "9_a.sql", "0010_b.sql", "20260101000000_c.sql", "readme.sql"]);
    }

    #[test]
    fn advice_is_a_good_name() {
        for (bad, good) in [
            ("0003-AddItems.sql", "0003_add_items.sql"),
            ("V1__a-b.sql", "1_a_b.sql"),
            ("schema.SQL", "0001_schema.sql"),
            ("0004.sql", "0004_what_it_does.sql"),
        ] {
            assert!(advice(bad).contains(&format!("`{good}`")), "{bad}: {}", advice(bad));
        }
    }
}
