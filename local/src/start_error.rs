//! The reasons why a local stack can't start.

use std::{net::SocketAddr, path::PathBuf};

use shared::InvalidParameter;

use crate::seed::SeedError;

/// Why a stack did not start.
#[derive(Debug, thiserror::Error)]
pub enum StackStartError {
    /// A parameter of the service is missing or has a value outside its range.
    #[error(transparent)]
    Parameter(#[from] InvalidParameter),
    /// The service has no parameter of the given name.
    #[error("there is no parameter {0}")]
    UnknownParameter(String),
    /// The value of `--endpoint` is not an http or https URL.
    #[error("endpoint must be an http or https URL, but is {0:?}. Give one such as http://127.0.0.1:4566")]
    Endpoint(String),
    /// The value of `--forward-events` is not an http or https URL.
    #[error("forward-events must be an http or https URL, but is {0:?}. Give one such as http://127.0.0.1:8080/events")]
    ForwardEvents(String),
    /// `--aws-port` serves the embedded services, which a stack with `--endpoint` doesn't have.
    #[error("aws-port can't be combined with endpoint: other processes can use that endpoint themselves")]
    AwsPortWithEndpoint,
    /// The seed file can't be read or is wrong.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// The stack can't listen on a port.
    #[error(
        "the stack can't listen on {address}: {reason}. Choose another port with {option}, where 0 lets the system \
         choose, or another address with {}", option.replace("port", "host")
    )]
    Port {
        /// The address and port that the stack can't listen on.
        address: SocketAddr,
        /// The option that sets the port.
        option: &'static str,
        /// The operating system's error, which says why.
        reason: std::io::Error,
    },
    /// The data directory can't be read or written.
    #[error("the data directory {} can't be used: {reason}. Choose another one with --data-dir", path.display())]
    DataDir {
        /// The path of the data directory.
        path: PathBuf,
        /// The operating system's error, which says why.
        reason: std::io::Error,
    },
    /// Another stack has locked the data directory.
    #[error("the data directory {} is in use by another stack. Choose another one with --data-dir", .0.display())]
    InUse(PathBuf),
    /// The embedded database can't open its file or start its thread.
    #[error("the database can't start: {0}")]
    Database(String),
    /// The service at `--endpoint` can't be reached, or refuses to create the table.
    #[error(
        "the endpoint {endpoint} can't be used: {reason}. Check that an AWS-compatible service answers there, or leave \
         --endpoint out to use the embedded services"
    )]
    EndpointUnusable {
        /// The endpoint's URL.
        endpoint: String,
        /// The SDK's error with its causes.
        reason: String,
    },
    /// The table does not exist and can't be created.
    #[error("the table can't be created: {0}")]
    Table(String),
}

impl StackStartError {
    /// Whether the caller gave a wrong option. If the options are right, something on the machine prevents the start of
    /// the stack.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Parameter(_)
                | Self::UnknownParameter(_)
                | Self::Endpoint(_)
                | Self::ForwardEvents(_)
                | Self::AwsPortWithEndpoint
                | Self::Seed(_)
        )
    }
}
