//! The contracts: one folder for each vendor's API, and one for our own. No contract imports another.

pub(crate) mod datagol;
pub(crate) mod dock;
pub(crate) mod hexabase;
pub(crate) mod smart_documentor;
pub(crate) mod usher;
