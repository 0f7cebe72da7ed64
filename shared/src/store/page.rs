//! Pages: a list that is too long for one response is read page by page.

use std::fmt;

/// A part of a list, in the order of the list.
#[derive(Debug)]
pub struct Page<T> {
    /// The entries of this page.
    pub items: Vec<T>,
    /// The position after which the next page begins. `None` if this page is the last page.
    pub next: Option<PagePosition>,
}

/// A position in a list: the next page begins after this position. The text of a position usually contains an e-mail
/// address, so the text leaves the service only encrypted.
#[derive(Clone, PartialEq, Eq)]
pub struct PagePosition(String);

impl PagePosition {
    /// Creates a position from its text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text of the position.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PagePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PagePosition(redacted)")
    }
}
