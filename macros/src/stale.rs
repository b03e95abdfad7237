//! What keeps an embedded set from going stale.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// In debug builds, the folder and the fingerprints of its files, to be compared when the set is used.
pub(crate) fn source(folder: &Path, files: &[(PathBuf, u64)]) -> TokenStream {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let folder = folder.to_string_lossy();
    let mut files: Vec<_> = files.iter().collect();
    files.sort();
    let files = files.iter().map(|(file, fingerprint)| {
        let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let fingerprint = Literal::u64_unsuffixed(*fingerprint);
        quote!((#name, #fingerprint))
    });
    quote!({
        #[cfg(debug_assertions)]
        const SOURCE: ::core::option::Option<::dsql_migrate::Source> =
            ::core::option::Option::Some(::dsql_migrate::Source { folder: #folder, files: &[#(#files),*] });
        #[cfg(not(debug_assertions))]
        const SOURCE: ::core::option::Option<::dsql_migrate::Source> = ::core::option::Option::None;
        SOURCE
    })
}

/// Whether cargo looks at a folder, so that a file that is added is noticed.
pub(crate) enum Watch {
    /// The build script makes it do so.
    Watched,
    /// It does not, as the message says.
    Missing(String),
    /// What the build script says cannot be read.
    Unknown,
}

impl Watch {
    /// Cargo gives OUT_DIR to crates that have a build script, and keeps what the script printed beside it. A script
    /// that prints no such line at all is run again for every change below the crate's folder.
    pub(crate) fn of(folder: &Path) -> Self {
        Self::find(folder).unwrap_or(Self::Unknown)
    }

    fn find(folder: &Path) -> Option<Self> {
        let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?);
        let relative = relative(&root, folder);
        let line = format!("println!(\"cargo::rerun-if-changed={relative}\");");
        let Some(out) = std::env::var_os("OUT_DIR") else {
            return Some(Self::Missing(format!(
                "a migration that is added later will not be noticed: this crate has no build script\n\
                 write build.rs beside its Cargo.toml:\n\
                 fn main() {{\n    {line}\n}}"
            )));
        };
        let printed = fs::read_to_string(Path::new(&out).parent()?.join("output")).ok()?;
        let watched: Vec<_> = printed
            .lines()
            .filter_map(|line| {
                line.trim().strip_prefix("cargo::").or_else(|| line.trim().strip_prefix("cargo:"))
            })
            .filter_map(|line| line.strip_prefix("rerun-if-changed="))
            .collect();
        let folder = folder.canonicalize().ok()?;
        let covers = |path: &&str| root.join(path).canonicalize().is_ok_and(|path| folder.starts_with(path));
        let silent = !printed.contains("rerun-if-") && folder.starts_with(root.canonicalize().ok()?);
        if silent || watched.iter().any(covers) {
            return Some(Self::Watched);
        }
        Some(Self::Missing(format!(
            "a migration that is added later will not be noticed: the build script of this crate does not look at `{relative}`\n\
             add to its main: {line}"
        )))
    }

    pub(crate) const fn is_watched(&self) -> bool {
        matches!(self, Self::Watched)
    }

    /// What to say where cargo does not look at the folder.
    pub(crate) fn missing(&self) -> Option<String> {
        match self {
            Self::Missing(message) => Some(message.clone()),
            Self::Watched | Self::Unknown => None,
        }
    }
}

/// The folder as build.rs would name it.
fn relative(root: &Path, folder: &Path) -> String {
    folder.strip_prefix(root).unwrap_or(folder).to_string_lossy().replace('\\', "/")
}
