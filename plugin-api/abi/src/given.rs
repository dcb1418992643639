//! Text that one side has given away, for its holder to read.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::owned::OwnedStr;

/// Text that the holder owns, whichever side created it. It is read in place, without a copy.
///
/// Rationale: the other side need not vouch for its text. It is checked when it is first read, so
/// that text that is never read costs nothing.
pub struct GivenText {
    raw: OwnedStr,
    /// Whether it is known to be valid UTF-8.
    sound: AtomicBool,
    /// The replacement if it is not.
    mended: OnceLock<Box<str>>,
}

impl GivenText {
    /// Wraps a text from the other side; `None` if that is null.
    pub fn new(raw: OwnedStr) -> Option<Self> {
        raw.get().is_some().then_some(Self::of(raw, false))
    }

    /// Shares a part of a text instead of copying it; `None` if `part` is not a part of it.
    pub fn part(whole: &Arc<String>, part: Range<usize>) -> Option<Self> {
        OwnedStr::part(Arc::clone(whole), part).map(|raw| Self::of(raw, true))
    }

    #[inline]
    const fn of(raw: OwnedStr, sound: bool) -> Self {
        Self { raw, sound: AtomicBool::new(sound), mended: OnceLock::new() }
    }

    /// The text; invalid UTF-8 is replaced by U+FFFD.
    #[inline]
    pub fn as_str(&self) -> &str {
        if self.sound.load(Ordering::Relaxed) {
            // SAFETY: it was made of a text, or looked at (`look`), and is never changed.
            return unsafe { std::str::from_utf8_unchecked(self.bytes()) };
        }
        self.look()
    }

    /// Checks the text.
    #[cold]
    fn look(&self) -> &str {
        match std::str::from_utf8(self.bytes()) {
            Ok(text) => {
                self.sound.store(true, Ordering::Relaxed);
                text
            }
            Err(_) => self
                .mended
                .get_or_init(|| String::from_utf8_lossy(self.bytes()).into_owned().into()),
        }
    }

    #[inline]
    fn bytes(&self) -> &[u8] {
        self.raw.get().unwrap_or_default()
    }

    /// Converts it into the C form.
    pub fn into_raw(self) -> OwnedStr {
        self.raw
    }
}

impl From<String> for GivenText {
    fn from(text: String) -> Self {
        Self::of(text.into(), true)
    }
}

/// Shares the text with the giver.
impl From<Arc<str>> for GivenText {
    fn from(text: Arc<str>) -> Self {
        Self::of(text.into(), true)
    }
}

impl From<&'static str> for GivenText {
    fn from(text: &'static str) -> Self {
        Self::of(OwnedStr::fixed(text), true)
    }
}

/// Copies the text.
impl Clone for GivenText {
    fn clone(&self) -> Self {
        self.as_str().to_owned().into()
    }
}

impl fmt::Debug for GivenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_place_and_released_once() {
        let shared: Arc<str> = "ä€".into();
        let given = GivenText::new(Arc::clone(&shared).into()).unwrap();
        assert_eq!(given.as_str().as_ptr(), shared.as_ptr());
        let copy = given.clone();
        assert_eq!((copy.as_str(), Arc::strong_count(&shared)), ("ä€", 2));
        let again = GivenText::new(given.into_raw()).unwrap();
        assert_eq!(again.as_str(), &*shared);
        drop(again);
        assert_eq!(Arc::strong_count(&shared), 1);
        assert_eq!(GivenText::from(String::new()).as_str(), "");
        assert_eq!(GivenText::from("a").as_str(), "a");
        assert!(GivenText::new(OwnedStr::NONE).is_none());
    }

    #[test]
    fn a_part_keeps_the_whole() {
        let whole = Arc::new("a\u{e4}b".to_owned());
        let part = GivenText::part(&whole, 1..3).unwrap();
        assert_eq!((part.as_str(), Arc::strong_count(&whole)), ("\u{e4}", 2));
        assert_eq!(part.as_str().as_ptr(), whole[1..].as_ptr());
        // In the middle of a character; beyond the end.
        assert!(GivenText::part(&whole, 0..2).is_none());
        assert!(GivenText::part(&whole, 1..5).is_none());
        assert_eq!(Arc::strong_count(&whole), 2);
        let again = GivenText::new(part.into_raw()).unwrap();
        drop(whole);
        assert_eq!(again.as_str(), "\u{e4}");
    }

    #[test]
    fn invalid_utf_8_is_replaced() {
        let given = GivenText::new(OwnedStr::of(vec![b'a', 0xff])).unwrap();
        assert_eq!(given.as_str(), "a\u{fffd}");
        assert_eq!(given.as_str(), "a\u{fffd}");
        assert_eq!(format!("{:?}", given.clone()), "\"a\u{fffd}\"");
        // The other side gets the bytes unchanged.
        assert_eq!(given.into_raw().get(), Some(&[b'a', 0xff][..]));
    }
}
