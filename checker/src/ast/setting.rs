use crate::text::Span;

/// A `SET`, a `RESET` or a `SHOW` of one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The parameter in lower case, for the server takes any: `search_path`, `app.tenant`, `all`.
    pub name: String,
    /// Its name as the server reads it: in lower case unless it is quoted.
    pub spelled: String,
    /// The words that name it: `search_path`, `TIME ZONE`, `NAMES`.
    pub span: Span,
    /// Whether it ends with its transaction.
    pub local: bool,
    /// What becomes of it.
    pub to: SettingValue,
}

/// What a parameter is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// These words, numbers and strings.
    These(Vec<(String, Span)>),
    /// What it was at the start of the session: `RESET`, `TO DEFAULT`.
    Default,
    /// What it is: `FROM CURRENT`.
    Current,
    /// Nothing: it is shown.
    Shown,
}
