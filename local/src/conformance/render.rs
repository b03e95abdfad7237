//! Answers in the words of the recordings, which show how a Go client rendered them.

use crate::backend::Answer;

/// What one step answered: `TAG | cols=a,b | rows=(1,2),(3,4)`, or `ERROR code message`.
pub(super) fn render(answer: &Answer) -> String {
    if let Some(error) = &answer.error {
        return format!("ERROR {} {}", error.code, error.message);
    }
    if answer.columns.is_empty() {
        return answer.tag.clone();
    }
    let names: Vec<&str> = answer.columns.iter().map(|(name, _)| name.as_str()).collect();
    let mut text = format!("{} | cols={}", answer.tag, names.join(","));
    if !answer.rows.is_empty() {
        let rows: Vec<String> = answer.rows.iter().map(|row| format!("({})", values(answer, row))).collect();
        text += &format!(" | rows={}", rows.join(","));
    }
    text
}

fn values(answer: &Answer, row: &[Option<String>]) -> String {
    let rendered = row.iter().zip(&answer.columns).map(|(value, (_, oid))| match value {
        None => "NULL".to_string(),
        Some(value) => one(value, *oid),
    });
    rendered.collect::<Vec<_>>().join(",")
}

/// One value, by its type.
fn one(value: &str, oid: u32) -> String {
    match oid {
        // bool
        16 => if value == "t" { "true" } else { "false" }.to_string(),
        // inet: the client shows the length of the network
        869 if !value.contains('/') => format!("{value}/32"),
        // uuid: sixteen bytes
        2950 => {
            let digits: Vec<char> = value.chars().filter(|c| *c != '-').collect();
            let bytes = digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16));
            let bytes: Vec<String> = bytes.map(|byte| byte.unwrap_or_default().to_string()).collect();
            format!("[{}]", bytes.join(" "))
        }
        // text[] and record: Go's slices
        1009 | 2249 => format!("[{}]", value.trim_matches(['{', '}', '(', ')']).replace(',', " ")),
        _ => value.to_string(),
    }
}

/// Puts a mark where an answer holds what is different every time, so that two answers can be compared.
pub(super) fn normal(id: &str, text: &str) -> String {
    let mut parts: Vec<String> = text.split(" | ").map(str::to_string).collect();
    let jobs = parts.iter().any(|part| part == "cols=job_id");
    for part in &mut parts {
        let Some(rows) = part.strip_prefix("rows=") else { continue };
        if jobs {
            let id = rows.trim_matches(['(', ')']);
            let job =
                id.len() == 26 && id.bytes().all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b));
            *part = if job { "rows=(a job id)".into() } else { format!("rows={rows}") };
        } else if id.starts_with("sys_jobs") {
            // The log of whatever ran on that cluster before.
            *part = "rows=(of that run)".into();
        }
    }
    parts.join(" | ")
}
