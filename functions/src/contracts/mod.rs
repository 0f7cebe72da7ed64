//! The contracts: one folder for each vendor's API, and one folder for our own API. No contract imports another
//! contract.

pub(crate) mod datagol;
pub(crate) mod dock;
pub(crate) mod hexabase;
pub(crate) mod smart_documentor;
pub(crate) mod usher;
