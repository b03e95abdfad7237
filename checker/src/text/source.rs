use std::ops::Range;

/// A range of bytes in a source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// The range from `start` to before `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest range that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// As a range to index a text with.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A place that a person can go to. Both numbers count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Where a byte of a text stands in the file that the text was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The byte in the text.
    pub byte: usize,
    /// Its place in the file.
    pub position: Position,
}

/// A file's name and text, with an index of its lines.
#[derive(Debug, Clone)]
pub struct Source {
    path: String,
    text: String,
    line_starts: Vec<usize>,
    /// By ascending bytes; none where the text is a whole file.
    anchors: Vec<Anchor>,
}

impl Source {
    /// A text and the name that messages give it.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(newlines.map(|(index, _)| index + 1)).collect();
        Self { path: path.into(), text, line_starts, anchors: Vec::new() }
    }

    /// A text that stands somewhere in a file. `anchors`, by ascending bytes, say where: what is behind one stands behind
    /// it on the same line, up to the next.
    #[must_use]
    pub fn within(path: impl Into<String>, text: impl Into<String>, anchors: Vec<Anchor>) -> Self {
        Self { anchors, ..Self::new(path, text) }
    }

    /// Whether the text is a part of the file.
    pub(crate) fn is_part(&self) -> bool {
        !self.anchors.is_empty()
    }

    /// The name that messages give it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What of the text stands on the lines of the file that a span is on; all of it where the text is a whole file.
    pub(crate) fn around(&self, span: Span) -> Span {
        let (first, last) = (self.position(span.start).line, self.position(span.end).line);
        let start = self.anchors.iter().find(|anchor| anchor.position.line == first);
        let end = self.anchors.iter().find(|anchor| anchor.byte > span.end && anchor.position.line > last);
        Span::new(start.map_or(0, |one| one.byte), end.map_or(self.text.len(), |one| one.byte))
    }

    /// The text of a span; empty where the span does not fit the text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Line and column of a byte. One past the end of the text is a place too.
    ///
    /// A byte order mark at the start takes no column: no editor shows it.
    #[must_use]
    pub fn position(&self, byte: usize) -> Position {
        let byte = byte.min(self.text.len());
        let behind = self.anchors.partition_point(|anchor| anchor.byte <= byte);
        if let Some(Anchor { byte: from, position }) =
            behind.checked_sub(1).and_then(|at| self.anchors.get(at))
        {
            let between = self.text.get(*from..byte).unwrap_or_default().chars().count();
            return Position { column: position.column + between, ..*position };
        }
        let line = self.line_starts.partition_point(|start| *start <= byte);
        let start = self.line_starts.get(line - 1).copied().unwrap_or_default();
        let before = self.text.get(start..byte).unwrap_or_default();
        let mark = usize::from(start == 0 && before.starts_with('\u{feff}'));
        Position { line, column: before.chars().count() - mark + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_lines_from_one() {
        let source = Source::new("a.sql", "é;\r\nİx;\n");
        let at = |byte| {
            let place = source.position(byte);
            (place.line, place.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(2), (1, 2));
        assert_eq!(at(5), (2, 1));
        assert_eq!(at(7), (2, 2));
        assert_eq!(at(10), (3, 1));
        assert_eq!(at(99), (3, 1));
    }

    #[test]
    fn a_part_of_a_file_has_the_places_of_the_file() {
        let anchor = |byte, line, column| Anchor { byte, position: Position { line, column } };
        let source = Source::within("a.rs", "ab\ncd", vec![anchor(0, 7, 12), anchor(3, 8, 1)]);
        assert_eq!(source.position(1), Position { line: 7, column: 13 });
        assert_eq!(source.position(4), Position { line: 8, column: 2 });
        assert_eq!(source.position(99), Position { line: 8, column: 3 });
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let source = Source::new("a.sql", "\u{feff}SELECT 1");
        assert_eq!(source.position(3), Position { line: 1, column: 1 });
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
    }
}
