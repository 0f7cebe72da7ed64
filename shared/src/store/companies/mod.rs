//! Companies. The folder `companies` keeps one item per company.

pub(super) mod company_records;
