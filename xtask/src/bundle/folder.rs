//! Builds a folder completely or not at all.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::digests::DIGESTS;
use crate::command::Result;

/// A folder under construction, beside its final place. It is removed on drop unless it was moved
/// there.
pub(super) struct Folder {
    unfinished: PathBuf,
    place: PathBuf,
}

impl Folder {
    /// Creates an empty folder for `place`.
    ///
    /// # Errors
    /// `place` exists and is not a bundle, or the folder cannot be created.
    pub(super) fn beside(place: &Path) -> Result<Self> {
        refuse_others(place)?;
        let (parent, name) = match (place.parent(), place.file_name()) {
            (Some(parent), Some(name)) => (parent, name.to_string_lossy()),
            _ => return Err(format!("`{}` cannot be a bundle", place.display()).into()),
        };
        fs::create_dir_all(parent)?;
        let unfinished = parent.join(format!(".{name}.{}", std::process::id()));
        fs::create_dir(&unfinished)?;
        Ok(Self { unfinished, place: place.to_owned() })
    }

    /// The current path of the folder.
    pub(super) fn path(&self) -> &Path {
        &self.unfinished
    }

    /// Makes the folder readable for all and writable only for its owner, whatever the umask: the
    /// loader refuses plugins that others can write to.
    ///
    /// # Errors
    /// The system refuses.
    pub(super) fn readable_by_all(&self) -> Result<()> {
        permit(&self.unfinished, 0o755)?;
        for file in files(&self.unfinished)? {
            let file = self.unfinished.join(file);
            let runs = file.parent().is_some_and(|folder| folder.ends_with("bin"));
            permit(&file, if runs { 0o755 } else { 0o644 })?;
            for folder in file.ancestors().skip(1).take_while(|above| *above != self.unfinished) {
                permit(folder, 0o755)?;
            }
        }
        Ok(())
    }

    /// The total size of its files, in bytes.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub(super) fn size(&self) -> Result<u64> {
        let lengths = files(&self.unfinished)?
            .into_iter()
            .map(|file| Ok(fs::metadata(self.unfinished.join(file))?.len()));
        lengths.sum()
    }

    /// Moves the folder to its place. An old folder there is removed only after that.
    ///
    /// # Errors
    /// The folder cannot be moved. The old one is then unchanged.
    pub(super) fn swap(self) -> Result<()> {
        // Another one may have appeared in the meantime.
        refuse_others(&self.place)?;
        let name = self.place.file_name().unwrap_or_default().to_string_lossy();
        let old = self.place.with_file_name(format!(".{name}.old.{}", std::process::id()));
        let there = match fs::rename(&self.place, &old) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(error.into()),
        };
        if let Err(error) = fs::rename(&self.unfinished, &self.place) {
            if there {
                fs::rename(&old, &self.place)?;
            }
            return Err(format!("cannot move it to `{}`: {error}", self.place.display()).into());
        }
        if there {
            fs::remove_dir_all(&old)?;
        }
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The folder no longer exists if it was moved.
        let _ = fs::remove_dir_all(&self.unfinished);
    }
}

/// Refuses to replace a folder that is not a bundle, in case of a mistyped path.
fn refuse_others(place: &Path) -> Result<()> {
    let is_free = match fs::symlink_metadata(place) {
        Err(error) if error.kind() == ErrorKind::NotFound => true,
        Err(error) => return Err(format!("`{}`: {error}", place.display()).into()),
        Ok(found) if found.is_dir() => {
            fs::read_dir(place)?.next().is_none() || place.join(DIGESTS).is_file()
        }
        Ok(_) => false,
    };
    if is_free {
        return Ok(());
    }
    Err(format!(
        "`{}` exists and is not a bundle\n  fix: choose another folder, or move this one away",
        place.display()
    )
    .into())
}

/// All files below a folder, by their paths in it, in order.
///
/// # Errors
/// The folder cannot be read.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            if entry.file_type()?.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(unix)]
fn permit(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(mode))?)
}

#[cfg(not(unix))]
fn permit(_: &Path, _: u32) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder for a test, removed on drop.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let name = format!("hsmod-bundle-{name}-{}", std::process::id());
            let folder = std::env::temp_dir().join(name);
            fs::create_dir(&folder).unwrap();
            Self(folder)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_bundle_takes_the_place_of_a_bundle_and_of_nothing_else() {
        let scratch = Scratch::new("swap");
        let place = scratch.0.join("bundle");
        let made = |text: &str| {
            let folder = Folder::beside(&place)?;
            fs::create_dir(folder.path().join("bin"))?;
            fs::write(folder.path().join("bin/hsmod"), text)?;
            fs::write(folder.path().join(DIGESTS), text)?;
            folder.readable_by_all()?;
            folder.swap()
        };
        made("first").unwrap();
        made("second").unwrap();
        assert_eq!(fs::read_to_string(place.join("bin/hsmod")).unwrap(), "second");
        assert_eq!(files(&place).unwrap(), ["SHA256SUMS", "bin/hsmod"].map(PathBuf::from));
        fs::remove_file(place.join(DIGESTS)).unwrap();
        let refused = made("third").unwrap_err().to_string();
        assert!(refused.contains("bundle` exists and is not a bundle\n  fix: "), "{refused}");
        assert_eq!(fs::read_to_string(place.join("bin/hsmod")).unwrap(), "second");
        assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn one_that_is_not_finished_leaves_nothing() {
        let scratch = Scratch::new("drop");
        let folder = Folder::beside(&scratch.0.join("bundle")).unwrap();
        fs::write(folder.path().join("half"), "x").unwrap();
        drop(folder);
        assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 0);
    }
}
