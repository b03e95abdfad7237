//! Finds a word among the keywords.

use super::keywords::KEYWORDS;

/// Where the keywords with each first letter begin in [`KEYWORDS`].
static FIRST: [u16; 27] = first();

const fn first() -> [u16; 27] {
    let mut first = [0; 27];
    let (mut letter, mut at) = (0, 0);
    while letter < 26 {
        while at < KEYWORDS.len() && (KEYWORDS[at].text.as_bytes()[0] as usize) < letter + b'a' as usize {
            at += 1;
        }
        first[letter] = at as u16;
        letter += 1;
    }
    first[26] = KEYWORDS.len() as u16;
    first
}

/// No keyword has more letters.
const LONGEST: usize = 17;

/// The place of a word in [`KEYWORDS`]; the server folds ASCII letters only.
pub(super) fn find(word: &str) -> Option<usize> {
    let bytes = word.as_bytes();
    let letter = usize::from(bytes.first()?.to_ascii_lowercase().checked_sub(b'a')?);
    let (mut from, mut to) = (usize::from(*FIRST.get(letter)?), usize::from(*FIRST.get(letter + 1)?));
    // Every word of every text comes here: plain loops are quick without an optimizer, too.
    let mut folded = [0; LONGEST];
    let folded = folded.get_mut(..bytes.len())?;
    folded.copy_from_slice(bytes);
    folded.make_ascii_lowercase();
    let folded = &*folded;
    while from < to {
        let middle = from.midpoint(to);
        match KEYWORDS[middle].text.as_bytes().cmp(folded) {
            std::cmp::Ordering::Less => from = middle + 1,
            std::cmp::Ordering::Equal => return Some(middle),
            std::cmp::Ordering::Greater => to = middle,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_is_found_in_any_case_and_nothing_else_is() {
        for (at, keyword) in KEYWORDS.iter().enumerate() {
            assert_eq!(find(keyword.text), Some(at));
            assert_eq!(find(&keyword.text.to_ascii_uppercase()), Some(at));
        }
        for word in ["", "z", "selec", "selects", "ſelect", "_all", "Ä", "\u{212a}eys"] {
            assert_eq!(find(word), None, "{word}");
        }
        assert_eq!(KEYWORDS.iter().map(|keyword| keyword.text.len()).max(), Some(LONGEST));
        assert!(KEYWORDS.is_sorted_by_key(|keyword| keyword.text));
    }
}
