//! How a connection that was lent gets back what its owner has set.

use super::quote;

/// Asks what a parameter is set to.
pub(crate) fn show(parameter: &str) -> String {
    format!("SHOW {}", word(parameter))
}

/// A parameter's name; only one that needs quotes has them.
fn word(parameter: &str) -> String {
    let plain =
        !parameter.is_empty() && parameter.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if plain { parameter.to_owned() } else { quote::identifier(parameter) }
}

/// Sets what [`show`] has answered. A list of schemas is read and written name by name; everything else is one text.
pub(crate) fn set(parameter: &str, value: &str) -> String {
    let value = match parameter {
        "search_path" => {
            // No name is none: the path that has nothing on it.
            let name = |name: &String| match name.is_empty() {
                true => "''".to_owned(),
                false => quote::identifier(name),
            };
            names(value).iter().map(name).collect::<Vec<_>>().join(", ")
        }
        _ => quote::literal(value),
    };
    format!("SET {} = {value}", word(parameter))
}

/// The names in a list as the server shows it: `"$user", public`.
fn names(list: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut quoted = false;
    let mut rest = list.chars().peekable();
    while let Some(c) = rest.next() {
        let last = names.len() - 1;
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                names[last].push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => names.push(String::new()),
            c if c.is_whitespace() && !quoted => {}
            c => names[last].push(c),
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_set_again() {
        assert_eq!(set("timezone", "Europe/Kyiv"), "SET timezone = 'Europe/Kyiv'");
        assert_eq!(set("search_path", "\"$user\", public"), "SET search_path = \"$user\", \"public\"");
        assert_eq!(set("search_path", "\"o\"\"d,d\",b"), "SET search_path = \"o\"\"d,d\", \"b\"");
        assert_eq!(set("search_path", "\"\""), "SET search_path = ''");
        assert_eq!(set("search_path", ""), "SET search_path = ''");
        assert_eq!(show("odd.Name"), "SHOW \"odd.Name\"");
    }
}
