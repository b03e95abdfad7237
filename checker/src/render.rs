//! Findings as text in the manner of rustc.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::check::Report;
use crate::finding::{Diagnostic, Severity};
use crate::head::Judged;
use crate::text::{Source, Span};

/// A line longer than this many bytes is shown in part: a dump's INSERT can be a megabyte wide.
const LONG_LINE: usize = 400;

/// How a report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Letters only, for compile errors and files.
    Plain,
    /// With the terminal's colours.
    Coloured,
}

/// One finding: its rule and message, the place, the source with the clause underlined, what the server would
/// say, and what to write instead.
#[must_use]
pub fn diagnostic(report: &Report, finding: &Diagnostic, style: Style) -> String {
    text(report, None, finding, style)
}

/// The same of a finding in a statement of an application; `report` is that of the set which it was held against.
#[must_use]
pub fn of_statement(report: &Report, judged: &Judged, finding: &Diagnostic, style: Style) -> String {
    text(report, Some(&judged.source), finding, style)
}

/// The file at a position: one of the set, or behind these the statement that was held against it.
fn file<'a>(report: &'a Report, statement: Option<&'a Source>, at: usize) -> Option<&'a Source> {
    report.files.get(at).or(statement)
}

fn text(report: &Report, statement: Option<&Source>, finding: &Diagnostic, style: Style) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(finding.message.as_str()).id(finding.rule.id);
    let mut group = Group::with_title(title);
    for element in snippets(report, statement, finding) {
        group = match element {
            Element::Origin(origin) => group.element(origin),
            Element::Snippet(snippet) => group.element(snippet),
        };
    }
    if let Some(server) = &finding.server {
        let words = format!("{} {}", server.sqlstate, server.message);
        group = group.element(Level::NOTE.with_name("server").message(words));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    if let Some(until) = finding.rule.until {
        let words = format!("judged as of {}; DSQL has taken this since {until}", report.dialect);
        group = group.element(Level::NOTE.message(words));
    }
    group = group
        .element(Level::NOTE.with_name("see").message(format!("`dsql-migrate explain {}`", finding.rule.id)));
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    renderer.render(&[group])
}

enum Element<'a> {
    Origin(Origin<'a>),
    Snippet(Snippet<'a, annotate_snippets::Annotation<'a>>),
}

/// The places of a finding: those in one file that are near each other share one window of source.
fn snippets<'a>(
    report: &'a Report,
    statement: Option<&'a Source>,
    finding: &'a Diagnostic,
) -> Vec<Element<'a>> {
    let mut elements = Vec::new();
    let Some(source) = file(report, statement, finding.file) else { return elements };
    if finding.span == Span::default() {
        // About the file as a whole.
        elements.push(Element::Origin(Origin::path(source.path())));
        return elements;
    }
    let same: Vec<_> = finding.others.iter().filter(|other| other.file == finding.file).collect();
    let all = same.iter().fold(finding.span, |all, other| all.to(other.span));
    let window = Window::around(source, all);
    let mut snippet = window.snippet(source, finding.span, &mut elements);
    let primary = AnnotationKind::Primary.span(window.local(finding.span));
    snippet = snippet.annotation(if finding.label.is_empty() {
        primary
    } else {
        primary.label(finding.label.as_str())
    });
    for other in same {
        snippet = snippet
            .annotation(AnnotationKind::Context.span(window.local(other.span)).label(other.text.as_str()));
    }
    elements.push(Element::Snippet(snippet));
    for other in finding.others.iter().filter(|other| other.file != finding.file) {
        let Some(source) = file(report, statement, other.file) else { continue };
        let window = Window::around(source, other.span);
        let snippet = window.snippet(source, other.span, &mut elements);
        let annotation = AnnotationKind::Context.span(window.local(other.span)).label(other.text.as_str());
        elements.push(Element::Snippet(snippet.annotation(annotation)));
    }
    elements
}

/// The part of a text that is shown: whole lines, unless they are too long.
struct Window {
    start: usize,
    end: usize,
    /// Whether the first line is not shown from its beginning.
    cut: bool,
    /// How many blanks stand for what the file has before the text on its first line, so that columns are those of the
    /// file.
    indent: usize,
}

impl Window {
    fn around(source: &Source, span: Span) -> Self {
        let text = source.text();
        let line_start =
            |at: usize| text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
        let mut start = line_start(span.start);
        if start == 0 && text.starts_with('\u{feff}') {
            start = '\u{feff}'.len_utf8().min(span.start);
        }
        let mut end = text
            .get(span.end..)
            .and_then(|after| after.find('\n'))
            .map_or(text.len(), |newline| span.end + newline);
        let on_line = source.around(span);
        (start, end) = (start.max(on_line.start), end.min(on_line.end));
        let cut = span.start - start > LONG_LINE;
        if cut {
            start = boundary(text, span.start - LONG_LINE / 4);
        }
        if end - span.end > LONG_LINE {
            end = boundary(text, span.end + LONG_LINE / 4);
        }
        let before = source.slice(Span::new(start, span.start)).chars().count();
        let indent = if source.is_part() && !cut {
            (source.position(span.start).column - 1).saturating_sub(before)
        } else {
            0
        };
        Self { start, end, cut, indent }
    }

    /// The snippet of this window. Where its first line is cut the place is said beforehand, since columns
    /// would be counted from the cut.
    fn snippet<'a>(
        &self,
        source: &'a Source,
        place: Span,
        elements: &mut Vec<Element<'a>>,
    ) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        // A carriage return would be shown as a mark of its own; a blank takes the same one byte.
        let text = source.slice(Span::new(self.start, self.end)).replace('\r', " ");
        let text = format!("{:1$}{text}", "", self.indent);
        let snippet = Snippet::source(text).line_start(source.position(self.start).line);
        if !self.cut {
            return snippet.path(source.path());
        }
        let position = source.position(place.start);
        elements.push(Element::Origin(
            Origin::path(source.path()).line(position.line).char_column(position.column),
        ));
        snippet
    }

    fn local(&self, span: Span) -> std::ops::Range<usize> {
        let clamp = |at: usize| at.clamp(self.start, self.end) - self.start + self.indent;
        clamp(span.start)..clamp(span.end).max(clamp(span.start))
    }
}

/// The nearest place at or before a byte where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
