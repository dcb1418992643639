//! Media files that are checked.

use std::fs::File;

use hsmod_loader::values::{FileInfo, ReadableFile, ThumbnailInfo};
use pyo3::prelude::*;

use super::arguments::{Argument, optional_text, text};
use crate::home::Home;

/// A file that Synapse has stored: a `ReadableFileWrapper`. It is read directly as a file, not
/// through Python.
pub(crate) struct StoredFile {
    file: File,
    length: u64,
    path: String,
}

impl Argument for StoredFile {
    type View<'a> = ReadableFile<'a>;
    type Input<'v> = &'v ReadableFile<'v>;

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let path = text(&value.getattr("path")?)?;
        let file = File::open(&path)?;
        let length = file.metadata()?.len();
        Ok(Self { file, length, path })
    }

    fn view(&self) -> ReadableFile<'_> {
        ReadableFile::from_source(&self.file, self.length, Some(&self.path))
    }

    fn input<'v>(view: &'v ReadableFile<'_>) -> &'v ReadableFile<'v> {
        view
    }
}

/// The properties of a file: a `FileInfo`.
pub(crate) struct AboutFile {
    server_name: Option<String>,
    file_id: String,
    url_cache: bool,
    thumbnail: Option<Thumbnail>,
}

struct Thumbnail {
    width: u32,
    height: u32,
    method: String,
    media_type: String,
    length: u64,
}

impl Argument for AboutFile {
    type View<'a> = FileInfo<'a>;
    type Input<'v> = &'v FileInfo<'v>;

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let thumbnail = value.getattr("thumbnail")?;
        Ok(Self {
            server_name: optional_text(&value.getattr("server_name")?)?,
            file_id: text(&value.getattr("file_id")?)?,
            url_cache: value.getattr("url_cache")?.is_truthy()?,
            thumbnail: if thumbnail.is_none() { None } else { Some(about(&thumbnail)?) },
        })
    }

    fn view(&self) -> FileInfo<'_> {
        let mut info = FileInfo::new(self.server_name.as_deref(), &self.file_id);
        if self.url_cache {
            info = info.with_url_cache();
        }
        match &self.thumbnail {
            None => info,
            Some(Thumbnail { width, height, method, media_type, length }) => info
                .with_thumbnail(ThumbnailInfo::new(*width, *height, method, media_type, *length)),
        }
    }

    fn input<'v>(view: &'v FileInfo<'_>) -> &'v FileInfo<'v> {
        view
    }
}

fn about(thumbnail: &Bound<'_, PyAny>) -> PyResult<Thumbnail> {
    // Synapse does not always know the length before the thumbnail is stored.
    let length: Option<u64> = thumbnail.getattr("length")?.extract()?;
    Ok(Thumbnail {
        width: thumbnail.getattr("width")?.extract()?,
        height: thumbnail.getattr("height")?.extract()?,
        method: text(&thumbnail.getattr("method")?)?,
        media_type: text(&thumbnail.getattr("type")?)?,
        length: length.unwrap_or_default(),
    })
}
