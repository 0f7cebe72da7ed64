//! Companies. This folder keeps one item per company.

pub(super) mod company_records;
