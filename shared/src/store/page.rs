//! Pages of lists that are too long to be read whole.

use std::fmt;

/// Some of a list, in its order.
#[derive(Debug)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where it goes on; nowhere if the list is at its end.
    pub next: Option<PagePosition>,
}

/// After what in its list a page goes on. As a rule it is an address, so it leaves the service only sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct PagePosition(String);

impl PagePosition {
    /// A position that was read.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The position as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PagePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PagePosition(redacted)")
    }
}
