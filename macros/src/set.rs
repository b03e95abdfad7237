//! The sets of this crate, each judged once: a crate may have hundreds of statements over one folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use dsql_migrate_check::{Head, Input, Judged, Options, Report, Source, folder, lock};
use dsql_migrate_plan::fingerprint;

use crate::stale;

/// A folder that has been judged.
pub(crate) struct Set {
    /// The folder, absolute.
    pub(crate) folder: PathBuf,
    /// As messages name it.
    pub(crate) shown: String,
    /// Absolute paths of its files, and fingerprints of what they hold.
    pub(crate) files: Vec<(PathBuf, u64)>,
    pub(crate) report: Report,
    /// How cargo comes to know of changes.
    pub(crate) watch: stale::Watch,
    head: Mutex<Head>,
    told: AtomicBool,
}

/// What the files of a folder are like without a look into them: by name, when they were written and how long they are.
type Stamp = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// What has been judged by this process. A compiler ends before a file changes; an editor's server does not.
static JUDGED: Mutex<Vec<Known>> = Mutex::new(Vec::new());

struct Known {
    options: Options,
    stamp: Stamp,
    set: Arc<Set>,
}

impl Set {
    /// The set in a folder that is named relative to the crate's `Cargo.toml`.
    pub(crate) fn of(path: &str, options: Options) -> Result<Arc<Self>, String> {
        let root = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::new, PathBuf::from);
        let folder = root.join(path);
        // Before the files are read, so that what changes meanwhile is seen the next time.
        let stamp = stamp(&folder);
        let mut judged = JUDGED.lock().unwrap_or_else(PoisonError::into_inner);
        judged.retain(|known| known.set.folder != folder || known.stamp == stamp);
        let same = |known: &&Known| {
            known.set.folder == folder
                && known.options.dialect == options.dialect
                && known.options.catalog == options.catalog
        };
        if let Some(known) = judged.iter().find(same) {
            return Ok(Arc::clone(&known.set));
        }
        let set = Arc::new(Self::read(folder, path, options)?);
        judged.push(Known { options, stamp, set: Arc::clone(&set) });
        Ok(set)
    }

    fn read(folder: PathBuf, path: &str, options: Options) -> Result<Self, String> {
        let shown = shown(&folder, path);
        let inputs = folder::read(&folder, &shown).map_err(|error| {
            format!(
                "the migrations cannot be read: {error}\n\
                 the path is relative to the folder of the crate's Cargo.toml"
            )
        })?;
        if inputs.iter().all(|input| input.name == lock::FILE_NAME) {
            let first = format!("{}/0001_what_it_does.sql", shown.trim_end_matches('/'));
            return Err(format!("there is no migration in `{shown}`; the first one could be `{first}`"));
        }
        let file = |input: &Input| (folder.join(&input.name), fingerprint(&input.bytes));
        let files = inputs.iter().map(file).collect();
        let (report, head) = Head::of_set(inputs, options);
        let watch = stale::Watch::of(&folder);
        let (head, told) = (Mutex::new(head), AtomicBool::new(false));
        Ok(Self { folder, shown, files, report, watch, head, told })
    }

    /// Judges a statement on the schema that the set ends with.
    pub(crate) fn check(&self, statement: Source) -> Judged {
        self.head.lock().unwrap_or_else(PoisonError::into_inner).check(statement)
    }

    /// Whether this is the first statement over the set: what concerns all of them is said there, and not again.
    pub(crate) fn is_first(&self) -> bool {
        !self.told.swap(true, Ordering::Relaxed)
    }
}

fn stamp(folder: &Path) -> Stamp {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut stamp: Stamp = entries
        .filter_map(|entry| {
            let about = entry.metadata().ok()?;
            Some((entry.path(), about.modified().ok(), about.len()))
        })
        .collect();
    stamp.sort();
    stamp
}

/// The folder as messages name it: relative to where the compiler runs, as its own messages are, so that a
/// terminal can open the place; else as the user wrote it.
fn shown(folder: &Path, written: &str) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let absolute = folder.canonicalize();
    match (here, absolute) {
        (Ok(here), Ok(absolute)) => match absolute.strip_prefix(&here) {
            Ok(relative) => relative.to_string_lossy().replace('\\', "/"),
            Err(_) => written.to_owned(),
        },
        _ => written.to_owned(),
    }
}
