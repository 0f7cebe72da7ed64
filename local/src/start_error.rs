//! The reasons why a local stack can't start.

use std::path::PathBuf;

use shared::InvalidParameter;

/// Why a stack did not start.
#[derive(Debug, thiserror::Error)]
pub enum StackStartError {
    /// A parameter of the service is missing or has a value outside its range.
    #[error(transparent)]
    Parameter(#[from] InvalidParameter),
    /// The service has no parameter of this name.
    #[error("there is no parameter {0}")]
    UnknownParameter(String),
    /// The value of `--endpoint` is not an http or https URL.
    #[error("endpoint must be an http or https URL, but is {0:?}. Give one such as http://127.0.0.1:4566")]
    Endpoint(String),
    /// The gateway can't listen on its port.
    #[error("port {0} can't be opened: {1}. Choose another port with --port; 0 lets the system choose")]
    Port(u16, std::io::Error),
    /// The data directory can't be read or written.
    #[error("the data directory {} can't be used: {reason}. Choose another one with --data-dir", path.display())]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// The operating system's error.
        reason: std::io::Error,
    },
    /// Another stack has locked the data directory.
    #[error("the data directory {} is in use by another stack. Choose another one with --data-dir", .0.display())]
    InUse(PathBuf),
    /// The embedded database can't open its file or start its thread.
    #[error("the database can't start: {0}")]
    Database(String),
    /// The table does not exist and can't be created.
    #[error("the table can't be created: {0}")]
    Table(String),
}

impl StackStartError {
    /// Whether the caller gave a wrong option. Otherwise something on the machine prevents the start.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Parameter(_) | Self::UnknownParameter(_) | Self::Endpoint(_))
    }
}
