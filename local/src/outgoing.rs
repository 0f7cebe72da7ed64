//! Requests of the stack to programs that the developer names by URL.

use aws_smithy_http_client::{
    Connector,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::HttpConnector as _,
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;

/// The address of a program that receives JSON from the stack.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    connector: Connector,
}

impl Receiver {
    /// The program at this http or https URL.
    pub(crate) fn new(url: String) -> Self {
        let connector = if url.starts_with("https:") {
            Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
        } else {
            Connector::builder().build_http()
        };
        Self { url, connector }
    }

    /// Posts this JSON to the program and returns its response.
    pub(crate) async fn post(&self, json: impl Into<SdkBody>) -> Result<HttpResponse, ConnectorError> {
        let mut request = HttpRequest::new(json.into());
        request.set_method("POST").map_err(|error| ConnectorError::user(error.into()))?;
        request.set_uri(self.url.as_str()).map_err(|error| ConnectorError::user(error.into()))?;
        request.headers_mut().insert("content-type", "application/json");
        self.connector.call(request).await
    }
}
