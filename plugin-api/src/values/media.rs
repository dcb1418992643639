//! Media files, as modules that check them receive them.

use hsmod_abi::{Bytes, Flag, OwnedBytes, Peer, Str, view};

use super::answer::{Answer, Unreadable};
use super::error::ModuleError;
use crate::boundary::{Request, answered};
use crate::table::interface;

view! {
    /// The properties of a media file.
    ///
    /// Mirrors `synapse.media._base.FileInfo`.
    #[derive(Debug)]
    pub struct FileInfo<'a> {
        /// None for this server.
        server_name: Str<'a>,
        file_id: Str<'a>,
        url_cache: Flag,
        is_thumbnail: Flag,
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
        /// In bytes.
        thumbnail_length: u64,
        method: Str<'a>,
        media_type: Str<'a>,
    }
}

impl<'a> FileInfo<'a> {
    /// A file by its ID; `server_name` is `None` for media of this server.
    pub fn new(server_name: Option<&'a str>, file_id: &'a str) -> Self {
        Self {
            size: Self::SIZE,
            flags: 0,
            server_name: Str::optional(server_name),
            file_id: Str::new(file_id),
            url_cache: Flag::new(false),
            is_thumbnail: Flag::new(false),
            width: 0,
            height: 0,
            thumbnail_length: 0,
            method: Str::NONE,
            media_type: Str::NONE,
        }
    }

    /// Marks it as a thumbnail.
    #[must_use]
    pub const fn with_thumbnail(mut self, thumbnail: ThumbnailInfo<'a>) -> Self {
        let ThumbnailInfo { method, media_type, length, width, height } = thumbnail;
        self.is_thumbnail = Flag::new(true);
        (self.width, self.height, self.thumbnail_length) = (width, height, length);
        (self.method, self.media_type) = (Str::new(method), Str::new(media_type));
        self
    }

    /// Marks it as fetched for a preview of a URL.
    #[must_use]
    pub const fn with_url_cache(mut self) -> Self {
        self.url_cache = Flag::new(true);
        self
    }

    /// The server that the file comes from; `None` for this one.
    pub fn server_name(&self) -> Option<&'a str> {
        self.server_name.get()
    }

    /// The file's ID within that server.
    pub fn file_id(&self) -> &'a str {
        self.file_id.text()
    }

    /// The properties of the thumbnail, if it is one.
    pub fn thumbnail(&self) -> Option<ThumbnailInfo<'a>> {
        self.is_thumbnail.get().then(|| ThumbnailInfo {
            method: self.method.text(),
            media_type: self.media_type.text(),
            length: self.thumbnail_length,
            width: self.width,
            height: self.height,
        })
    }

    /// Whether it was fetched for a preview of a URL.
    pub const fn url_cache(&self) -> bool {
        self.url_cache.get()
    }
}

/// The properties of a thumbnail.
#[derive(Clone, Copy, Debug)]
pub struct ThumbnailInfo<'a> {
    method: &'a str,
    media_type: &'a str,
    length: u64,
    width: u32,
    height: u32,
}

impl<'a> ThumbnailInfo<'a> {
    /// A thumbnail of `width` times `height` pixels; `method` is `crop` or `scale`, `length` is in
    /// bytes.
    pub fn new(width: u32, height: u32, method: &'a str, media_type: &'a str, length: u64) -> Self {
        Self { method, media_type, length, width, height }
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
        self.method
    }

    /// Its MIME type.
    pub fn media_type(&self) -> &'a str {
        self.media_type
    }

    /// In bytes.
    pub const fn length(&self) -> u64 {
        self.length
    }
}

view! {
    /// A media file that can be read in pieces.
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
    #[derive(Debug)]
    pub struct ReadableFile<'a> {
        source: Peer<'a, FileTableRef>,
        /// The path on this machine; none if it is not stored in a file.
        path: Str<'a>,
        /// The whole file; null if it is not in memory.
        bytes: Bytes<'a>,
        /// In bytes.
        length: u64,
    }
}

impl<'a> ReadableFile<'a> {
    /// The path of the file on this machine, if it is stored in a file.
    pub fn path(&self) -> Option<&'a str> {
        self.path.get()
    }

    /// The whole file, if the homeserver has it in memory; nothing is copied.
    pub fn bytes(&self) -> Option<&'a [u8]> {
        self.bytes.optional()
    }

    /// The length in bytes.
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
    /// The homeserver cannot read the file.
    pub async fn read_at(&self, offset: u64, length: usize) -> Result<Vec<u8>, ModuleError> {
        if let Some(bytes) = self.bytes() {
            let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
            return Ok(bytes[start..start.saturating_add(length).min(bytes.len())].to_vec());
        }
        let args = args::read_at::new(offset, length as u64);
        let request: Option<Request<'_, rows::read_at>> = self.source.request(args);
        let Some(request) = request else {
            return Err(ModuleError::new("this homeserver cannot read media"));
        };
        answered("ReadableFile::read_at", request.entered().await).map(|Chunk(bytes)| bytes)
    }
}

/// The chunks of a file.
#[derive(Debug)]
pub struct Chunks<'f, 'a> {
    file: &'f ReadableFile<'a>,
    offset: u64,
}

impl Chunks<'_, '_> {
    /// The next 16 KiB; fewer at the end; `None` after the end.
    ///
    /// # Errors
    /// The homeserver cannot read the file.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ModuleError> {
        let chunk = self.file.read_at(self.offset, 16 * 1024).await?;
        self.offset += chunk.len() as u64;
        Ok((!chunk.is_empty()).then_some(chunk))
    }
}

interface! {
    /// What a homeserver does with a file it lent. Append-only.
    pub table FileTable FileTableRef, rows in rows {
        fn read_at(offset: u64, length: u64) -> Chunk;
    }
}

/// Bytes of a file: the answer that [`ReadableFile::read_at`] receives.
#[derive(Debug, Default)]
pub struct Chunk(Vec<u8>);

impl Answer for Chunk {
    type Raw = OwnedBytes;

    fn is_neutral(&self) -> bool {
        self.0.is_empty()
    }

    fn into_raw(self) -> Option<OwnedBytes> {
        (!self.0.is_empty()).then(|| self.0.into())
    }

    fn from_raw(raw: OwnedBytes) -> Result<Self, Unreadable> {
        Ok(Self(raw.to_vec()))
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

    use hsmod_abi::{AnswerOf, Serves, Side, table_for};

    use super::*;

    /// A media file as the homeserver stores it.
    pub trait FileSource: Send + Sync + 'static {
        /// At most `length` bytes from `offset` on; fewer only at the end of the file.
        ///
        /// # Errors
        /// They cannot be read; the module that asked gets the error.
        fn read_at(
            &self,
            offset: u64,
            length: usize,
        ) -> impl Future<Output = Result<Vec<u8>, ModuleError>> + Send;
    }

    /// A file of the file system, read with blocking calls. Several readers may use it at once:
    /// each has its own position.
    impl FileSource for std::fs::File {
        async fn read_at(&self, offset: u64, length: usize) -> Result<Vec<u8>, ModuleError> {
            let mut bytes = Vec::new();
            At { file: self, offset }.take(length as u64).read_to_end(&mut bytes)?;
            Ok(bytes)
        }
    }

    /// A position in a file that is independent of the position that all users of the file share.
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
                size: Self::SIZE,
                flags: 0,
                source: Peer::NONE,
                path: Str::NONE,
                bytes: Bytes::new(bytes),
                length: bytes.len() as u64,
            }
        }

        /// Lends a source of `length` bytes; `path` is its path on this machine.
        pub fn from_source<S: FileSource>(
            source: &'a S,
            length: u64,
            path: Option<&'a str>,
        ) -> Self {
            Self {
                size: Self::SIZE,
                flags: 0,
                source: Peer::new(source),
                path: Str::optional(path),
                bytes: Bytes::NONE,
                length,
            }
        }
    }

    table_for! {
        serve<S: FileSource> FileTable FileTableRef, rows { read_at, }
    }

    impl<S: FileSource> Serves<rows::read_at> for Side<S> {
        type Values = ();

        async fn serve<'a>(
            &'a self,
            args: args::read_at<'a>,
            (): &'a mut (),
        ) -> AnswerOf<rows::read_at> {
            let length = usize::try_from(args.length).unwrap_or(usize::MAX);
            self.0.read_at(args.offset, length).await.map(Chunk)
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
