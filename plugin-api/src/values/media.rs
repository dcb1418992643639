//! Media files, as they are handed to a module that checks them.

use std::fmt;
use std::marker::PhantomData;

use abi_stable::StableAbi;
use abi_stable::std_types::{ROption, RSlice, RStr, RVec};

use super::answer::{Answer, Unreadable};
use super::error::ModuleError;
use crate::boundary::{FfiWaker, FutureSlot, Out, PanicReport, Request, Status};

/// What a media file is.
///
/// Mirrors `synapse.media._base.FileInfo`.
#[repr(C)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct FileInfo<'a> {
    server_name: ROption<RStr<'a>>,
    file_id: RStr<'a>,
    thumbnail: ROption<ThumbnailInfo<'a>>,
    url_cache: bool,
}

impl<'a> FileInfo<'a> {
    /// A file by its ID; `server_name` is `None` for media of this server.
    pub fn new(server_name: Option<&'a str>, file_id: &'a str) -> Self {
        Self {
            server_name: server_name.map(RStr::from).into(),
            file_id: file_id.into(),
            thumbnail: ROption::RNone,
            url_cache: false,
        }
    }

    /// It is a thumbnail.
    #[must_use]
    pub fn with_thumbnail(mut self, thumbnail: ThumbnailInfo<'a>) -> Self {
        self.thumbnail = ROption::RSome(thumbnail);
        self
    }

    /// It was fetched for a preview of a URL.
    #[must_use]
    pub const fn with_url_cache(mut self) -> Self {
        self.url_cache = true;
        self
    }

    /// The server the file comes from; `None`: this one.
    pub fn server_name(&self) -> Option<&'a str> {
        self.server_name.into_option().map(|name| name.as_str())
    }

    /// The file's ID within that server.
    pub fn file_id(&self) -> &'a str {
        self.file_id.as_str()
    }

    /// Which thumbnail it is, if it is one.
    pub fn thumbnail(&self) -> Option<ThumbnailInfo<'a>> {
        self.thumbnail.into_option()
    }

    /// Whether it was fetched for a preview of a URL.
    pub const fn url_cache(&self) -> bool {
        self.url_cache
    }
}

/// What a thumbnail is.
#[repr(C)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct ThumbnailInfo<'a> {
    method: RStr<'a>,
    media_type: RStr<'a>,
    length: u64,
    width: u32,
    height: u32,
}

impl<'a> ThumbnailInfo<'a> {
    /// A thumbnail of `width` times `height` pixels; `method` is `crop` or `scale`, `length` in
    /// bytes.
    pub fn new(width: u32, height: u32, method: &'a str, media_type: &'a str, length: u64) -> Self {
        Self { method: method.into(), media_type: media_type.into(), length, width, height }
    }

    /// In pixels.
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// In pixels.
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// `crop` or `scale`.
    pub fn method(&self) -> &'a str {
        self.method.as_str()
    }

    /// Its MIME type.
    pub fn media_type(&self) -> &'a str {
        self.media_type.as_str()
    }

    /// In bytes.
    pub const fn length(&self) -> u64 {
        self.length
    }
}

/// A media file that can be read piece by piece.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// # async fn example(file_wrapper: &ReadableFile<'_>) -> Result<(), ModuleError> {
/// let mut chunks = file_wrapper.chunks();
/// while let Some(chunk) = chunks.next().await? {
///     println!("{} bytes", chunk.len());
/// }
/// # Ok(())
/// # }
/// ```
///
/// Mirrors `synapse.media.media_storage.ReadableFileWrapper`.
#[repr(C)]
#[derive(StableAbi)]
pub struct ReadableFile<'a> {
    source: *const (),
    table: FileTableRef,
    path: ROption<RStr<'a>>,
    bytes: ROption<RSlice<'a, u8>>,
    length: u64,
    lifetime: PhantomData<&'a ()>,
}

// SAFETY: a `ReadableFile` is a shared borrow of a source that is `Send + Sync` (its makers
// demand it), in C form.
unsafe impl Send for ReadableFile<'_> {}
// SAFETY: as above.
unsafe impl Sync for ReadableFile<'_> {}

impl<'a> ReadableFile<'a> {
    /// Where the file lies on this machine, if it lies in a file.
    pub fn path(&self) -> Option<&'a str> {
        self.path.into_option().map(|path| path.as_str())
    }

    /// The whole file, if the homeserver has it in memory: nothing is copied.
    pub fn bytes(&self) -> Option<&'a [u8]> {
        self.bytes.into_option().map(|bytes| bytes.as_slice())
    }

    /// In bytes.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// The file from its beginning, in chunks of 16 KiB.
    pub const fn chunks(&self) -> Chunks<'_, 'a> {
        Chunks { file: self, offset: 0 }
    }

    /// At most `length` bytes from `offset` on; fewer only at the end of the file.
    ///
    /// # Errors
    /// If the homeserver cannot read the file.
    pub async fn read_at(&self, offset: u64, length: usize) -> Result<Vec<u8>, ModuleError> {
        if let Some(bytes) = self.bytes() {
            let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
            return Ok(bytes[start..start.saturating_add(length).min(bytes.len())].to_vec());
        }
        let Some(read_at) = self.table.read_at() else {
            return Err(ModuleError::new("this homeserver cannot read media"));
        };
        let source = self.source;
        // SAFETY: `source` and `read_at` belong together (whoever made this file made both); the
        // source is borrowed for as long as this future lives.
        let request = unsafe {
            Request::new("ReadableFile::read_at", move |slot, waker, out, report| {
                read_at(source, offset, length, slot, waker, out, report)
            })
        };
        request.await.map(|Chunk(bytes)| bytes)
    }
}

impl fmt::Debug for ReadableFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadableFile").field("length", &self.length).finish_non_exhaustive()
    }
}

/// A file, chunk after chunk.
#[derive(Debug)]
pub struct Chunks<'f, 'a> {
    file: &'f ReadableFile<'a>,
    offset: u64,
}

impl Chunks<'_, '_> {
    /// The next 16 KiB; fewer at the end; `None` after the end.
    ///
    /// # Errors
    /// If the homeserver cannot read the file.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ModuleError> {
        let chunk = self.file.read_at(self.offset, 16 * 1024).await?;
        self.offset += chunk.len() as u64;
        Ok((!chunk.is_empty()).then_some(chunk))
    }
}

/// What a homeserver does with a file it lent. Append-only.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = FileTableRef)))]
#[sabi(missing_field(option))]
pub struct FileTable {
    /// Version of the boundary of the homeserver that made it.
    #[sabi(last_prefix_field)]
    pub abi_minor: u32,
    read_at: unsafe extern "C" fn(
        *const (),
        u64,
        usize,
        *mut FutureSlot,
        *const FfiWaker,
        *mut Out<Chunk>,
        *mut PanicReport,
    ) -> Status,
}

/// Bytes of a file: what [`ReadableFile::read_at`] gets.
#[derive(Debug, Default)]
pub struct Chunk(Vec<u8>);

impl Answer for Chunk {
    type Raw = RVec<u8>;

    fn is_neutral(&self) -> bool {
        self.0.is_empty()
    }

    fn into_raw(self) -> Option<RVec<u8>> {
        (!self.0.is_empty()).then(|| self.0.into())
    }

    fn from_raw(raw: RVec<u8>) -> Result<Self, Unreadable> {
        Ok(Self(raw.as_slice().to_vec()))
    }
}

#[cfg(feature = "host")]
pub use source::FileSource;

/// The homeserver's side.
#[cfg(feature = "host")]
mod source {
    use std::fs::File;
    use std::future::Future;
    use std::io::{self, Read};

    use abi_stable::{prefix_type::WithMetadata, staticref};

    use super::*;
    use crate::boundary::start;

    /// Where a homeserver keeps one media file.
    pub trait FileSource: Send + Sync {
        /// At most `length` bytes from `offset` on; fewer only at the end of the file.
        ///
        /// # Errors
        /// If they cannot be read; the module that asked gets the error.
        fn read_at(
            &self,
            offset: u64,
            length: usize,
        ) -> impl Future<Output = Result<Vec<u8>, ModuleError>> + Send;
    }

    /// A file of the file system, read with blocking calls. Several may read it at once: each has a
    /// place of its own in it.
    impl FileSource for std::fs::File {
        async fn read_at(&self, offset: u64, length: usize) -> Result<Vec<u8>, ModuleError> {
            let mut bytes = Vec::new();
            At { file: self, offset }.take(length as u64).read_to_end(&mut bytes)?;
            Ok(bytes)
        }
    }

    /// A place in a file, apart from the one that all who have the file share.
    struct At<'f> {
        file: &'f File,
        offset: u64,
    }

    impl Read for At<'_> {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            #[cfg(unix)]
            let read = std::os::unix::fs::FileExt::read_at(self.file, bytes, self.offset)?;
            #[cfg(windows)]
            let read = std::os::windows::fs::FileExt::seek_read(self.file, bytes, self.offset)?;
            self.offset += read as u64;
            Ok(read)
        }
    }

    impl<'a> ReadableFile<'a> {
        /// Lends bytes in memory.
        pub fn from_bytes(bytes: &'a [u8]) -> Self {
            Self {
                source: std::ptr::null(),
                table: FileTableFor::<std::fs::File>::TABLE,
                path: ROption::RNone,
                bytes: ROption::RSome(bytes.into()),
                length: bytes.len() as u64,
                lifetime: PhantomData,
            }
        }

        /// Lends a source of `length` bytes; `path` is where it lies on this machine.
        pub fn from_source<S: FileSource>(
            source: &'a S,
            length: u64,
            path: Option<&'a str>,
        ) -> Self {
            Self {
                source: std::ptr::from_ref(source).cast(),
                table: FileTableFor::<S>::TABLE,
                path: path.map(RStr::from).into(),
                bytes: ROption::RNone,
                length,
                lifetime: PhantomData,
            }
        }
    }

    struct FileTableFor<S>(PhantomData<S>);

    impl<S: FileSource> FileTableFor<S> {
        staticref!(const WITH_METADATA: WithMetadata<FileTable> = WithMetadata::new(FileTable {
            abi_minor: crate::ABI.minor,
            read_at: read_at::<S>,
        }));
        const TABLE: FileTableRef = FileTableRef(Self::WITH_METADATA.as_prefix());
    }

    /// # Safety
    /// `source` is a live `S`; the rest as for [`start`].
    unsafe extern "C" fn read_at<S: FileSource>(
        source: *const (),
        offset: u64,
        length: usize,
        slot: *mut FutureSlot,
        waker: *const FfiWaker,
        out: *mut Out<Chunk>,
        report: *mut PanicReport,
    ) -> Status {
        // SAFETY: the caller's promises.
        unsafe {
            let source = &*source.cast::<S>();
            start(slot, waker, out, report, || async move {
                source.read_at(offset, length).await.map(Chunk)
            })
        }
    }
}

#[cfg(all(test, feature = "host"))]
mod tests {
    use std::future::Future;
    use std::io::Seek;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn read(file: &std::fs::File, offset: u64, length: usize) -> Vec<u8> {
        let read = pin!(file.read_at(offset, length));
        match read.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(bytes) => bytes.unwrap(),
            Poll::Pending => panic!("a file is read at once"),
        }
    }

    #[test]
    fn a_file_is_read_wherever_others_are_in_it() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let whole = std::fs::read(path).unwrap();
        let mut file = std::fs::File::open(path).unwrap();
        assert_eq!(read(&file, 7, 2), whole[7..9]);
        assert_eq!(file.stream_position().unwrap(), 0, "the place that all share is as it was");
        assert_eq!(read(&file, 8, usize::MAX), whole[8..]);
        assert!(read(&file, 1 << 40, 1).is_empty());
    }
}
