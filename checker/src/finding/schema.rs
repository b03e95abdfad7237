//! What statements are judged by besides themselves: the schema as the statements before have left it.

use crate::ast::ObjectName;

/// The schema at one point of a set.
pub(crate) trait Schema {
    /// Whether a domain has or has had this name, so that it is the replay's to say whether it is there now.
    fn has_domain(&self, schema: Option<&str>, name: &str) -> bool;

    /// Whether the set makes a function of this name that the search path or the schema shows.
    fn has_function(&self, schema: Option<&str>, name: &str) -> bool;

    /// The same of a name as it stands in a call.
    fn has_called(&self, name: &ObjectName) -> bool {
        self.has_function(name.schema().map(|schema| schema.value.as_str()), name.object())
    }

    /// The keys of a table, the primary key first; `None` where they are not known.
    fn keys(&self, table: &ObjectName) -> Option<Vec<Vec<String>>>;
}
