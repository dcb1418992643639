//! The bytes that will be mapped.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use crate::inspection::Image;
use crate::sys::FixedBytes;

/// A copy of a plugin's bytes that nobody can change.
///
/// On Linux this is a sealed memfd, elsewhere a copy in a folder that only this user may enter. It
/// must live as long as the library is mapped, because on Linux its path is reused afterwards.
#[derive(Debug)]
pub struct SealedImage {
    bytes: Bytes,
    sha256: String,
}

/// Where the bytes are.
#[derive(Debug)]
enum Bytes {
    Fixed(FixedBytes),
    /// The plugin's own file, for debuggers. Anyone who may write to it can change the mapped code.
    File(PathBuf),
}

impl SealedImage {
    /// Seals the bytes of `image`. If equal bytes are sealed in this process already, they are
    /// shared, so that equal plugins are mapped once.
    ///
    /// # Errors
    /// There is not enough memory, or no folder for a copy.
    pub fn of(image: &Image) -> io::Result<Arc<Self>> {
        if let Some(equal) = sealed().get(image.sha256()).and_then(Weak::upgrade) {
            return Ok(equal);
        }
        // Do not hold the lock here, so that other threads can seal other files meanwhile.
        let name = image.path().file_name().unwrap_or_default().to_string_lossy();
        let bytes = FixedBytes::new(&name, image.bytes())?;
        let bytes = Bytes::Fixed(bytes);
        let new = Arc::new(Self { bytes, sha256: image.sha256().to_owned() });
        let mut sealed = sealed();
        // Another thread may have sealed equal bytes meanwhile.
        if let Some(equal) = sealed.get(image.sha256()).and_then(Weak::upgrade) {
            return Ok(equal);
        }
        sealed.retain(|_, image| image.strong_count() > 0);
        sealed.insert(new.sha256.clone(), Arc::downgrade(&new));
        Ok(new)
    }

    /// The file itself, if the operator wants that: nothing is sealed.
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

    /// The library is mapped: removes what is no longer needed. Afterwards [`Self::path`] may not
    /// exist.
    pub(crate) fn mapped(&self) {
        if let Bytes::Fixed(bytes) = &self.bytes {
            bytes.mapped();
        }
    }

    /// The SHA-256 digest of the bytes, in lower-case hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

/// The bytes sealed in this process, by digest.
fn sealed() -> MutexGuard<'static, HashMap<String, Weak<SealedImage>>> {
    static SEALED: LazyLock<Mutex<HashMap<String, Weak<SealedImage>>>> =
        LazyLock::new(Default::default);
    // Even after a panic, this is a valid map from digests to images.
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
    fn an_image_that_was_dropped_is_gone() {
        let first = SealedImage::of(&image(b"fleeting")).unwrap();
        let gone = Arc::downgrade(&first);
        drop(first);
        assert!(gone.upgrade().is_none());
        assert!(SealedImage::of(&image(b"fleeting")).is_ok());
    }
}
