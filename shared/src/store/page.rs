//! Pages: a list that is too long for one response is read page by page.

use std::fmt;

/// A page: a part of a list, in the order of the list.
#[derive(Debug)]
pub struct Page<T> {
    /// The entries of the list that are on this page.
    pub items: Vec<T>,
    /// The position after which the next page begins. `None` if this page is the last page.
    pub next: Option<PagePosition>,
}

/// A position in a list: the next page begins after this position. The text of a position in a list usually contains an
/// e-mail address, so the text leaves the service only encrypted.
#[derive(Clone, PartialEq, Eq)]
pub struct PagePosition(String);

impl PagePosition {
    /// Creates a position in a list from the text of the position.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text of the position in the list.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PagePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PagePosition(redacted)")
    }
}
