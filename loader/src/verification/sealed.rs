//! The very bytes that will be mapped.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use crate::inspection::Image;
use crate::sys::FixedBytes;

/// The bytes of a plugin where nobody can change them any more.
///
/// On Linux a sealed memfd, elsewhere a copy in a folder of this user alone. It must be kept as
/// long as the library is mapped: on Linux its path is not unique after that.
#[derive(Debug)]
pub struct SealedImage {
    bytes: Bytes,
    sha256: String,
}

/// Where the bytes are.
#[derive(Debug)]
enum Bytes {
    Fixed(FixedBytes),
    /// The plugin's file: for debuggers, and changed by whoever may write to it.
    File(PathBuf),
}

impl SealedImage {
    /// Seals the bytes of `image`, or shares those already sealed in this process that are equal:
    /// what has one digest is mapped once.
    ///
    /// # Errors
    /// If there is no memory, or no place, to put them.
    pub fn of(image: &Image) -> io::Result<Arc<Self>> {
        if let Some(equal) = sealed().get(image.sha256()).and_then(Weak::upgrade) {
            return Ok(equal);
        }
        // Without the lock: other threads seal others meanwhile.
        let name = image.path().file_name().unwrap_or_default().to_string_lossy();
        let bytes = FixedBytes::new(&name, image.bytes())?;
        let bytes = Bytes::Fixed(bytes);
        let new = Arc::new(Self { bytes, sha256: image.sha256().to_owned() });
        let mut sealed = sealed();
        // One of them may have had equal bytes.
        if let Some(equal) = sealed.get(image.sha256()).and_then(Weak::upgrade) {
            return Ok(equal);
        }
        sealed.retain(|_, image| image.strong_count() > 0);
        sealed.insert(new.sha256.clone(), Arc::downgrade(&new));
        Ok(new)
    }

    /// The file itself, where the operator wants that: nothing is sealed.
    pub(super) fn file(image: &Image) -> Arc<Self> {
        let path = image.path().to_owned();
        Arc::new(Self { bytes: Bytes::File(path), sha256: image.sha256().to_owned() })
    }

    /// The path to map.
    pub fn path(&self) -> PathBuf {
        match &self.bytes {
            Bytes::Fixed(bytes) => bytes.path(),
            Bytes::File(path) => path.clone(),
        }
    }

    /// The library is mapped: what need not stay for that is removed. Then [`Self::path`] may lead
    /// nowhere.
    pub(crate) fn mapped(&self) {
        if let Bytes::Fixed(bytes) = &self.bytes {
            bytes.mapped();
        }
    }

    /// Digest of the bytes, in lower-case hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

/// What is sealed in this process, by its digest.
fn sealed() -> MutexGuard<'static, HashMap<String, Weak<SealedImage>>> {
    static SEALED: LazyLock<Mutex<HashMap<String, Weak<SealedImage>>>> =
        LazyLock::new(Default::default);
    // What a panic could leave behind is still a map of digests to images.
    SEALED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(bytes: &[u8]) -> Image {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Image::open(file.path()).unwrap()
    }

    #[test]
    fn equal_bytes_share_one_image() {
        let first = SealedImage::of(&image(b"equal bytes")).unwrap();
        let second = SealedImage::of(&image(b"equal bytes")).unwrap();
        let other = SealedImage::of(&image(b"other bytes")).unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        assert_ne!(first.path(), other.path());
        assert_ne!(first.sha256(), other.sha256());
        assert_eq!(std::fs::read(first.path()).unwrap(), b"equal bytes");
    }

    #[test]
    fn equal_bytes_that_are_sealed_at_once_share_one_image() {
        let images = [(); 8].map(|()| image(b"equal bytes at once"));
        let sealed: Vec<_> = std::thread::scope(|scope| {
            let sealing = images.each_ref().map(|image| scope.spawn(|| SealedImage::of(image)));
            sealing.into_iter().map(|sealing| sealing.join().unwrap().unwrap()).collect()
        });
        assert!(sealed.iter().all(|image| Arc::ptr_eq(image, &sealed[0])));
    }

    #[test]
    fn an_image_nobody_holds_is_gone() {
        let first = SealedImage::of(&image(b"fleeting")).unwrap();
        let gone = Arc::downgrade(&first);
        drop(first);
        assert!(gone.upgrade().is_none());
        assert!(SealedImage::of(&image(b"fleeting")).is_ok());
    }
}
