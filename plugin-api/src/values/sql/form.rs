//! The encoding of values and rows as bytes that cross the boundary.
//!
//! A value is a byte for its type, followed by the eight bytes of an integer or of the bits of a
//! real, or by a four-byte length and the bytes of a text or blob; little-endian. A result is the
//! number of columns (four bytes), their names as texts, and the values, row by row.

use hsmod_abi::OwnedBytes;

use super::{SqlRows, SqlValue};
use crate::values::answer::{Answer, Unreadable};

pub(crate) const NULL: u8 = 0;
pub(crate) const INTEGER: u8 = 1;
pub(crate) const REAL: u8 = 2;
pub(crate) const TEXT: u8 = 3;
pub(crate) const BLOB: u8 = 4;

const UNREADABLE: Unreadable = Unreadable("not readable as SQL values: of another version?");

impl SqlValue {
    /// Encodes values, one after the other, as bytes that cross the boundary.
    pub fn encode(values: &[Self]) -> Vec<u8> {
        let mut bytes = Vec::new();
        values.iter().for_each(|value| value.write(&mut bytes));
        bytes
    }

    /// The reverse of [`Self::encode`].
    ///
    /// # Errors
    /// A version that knows more types wrote them.
    pub fn decode(bytes: &[u8]) -> Result<Vec<Self>, Unreadable> {
        let mut reader = Reader(bytes);
        let mut values = Vec::new();
        while !reader.0.is_empty() {
            values.push(reader.value()?);
        }
        Ok(values)
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Null => bytes.push(NULL),
            Self::Integer(integer) => {
                bytes.push(INTEGER);
                bytes.extend(integer.to_le_bytes());
            }
            Self::Real(real) => {
                bytes.push(REAL);
                bytes.extend(real.to_bits().to_le_bytes());
            }
            Self::Text(text) => {
                bytes.push(TEXT);
                write_counted(text.as_bytes(), bytes);
            }
            Self::Blob(blob) => {
                bytes.push(BLOB);
                write_counted(blob, bytes);
            }
        }
    }
}

/// # Panics
/// If `content` has 4 GiB: a hundred times what SQLite accepts.
fn write_counted(content: &[u8], bytes: &mut Vec<u8>) {
    let length = u32::try_from(content.len()).expect("less than 4 GiB");
    bytes.extend(length.to_le_bytes());
    bytes.extend_from_slice(content);
}

/// The bytes that have not been read yet.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Unreadable> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(UNREADABLE)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        self.take(N)?.try_into().map_err(|_| UNREADABLE)
    }

    fn length(&mut self) -> Result<usize, Unreadable> {
        usize::try_from(u32::from_le_bytes(self.array()?)).map_err(|_| UNREADABLE)
    }

    fn counted(&mut self) -> Result<&'a [u8], Unreadable> {
        let length = self.length()?;
        self.take(length)
    }

    fn text(&mut self) -> Result<String, Unreadable> {
        String::from_utf8(self.counted()?.to_vec()).map_err(|_| UNREADABLE)
    }

    fn value(&mut self) -> Result<SqlValue, Unreadable> {
        Ok(match self.take(1)? {
            [NULL] => SqlValue::Null,
            [INTEGER] => SqlValue::Integer(i64::from_le_bytes(self.array()?)),
            [REAL] => SqlValue::Real(f64::from_bits(u64::from_le_bytes(self.array()?))),
            [TEXT] => SqlValue::Text(self.text()?),
            [BLOB] => SqlValue::Blob(self.counted()?.to_vec()),
            _ => return Err(UNREADABLE),
        })
    }
}

/// No columns and no rows is the neutral answer.
impl Answer for SqlRows {
    type Raw = OwnedBytes;

    fn is_neutral(&self) -> bool {
        self.columns.is_empty()
    }

    fn into_raw(self) -> Option<OwnedBytes> {
        if self.is_neutral() {
            return None;
        }
        let mut bytes = Vec::new();
        let columns = u32::try_from(self.columns.len()).expect("some thousand columns at most");
        bytes.extend(columns.to_le_bytes());
        self.columns.iter().for_each(|name| write_counted(name.as_bytes(), &mut bytes));
        self.rows.iter().flatten().for_each(|value| value.write(&mut bytes));
        Some(bytes.into())
    }

    fn from_raw(raw: OwnedBytes) -> Result<Self, Unreadable> {
        let bytes = raw.to_vec();
        let mut reader = Reader(&bytes);
        let count = reader.length()?;
        let columns = (0..count).map(|_| reader.text()).collect::<Result<Vec<_>, _>>()?;
        let mut rows = Vec::new();
        while count > 0 && !reader.0.is_empty() {
            rows.push((0..count).map(|_| reader.value()).collect::<Result<_, _>>()?);
        }
        Ok(Self { columns, rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Vec<SqlValue> {
        vec![
            SqlValue::Null,
            SqlValue::Integer(i64::MIN),
            SqlValue::Real(-0.0),
            SqlValue::Real(f64::MIN_POSITIVE),
            SqlValue::Text("ü\0".to_owned()),
            SqlValue::Text(String::new()),
            SqlValue::Blob(vec![0, 255]),
        ]
    }

    #[test]
    fn values_cross_exactly() {
        let back = SqlValue::decode(&SqlValue::encode(&values())).unwrap();
        assert_eq!(back, values());
        assert!(matches!(back[2], SqlValue::Real(zero) if zero.is_sign_negative()));
        assert_eq!(SqlValue::decode(&[]).unwrap(), []);
    }

    #[test]
    fn rows_cross_exactly_also_none_of_them() {
        let columns: Vec<String> = (0..7).map(|column| format!("c{column}")).collect();
        for rows in [vec![], vec![values(), values()]] {
            let result = SqlRows::new(columns.clone(), rows);
            let raw = result.clone().into_raw().unwrap();
            assert_eq!(SqlRows::from_raw(raw).unwrap(), result);
        }
    }

    #[test]
    fn values_of_a_later_version_are_unreadable() {
        for bytes in [&[9][..], &[INTEGER, 0], &[TEXT, 1, 0, 0, 0, 0xff], &[BLOB, 2, 0, 0, 0, 1]] {
            assert_eq!(SqlValue::decode(bytes), Err(UNREADABLE));
        }
    }
}
