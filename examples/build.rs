//! A file that is added to the migrations rebuilds the examples that embed them.

fn main() {
    println!("cargo::rerun-if-changed=../migrations");
}
