//! The second stage: finds the plugin file for the name or path in an entry.
//!
//! A bare name is looked up in `plugins_dir` only, never in the current directory or along the
//! dynamic linker's search path. No file is opened yet: what it contains is for the next stages.

use std::{
    collections::BTreeSet,
    env::consts::DLL_EXTENSION,
    fs, io,
    path::{MAIN_SEPARATOR, Path, PathBuf},
};

use crate::{
    config::Entry,
    problem::{Problem, Report, Stage},
    scarcity,
    suggestion::{closest, listed, printable},
};

/// An entry whose plugin file was found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Candidate {
    /// The config entry.
    pub entry: Entry,
    /// The file: absolute; symbolic links are not resolved.
    pub file: PathBuf,
}

/// Finds the plugin file of an entry: a bare name in `plugins_dir` only, a path (anything with a
/// separator in it) relative to `base`. If there is no such file, or more than one, `report` says
/// so and the result is `None`.
pub fn discover(
    entry: Entry,
    plugins_dir: &Path,
    base: &Path,
    report: &mut Report,
) -> Option<Candidate> {
    let module = entry.module();
    let found = if is_path(module) {
        at_path(module, base)
    } else {
        check_name(module).and_then(|()| in_plugins_dir(module, plugins_dir))
    };
    match found {
        Ok(file) => Some(Candidate { entry, file }),
        Err(miss) => {
            let problem = Problem::error(Stage::Discovery, printable(&miss.message));
            let problem = match miss.fix {
                Some(fix) => problem.fix(printable(&fix)),
                None => problem,
            };
            report.push(entry.pinpoint(problem, &["module"]));
            None
        }
    }
}

/// Why no file was found, and the remedy.
struct Miss {
    message: String,
    fix: Option<String>,
}

impl Miss {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), fix: None }
    }

    fn fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }
}

fn is_path(module: &str) -> bool {
    module.contains(['/', MAIN_SEPARATOR])
}

fn at_path(module: &str, base: &Path) -> Result<PathBuf, Miss> {
    let joined = base.join(module);
    let file = std::path::absolute(&joined).unwrap_or(joined);
    if exists(&file)? {
        return require_file(file);
    }
    let miss = Miss::new(format!("there is no file `{}`", file.display()));
    if module.starts_with('~') {
        return Err(miss.fix("`~` is not expanded: write the path in full"));
    }
    let folder = file.parent().unwrap_or(base);
    let wanted = file.file_name().unwrap_or_default().to_string_lossy();
    let mut siblings = names_in(folder).unwrap_or_default();
    if let Some(fix) = not_shared(&file) {
        return Err(miss.fix(fix));
    }
    if plugin_name(&wanted).is_some() {
        // Suggest only files that could be plugins.
        siblings.retain(|name| plugin_name(name).is_some());
    }
    Err(match closest(&wanted, siblings.iter().map(String::as_str)) {
        Some(meant) => {
            miss.fix(format!("did you mean `{}`?", file.with_file_name(meant).display()))
        }
        None => miss.fix("correct the path; a relative path starts at the config file's folder"),
    })
}

fn check_name(name: &str) -> Result<(), Miss> {
    if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
        return Ok(());
    }
    let miss = Miss::new(format!(
        "`{name}` is not a plugin name: a name has only letters, digits, `_` and `-`"
    ));
    let extension = [".so", ".dylib", ".dll"].iter().find_map(|ext| name.strip_suffix(ext));
    if let Some(stem) = extension {
        let stem = stem.strip_prefix("lib").unwrap_or(stem);
        return Err(miss.fix(format!(
            "write a name without `lib` and the extension: `module: {stem}`, or a path with a \
             separator: `./{name}`"
        )));
    }
    if name.starts_with('~') {
        return Err(miss.fix("`~` is not expanded: write the path in full"));
    }
    let python = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    if name.contains('.') && name.split('.').all(python) {
        return Err(miss.fix(
            "it looks like a Python class, which only Synapse can load: \
             name a plugin, a shared library built for hsmod",
        ));
    }
    Err(miss.fix("write the plugin's name, or the path of its file, with a separator"))
}

fn in_plugins_dir(name: &str, plugins_dir: &Path) -> Result<PathBuf, Miss> {
    let mut found = Vec::new();
    for file_name in file_names(name) {
        let file = plugins_dir.join(file_name);
        if exists(&file)? {
            found.push(file);
        }
    }
    if found.len() > 1 {
        let files: Vec<String> = found.iter().map(|file| file.display().to_string()).collect();
        let files = listed(files.iter().map(String::as_str));
        return Err(Miss::new(format!("the name `{name}` matches more than one file: {files}"))
            .fix("keep one of them, or give the path of one"));
    }
    match found.pop() {
        Some(file) => require_file(file),
        None => Err(no_plugin(name, plugins_dir)),
    }
}

/// The possible file names of a plugin. Cargo turns a crate's `-` into `_` in file names.
fn file_names(name: &str) -> BTreeSet<String> {
    [name.to_owned(), name.replace('-', "_")]
        .into_iter()
        .flat_map(|stem| [format!("lib{stem}.{DLL_EXTENSION}"), format!("{stem}.{DLL_EXTENSION}")])
        .collect()
}

/// Explains why no plugin has this name, from the state of the directory and what it contains.
fn no_plugin(name: &str, plugins_dir: &Path) -> Miss {
    let shown = plugins_dir.display();
    let files = match names_in(plugins_dir) {
        Ok(files) => files,
        Err(error) => {
            let miss = match error.kind() {
                io::ErrorKind::NotFound => {
                    Miss::new(format!("the plugins directory `{shown}` does not exist"))
                }
                io::ErrorKind::NotADirectory => {
                    Miss::new(format!("the plugins directory `{shown}` is not a directory"))
                }
                _ => Miss::new(format!("cannot read the plugins directory `{shown}`: {error}")),
            };
            if let Some(fix) = scarcity::remedy(&error) {
                return miss.fix(fix);
            }
            return miss.fix(match plugins_dir.components().any(|part| part.as_os_str() == "~") {
                true => "`~` is not expanded: write `plugins_dir` in full",
                false => "set `plugins_dir` to the directory that holds the plugins",
            });
        }
    };
    let miss = Miss::new(format!("there is no plugin `{name}` in `{shown}`"));
    if let Some(fix) = file_names(name).iter().find_map(|file| not_shared(&plugins_dir.join(file)))
    {
        return miss.fix(fix);
    }
    let plugins: BTreeSet<&str> = files.iter().filter_map(|file| plugin_name(file)).collect();
    if let Some(meant) = closest(name, plugins.iter().copied()) {
        return miss.fix(format!("did you mean `{meant}`?"));
    }
    let expected = format!("put `lib{name}.{DLL_EXTENSION}` there", name = name.replace('-', "_"));
    miss.fix(match plugins.len() {
        0 => format!("{expected}; the directory has no plugins yet"),
        1..=10 => format!("{expected}, or name one that is there: {}", listed(plugins)),
        count => format!("{expected}, or name one of the {count} that are there"),
    })
}

/// The remedy if the crate was built, but not as a shared library.
pub(crate) fn not_shared(file: &Path) -> Option<String> {
    let name = plugin_name(file.file_name()?.to_str()?)?;
    let built = format!("lib{}.rlib", name.replace('-', "_"));
    file.with_file_name(&built).is_file().then(|| {
        format!(
            "`{built}` is there, but only Rust crates can use it: write `crate-type = [\"cdylib\", \
             \"rlib\"]` below `[lib]` in the plugin's `Cargo.toml`, and rebuild it"
        )
    })
}

/// The plugin name for a file name: `libspam.so` is `spam`.
fn plugin_name(file: &str) -> Option<&str> {
    let stem = file.strip_suffix(DLL_EXTENSION)?.strip_suffix('.')?;
    let name = stem.strip_prefix("lib").filter(|rest| !rest.is_empty()).unwrap_or(stem);
    (!name.is_empty()).then_some(name)
}

fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    fs::read_dir(folder)?.map(|file| Ok(file?.file_name().to_string_lossy().into_owned())).collect()
}

/// Whether the path exists, even as a dangling symbolic link.
fn exists(file: &Path) -> Result<bool, Miss> {
    match fs::symlink_metadata(file) {
        Ok(_) => Ok(true),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(false),
            _ => Err(unreachable_file(file, &error)),
        },
    }
}

/// Refuses a path that exists but is not a file.
fn require_file(file: PathBuf) -> Result<PathBuf, Miss> {
    let shown = file.display();
    match fs::metadata(&file) {
        Ok(found) if found.is_file() => Ok(file),
        Ok(found) if found.is_dir() => {
            Err(Miss::new(format!("`{shown}` is a directory"))
                .fix("name the plugin's file inside it"))
        }
        Ok(_) => Err(Miss::new(format!("`{shown}` is not a regular file"))
            .fix("replace it with the plugin's file")),
        Err(error) => Err(match fs::read_link(&file) {
            Ok(target) if error.kind() != io::ErrorKind::PermissionDenied => {
                let target = target.display();
                let why = match error.kind() {
                    io::ErrorKind::NotFound => "does not exist".to_owned(),
                    _ => format!("cannot be followed: {error}"),
                };
                Miss::new(format!("`{shown}` is a symbolic link to `{target}`, which {why}"))
                    .fix("point it at the plugin's file, or remove it")
            }
            _ => unreachable_file(&file, &error),
        }),
    }
}

fn unreachable_file(file: &Path, error: &io::Error) -> Miss {
    let miss = Miss::new(format!("cannot access `{}`: {error}", file.display()));
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            miss.fix("let the user who runs this program enter the directory")
        }
        _ => match scarcity::remedy(error) {
            Some(fix) => miss.fix(fix),
            None => miss,
        },
    }
}

#[cfg(all(test, unix))]
mod tests;
