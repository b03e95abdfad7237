use crate::ast::{CreateSequence, Kind, SequenceOption, SequenceOptionKind};
use crate::grammar::{NodeKind as Node, Part};
use crate::parse::{data_type, persistence};

pub(super) fn create(part: Part<'_>) -> Option<Kind> {
    let sequence = CreateSequence {
        persistence: persistence::persistence(part),
        if_not_exists: part.words().contains("IF NOT EXISTS"),
        name: part.child(Node::Relation)?.cursor().name()?,
        options: options(part),
    };
    Some(Kind::CreateSequence(Box::new(sequence)))
}

/// The options that a sequence, an identity or a change of one has.
pub(super) fn options(part: Part<'_>) -> Vec<SequenceOption> {
    let one = |part: Part<'_>| Some(SequenceOption { kind: option(part)?, span: part.span() });
    part.children().into_iter().filter_map(one).collect()
}

fn option(part: Part<'_>) -> Option<SequenceOptionKind> {
    use SequenceOptionKind as Option_;
    let mut cursor = part.cursor();
    Some(match part.kind() {
        Node::SequenceType => Option_::As({
            cursor.eat("AS")?;
            data_type(&mut cursor)?
        }),
        Node::SequenceCache => Option_::Cache({
            cursor.eat("CACHE")?;
            cursor.integer()?
        }),
        Node::SequenceOwner => Option_::OwnedBy(part.child(Node::Name)?.name()?),
        Node::SequenceName => Option_::SequenceName(part.child(Node::Name)?.name()?),
        Node::SequenceRestart => Option_::Restart,
        Node::SequenceOption => Option_::Plain,
        Node::SetGenerated => Option_::SetGenerated,
        // `ALTER COLUMN … SET CACHE 1` says what `CACHE 1` says.
        Node::SetSequenceOption => option(part.first()?)?,
        _ => return None,
    })
}
