//! How like two words are.

/// The name that is most like another one, if any is near.
pub(crate) fn nearest<'n>(name: &str, among: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let letters = name.chars().count();
    // Of a name of three or four letters two would leave hardly any.
    let near = if letters < 5 { 1 } else { letters.div_ceil(3) };
    let measured = among.map(|other| (distance(name, other), other));
    // With a distance of all its letters nothing is shared, however short it is.
    measured
        .filter(|(distance, other)| *distance <= near && *distance < letters.max(other.chars().count()))
        .min()
        .map(|(_, other)| other)
}

/// How many letters must be put in, taken out, replaced or swapped with the next to make one name of another.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let above = &rows[i];
            let mut cost = (above[j] + usize::from(from != to)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to {
                cost = cost.min(rows[i - 1][j - 1] + 1);
            }
            row.push(cost);
        }
        rows.push(row);
    }
    rows.last().and_then(|row| row.last()).copied().unwrap_or_default()
}
