//! A plan as bytes: what the macro writes into a binary, and what the runtime reads when a set is used for the first time.
//!
//! A plan written as Rust costs the compiler minutes and gigabytes for a thousand files; one literal costs it nothing.
//! The stages are released together, so the form may change with every release; [`FORMAT`] and a checksum guard against
//! bytes that are none of ours.

use crate::{
    Checksum, Column, ConstraintKind, Fact, IndexDefinition, Job, List, Migration, MigrationKind, Name,
    Phase, Plan, Proof, RelationKind, Setting, Statement, Step, StepKind, TableConstraint, Text, Unqualified,
};

/// The version of the form.
pub const FORMAT: u8 = 1;

/// What an encoded plan begins with.
const MAGIC: &[u8; 4] = b"dsqm";

impl Plan {
    /// The plan as bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        self.write(&mut body);
        let mut bytes = MAGIC.to_vec();
        bytes.push(FORMAT);
        bytes.extend(fingerprint(&body).to_le_bytes());
        bytes.append(&mut body);
        bytes
    }

    /// The plan of these bytes, whose texts are parts of them; `None` where they are not what [`Self::encode`] gave.
    #[must_use]
    pub fn decode(bytes: &'static [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(MAGIC.len() + 1)?;
        let (given, body) = rest.split_first_chunk::<8>()?;
        let known = head.starts_with(MAGIC) && head.ends_with(&[FORMAT]);
        if !known || u64::from_le_bytes(*given) != fingerprint(body) {
            return None;
        }
        let mut reader = Reader { rest: body };
        let plan = Self::read(&mut reader)?;
        reader.rest.is_empty().then_some(plan)
    }
}

/// A hash that tells other bytes by accident, not by an attack: FNV-1a, eight bytes at a time.
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |word: u64| hash = (hash ^ word).wrapping_mul(0x0100_0000_01b3);
    let (words, rest) = bytes.as_chunks::<8>();
    words.iter().for_each(|word| take(u64::from_le_bytes(*word)));
    rest.iter().for_each(|byte| take(u64::from(*byte)));
    hash
}

/// What has not been read yet.
struct Reader {
    rest: &'static [u8],
}

impl Reader {
    fn bytes(&mut self, count: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }
}

/// What has a form as bytes.
trait Code: Sized {
    fn write(&self, out: &mut Vec<u8>);
    fn read(from: &mut Reader) -> Option<Self>;
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
impl Code for usize {
    fn write(&self, out: &mut Vec<u8>) {
        let mut rest = *self;
        while rest > 0x7f {
            out.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        out.push(rest.to_le_bytes()[0]);
    }

    fn read(from: &mut Reader) -> Option<Self> {
        let mut value = 0;
        for shift in (0..Self::BITS).step_by(7) {
            let byte = from.byte()?;
            value |= Self::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

impl Code for u32 {
    fn write(&self, out: &mut Vec<u8>) {
        usize::try_from(*self).unwrap_or(usize::MAX).write(out);
    }

    fn read(from: &mut Reader) -> Option<Self> {
        Self::try_from(usize::read(from)?).ok()
    }
}

impl Code for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn read(from: &mut Reader) -> Option<Self> {
        match from.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Code for Checksum {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.as_bytes());
    }

    fn read(from: &mut Reader) -> Option<Self> {
        from.bytes(16)?.try_into().ok().map(Self::new)
    }
}

impl Code for Text {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        out.extend(self.as_bytes());
    }

    fn read(from: &mut Reader) -> Option<Self> {
        let length = usize::read(from)?;
        std::str::from_utf8(from.bytes(length)?).ok().map(Self::Borrowed)
    }
}

impl<T: Code> Code for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.is_some().write(out);
        self.iter().for_each(|value| value.write(out));
    }

    fn read(from: &mut Reader) -> Option<Self> {
        if bool::read(from)? { T::read(from).map(Some) } else { Some(None) }
    }
}

impl<T: Code + Clone> Code for List<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        self.iter().for_each(|item| item.write(out));
    }

    fn read(from: &mut Reader) -> Option<Self> {
        let length = usize::read(from)?;
        if length == 0 {
            return Some(Self::Borrowed(&[]));
        }
        // No item is less than a byte, so that a wrong length cannot ask for more memory than there are bytes.
        let mut items = Vec::with_capacity(length.min(from.rest.len()));
        for _ in 0..length {
            items.push(T::read(from)?);
        }
        Some(Self::Owned(items))
    }
}

/// A struct: its fields in order.
macro_rules! record {
    ($($type:ident { $($field:ident),+ })+) => {$(
        impl Code for $type {
            fn write(&self, out: &mut Vec<u8>) {
                let Self { $($field),+ } = self;
                $($field.write(out);)+
            }

            fn read(from: &mut Reader) -> Option<Self> {
                Some(Self { $($field: Code::read(from)?),+ })
            }
        }
    )+};
}

/// An enum: a byte that says which, and the fields in order.
macro_rules! choice {
    ($($type:ident { $($number:literal $variant:ident { $($field:ident),* })+ })+) => {$(
        impl Code for $type {
            fn write(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$variant { $($field),* } => {
                        out.push($number);
                        $($field.write(out);)*
                    })+
                }
            }

            fn read(from: &mut Reader) -> Option<Self> {
                Some(match from.byte()? {
                    $($number => Self::$variant { $($field: Code::read(from)?),* },)+
                    _ => return None,
                })
            }
        }
    )+};
}

record! {
    Plan { dialect, migrations }
    Migration { kind, phase, version, name, file, checksum, replaces, steps }
    Step { kind, settings, waits_for }
    Setting { parameter, statement }
    Statement { sql, line, checksum }
    Unqualified { fact, at }
    IndexDefinition { unique, keys, include, nulls_not_distinct, partial }
    Name { schema, name }
    Column { name, data_type, not_null }
    TableConstraint { kind, columns }
}

choice! {
    MigrationKind { 0 Ordinary {} 1 Baseline {} 2 Always {} }
    Phase { 0 Expand {} 1 Backfill {} 2 Contract {} }
    StepKind {
        0 Ddl { statement, proof, unqualified }
        1 AsyncDdl { statement, job }
        2 Dml { statements }
    }
    Job {
        0 IndexBuild { table, index, if_not_exists, definition }
        1 ValidateConstraint { table, constraint, if_exists }
    }
    Fact {
        0 Schema { name, exists }
        1 OwnSchema {}
        2 Relation { name, kind, exists }
        3 Table { name, columns, constraints }
        4 Column { table, column, exists }
        5 Identity { table, column, exists }
        6 Generated { table, column, exists }
        7 Constraint { table, name, exists, validated }
        8 Domain { name, exists }
        9 DomainConstraint { domain, name, exists }
        10 Function { name, takes, exists }
        11 Role { name, exists }
        12 Statistics { name, exists }
        13 IamMapping { role, arn, exists }
    }
    RelationKind { 0 Table {} 1 View {} 2 Sequence {} 3 Index {} }
    ConstraintKind { 0 PrimaryKey {} 1 Unique {} 2 Check {} 3 ForeignKey {} }
}

impl Code for Proof {
    fn write(&self, out: &mut Vec<u8>) {
        let (number, facts) = match self {
            Self::Facts(facts) => (0, Some(facts)),
            Self::Repeatable(facts) => (1, Some(facts)),
            Self::Unknown => (2, None),
        };
        out.push(number);
        facts.into_iter().for_each(|facts| facts.write(out));
    }

    fn read(from: &mut Reader) -> Option<Self> {
        Some(match from.byte()? {
            0 => Self::Facts(Code::read(from)?),
            1 => Self::Repeatable(Code::read(from)?),
            2 => Self::Unknown,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &'static str) -> Text {
        Text::Borrowed(text)
    }

    fn statement(sql: &'static str, line: u32) -> Statement {
        Statement { sql: text(sql), line, checksum: Checksum::new([line.to_le_bytes()[0]; 16]) }
    }

    fn name() -> Name {
        Name { schema: Some(text("app")), name: text("Odd \"name\"") }
    }

    /// A plan with something of everything.
    fn plan() -> Plan {
        let facts = vec![
            Fact::Schema { name: text("app"), exists: true },
            Fact::OwnSchema,
            Fact::Relation { name: name(), kind: RelationKind::Index, exists: false },
            Fact::Table {
                name: name(),
                columns: vec![Column { name: text("é"), data_type: Some(text("text")), not_null: true }]
                    .into(),
                constraints: vec![TableConstraint { kind: ConstraintKind::Check, columns: vec![].into() }]
                    .into(),
            },
            Fact::Constraint { table: name(), name: text("c"), exists: true, validated: false },
            Fact::Function { name: name(), takes: None, exists: true },
            Fact::IamMapping { role: text("r"), arn: text("arn:aws:iam::1:role/x"), exists: true },
        ];
        let definition = IndexDefinition {
            unique: true,
            keys: vec![None, Some(text("a"))].into(),
            include: vec![text("b")].into(),
            nulls_not_distinct: false,
            partial: true,
        };
        let ddl = StepKind::Ddl {
            statement: statement("CREATE TABLE t (a int)", 1),
            proof: Proof::Facts(facts.into()),
            unqualified: vec![Unqualified { fact: 3, at: 300 }].into(),
        };
        let job = Job::IndexBuild { table: name(), index: text("i"), if_not_exists: true, definition };
        let wait = Job::ValidateConstraint { table: name(), constraint: text("c"), if_exists: false };
        let dml =
            StepKind::Dml { statements: vec![statement("", 4), statement("DELETE FROM t", 70_000)].into() };
        let setting =
            Setting { parameter: text("search_path"), statement: statement("SET search_path = app", 2) };
        let step =
            |kind| Step { kind, settings: vec![setting.clone()].into(), waits_for: vec![0, 200].into() };
        let repeatable = StepKind::Ddl {
            statement: statement("x", 9),
            proof: Proof::Repeatable(vec![].into()),
            unqualified: vec![].into(),
        };
        let unknown =
            StepKind::Ddl { statement: statement("y", 9), proof: Proof::Unknown, unqualified: vec![].into() };
        let steps = [
            ddl,
            StepKind::AsyncDdl { statement: statement("a", 1), job },
            StepKind::AsyncDdl { statement: statement("b", 1), job: wait },
            dml,
            repeatable,
            unknown,
        ];
        let migration = |kind, phase| Migration {
            kind,
            phase,
            version: text("0001"),
            name: text("items"),
            file: text("migrations/0001_items.sql"),
            checksum: Checksum::new([7; 16]),
            replaces: vec![Checksum::new([8; 16])].into(),
            steps: steps.iter().cloned().map(step).collect(),
        };
        Plan {
            dialect: text("2026-10-16"),
            migrations: vec![
                migration(MigrationKind::Baseline, Phase::Expand),
                migration(MigrationKind::Ordinary, Phase::Backfill),
                migration(MigrationKind::Always, Phase::Contract),
            ]
            .into(),
        }
    }

    #[test]
    fn a_plan_comes_back_as_it_was() {
        let bytes: &'static [u8] = plan().encode().leak();
        assert_eq!(Plan::decode(bytes), Some(plan()));
    }

    #[test]
    fn other_bytes_are_no_plan() {
        let bytes = plan().encode();
        for at in 0..bytes.len() {
            let cut: &'static [u8] = bytes[..at].to_vec().leak();
            assert_eq!(Plan::decode(cut), None, "cut at {at}");
            let mut changed = bytes.clone();
            changed[at] ^= 0x41;
            assert_eq!(Plan::decode(changed.leak()), None, "changed at {at}");
        }
        let mut longer = bytes;
        longer.push(0);
        assert_eq!(Plan::decode(longer.leak()), None);
    }

    /// What the checksum lets through by chance must not do harm either.
    #[test]
    fn bytes_behind_a_right_checksum_do_no_harm() {
        let bytes = plan().encode();
        let body = &bytes[13..];
        for at in 0..body.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut body = body.to_vec();
                body[at] ^= flip;
                let mut whole = bytes[..5].to_vec();
                whole.extend(fingerprint(&body).to_le_bytes());
                whole.append(&mut body);
                let _ = Plan::decode(whole.leak());
            }
        }
    }
}
