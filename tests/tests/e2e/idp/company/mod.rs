//! Tests of the routes below `/idp/api/v1/company`.

mod service_account;
