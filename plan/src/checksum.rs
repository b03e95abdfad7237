use std::fmt;
use std::str::FromStr;

/// Tells whether an applied migration's text is still the one in the binary.
///
/// 128 bits of a SHA-256, written as 32 lower-case hexadecimal digits in `schema_migrations.checksum`.
/// It guards against accidents, not against an adversary: whoever can edit a migration can edit its checksum.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Checksum([u8; 16]);

impl Checksum {
    /// A checksum of these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes that its digits show.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checksum({self})")
    }
}

/// A text that is not 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidChecksum;

impl fmt::Display for InvalidChecksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a checksum is 32 hexadecimal digits")
    }
}

impl std::error::Error for InvalidChecksum {}

impl FromStr for Checksum {
    type Err = InvalidChecksum;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidChecksum);
        }
        let mut bytes = [0; 16];
        for (index, byte) in bytes.iter_mut().enumerate() {
            let digits = text.get(index * 2..index * 2 + 2).ok_or(InvalidChecksum)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| InvalidChecksum)?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_go_there_and_back() {
        let checksum = Checksum::new([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 254, 255]);
        assert_eq!(checksum.to_string(), "000102030405060708090a0b0c0dfeff");
        assert_eq!(checksum.to_string().parse(), Ok(checksum));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "00", "zz0102030405060708090a0b0c0dfeff", "+f0102030405060708090a0b0c0dfefé"] {
            assert_eq!(text.parse::<Checksum>(), Err(InvalidChecksum), "{text}");
        }
    }
}
