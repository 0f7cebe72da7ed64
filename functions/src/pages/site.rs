//! The addresses to which the pages lead.

/// The addresses to which the pages lead: the service's own paths, and where people go after joining.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// What the service's own paths begin with, such as `/prod` for a stage. The text is usually empty.
    pub base_path: &'a str,
    /// Where people go after joining. Without this address they go to the service's own page at `/`.
    pub after_join_url: Option<&'a str>,
}

impl Site<'_> {
    /// Where people go right after joining.
    pub(super) fn after_joining(&self) -> String {
        self.after_join_url.map_or_else(|| format!("{}/?joined=true", self.base_path), str::to_owned)
    }

    /// Where people go who joined earlier.
    pub(super) fn sign_in(&self) -> String {
        self.after_join_url.map_or_else(|| format!("{}/", self.base_path), str::to_owned)
    }
}
