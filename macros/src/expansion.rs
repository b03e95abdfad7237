//! What both macros expand to beside their value.

use std::path::PathBuf;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// One `compile_error!` a message, so that rustc counts them, all in one block.
pub(crate) fn failure(messages: &[String], span: Span) -> TokenStream {
    let errors = messages.iter().map(|message| quote_spanned!(span=> ::core::compile_error!(#message)));
    quote!({ #(#errors);* })
}

/// A warning of the compiler on stable Rust: the use of something deprecated, whose note is the text. `name` is what the
/// compiler calls it.
pub(crate) fn warning(message: &str, span: Span, name: &str) -> TokenStream {
    let note = format!("\n{message}");
    let name = Ident::new(name, span);
    quote_spanned!(span=> const _: () = {
        #[deprecated(note = #note)]
        const #name: () = ();
        #name
    };)
}

/// rustc notes the files as ones that the crate is built from; their bytes are not kept.
pub(crate) fn tracked(files: &[(PathBuf, u64)]) -> TokenStream {
    let files = files.iter().map(|(file, _)| file.to_string_lossy());
    quote!(const _: &[&[u8]] = &[#(::core::include_bytes!(#files)),*];)
}
