//! The SDK clients of the local stack's functions. The clients' HTTP connector knows which function makes an AWS call:
//! the connector counts the call, refuses a call that the function's policy doesn't allow, and injects the queued
//! faults.

use std::sync::Arc;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::{body::SdkBody, retry::RetryConfig};

use serde_json::json;

use crate::{
    capacity::{ask_for_units, units},
    dynamodb::Engine,
    faults::{Action, FaultEffect, Faults, HoldPoint, permissions},
    policies::allowed_actions,
};

/// The addresses of the services that the clients call.
#[derive(Debug, Clone)]
pub(crate) struct AwsUrls {
    pub(crate) dynamodb: String,
    pub(crate) ses: String,
    pub(crate) events: String,
}

/// Makes the SDK clients of the local stack's functions, which share one pool of connections.
#[derive(Debug)]
pub(crate) struct Clients {
    http: SharedHttpClient,
    engine: Option<SharedHttpClient>,
    urls: AwsUrls,
    faults: Arc<Faults>,
}

impl Clients {
    /// Makes SDK clients of the AWS services at the addresses `urls`. If `engine` is given, the clients' calls of
    /// DynamoDB go to the embedded DynamoDB engine without a socket.
    pub(crate) fn new(engine: Option<&Engine>, urls: AwsUrls, faults: Arc<Faults>) -> Self {
        let engine = engine.map(Engine::http_client);
        let encrypted = [&urls.dynamodb, &urls.ses, &urls.events].iter().any(|url| url.starts_with("https:"));
        let http = if encrypted {
            Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
        } else {
            Builder::new().build_http()
        };
        Self { http, engine, urls, faults }
    }

    /// A DynamoDB client for the function of this name. A client without a function's name makes the local stack's own
    /// calls, which the stack neither counts nor checks, and to which no fault happens.
    pub(crate) fn dynamodb(&self, function: Option<&'static str>) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::from_conf(
            aws_sdk_dynamodb::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::from_static("us-east-1"))
                .credentials_provider(credentials())
                .endpoint_url(&self.urls.dynamodb)
                .http_client(self.labelled(self.engine.as_ref().unwrap_or(&self.http), function))
                .build(),
        )
    }

    /// An SES client for the function of this name. A missing function name means, as for [`Clients::dynamodb`], that
    /// the calls are the local stack's own. The SES client doesn't retry a call: after a lost response the SDK would
    /// send the mail twice, so the deliverer decides when to try again.
    pub(crate) fn ses(&self, function: Option<&'static str>) -> aws_sdk_sesv2::Client {
        aws_sdk_sesv2::Client::from_conf(
            aws_sdk_sesv2::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::from_static("us-east-1"))
                .credentials_provider(credentials())
                .retry_config(RetryConfig::disabled())
                .endpoint_url(&self.urls.ses)
                .http_client(self.labelled(&self.http, function))
                .build(),
        )
    }

    /// An EventBridge client for the function of this name. A missing function name means, as for
    /// [`Clients::dynamodb`], that the calls are the local stack's own.
    pub(crate) fn eventbridge(&self, function: Option<&'static str>) -> aws_sdk_eventbridge::Client {
        aws_sdk_eventbridge::Client::from_conf(
            aws_sdk_eventbridge::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::from_static("us-east-1"))
                .credentials_provider(credentials())
                .endpoint_url(&self.urls.events)
                .http_client(self.labelled(&self.http, function))
                .build(),
        )
    }

    /// The HTTP client that names this function with each AWS call.
    fn labelled(&self, inner: &SharedHttpClient, function: Option<&'static str>) -> SharedHttpClient {
        let inner = inner.clone();
        match function {
            Some(function) => SharedHttpClient::new(LabelledClient {
                inner,
                function,
                faults: Arc::clone(&self.faults),
                has_engine: self.engine.is_some(),
            }),
            None => inner,
        }
    }
}

/// The local stack's AWS services don't check signatures, but the SDK refuses to send an unsigned request, so the
/// clients need credentials.
fn credentials() -> Credentials {
    Credentials::new("local", "local", None, None, "local")
}

#[derive(Debug)]
struct LabelledClient {
    inner: SharedHttpClient,
    function: &'static str,
    faults: Arc<Faults>,
    has_engine: bool,
}

impl HttpClient for LabelledClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(LabelledConnector {
            inner: self.inner.http_connector(settings, components),
            function: self.function,
            faults: Arc::clone(&self.faults),
            has_engine: self.has_engine,
        })
    }
}

#[derive(Debug, Clone)]
struct LabelledConnector {
    inner: SharedHttpConnector,
    function: &'static str,
    faults: Arc<Faults>,
    /// Whether the embedded DynamoDB engine executes the calls of DynamoDB. A request to another AWS endpoint is
    /// signed, so the local stack can't change the request to ask for the consumed units.
    has_engine: bool,
}

impl HttpConnector for LabelledConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(action) = action(&request) else {
            return self.inner.call(request);
        };
        let permissions = permissions(action, request.body().bytes().unwrap_or_default());
        self.faults.note_permissions(self.function, &permissions);
        let allowed = allowed_actions(self.function);
        if let Some(denied) = permissions.into_iter().find(|permission| !allowed.contains(*permission)) {
            return HttpConnectorFuture::ready(access_denied(self.function, denied));
        }
        let Some(held) = self.faults.holds.assign(self.function, action) else {
            return self.execute(action, request);
        };
        let connector = self.clone();
        HttpConnectorFuture::new(async move {
            held.stop_at(HoldPoint::Before).await;
            let reply = connector.execute(action, request).await;
            held.stop_at(HoldPoint::After).await;
            reply
        })
    }
}

impl LabelledConnector {
    /// Counts the function's AWS call. Then carries the call out, or makes the queued fault happen that is due.
    fn execute(&self, action: Action, request: HttpRequest) -> HttpConnectorFuture {
        let Some(fault) = self.faults.on_call(self.function, action) else {
            return self.carry_out(action, request);
        };
        match fault.effect(action, request.body().bytes().unwrap_or_default()) {
            // The panic that a fault causes ends the invocation that makes the AWS call, and no other invocation.
            FaultEffect::Crash => panic!("a queued fault ends this function"),
            FaultEffect::NoReply => {
                HttpConnectorFuture::ready(Err(connection_failure("the connection failed before the call")))
            }
            FaultEffect::LostReply => {
                let response = self.carry_out(action, request);
                HttpConnectorFuture::new(async move {
                    response.await?;
                    Err(connection_failure("the connection failed after the call"))
                })
            }
            FaultEffect::Response { status, error, body } => {
                HttpConnectorFuture::ready(json_response(status, error, &body))
            }
        }
    }

    /// Carries a function's AWS call out, and counts the read and write units of a call that the embedded DynamoDB
    /// engine executes.
    fn carry_out(&self, action: Action, mut request: HttpRequest) -> HttpConnectorFuture {
        if !(self.has_engine && action.is_dynamodb()) {
            return self.inner.call(request);
        }
        let asked = request.body().bytes().unwrap_or_default().to_vec();
        ask_for_units(&mut request);
        let (response, function, faults) = (self.inner.call(request), self.function, Arc::clone(&self.faults));
        HttpConnectorFuture::new(async move {
            let response = response.await?;
            let body = response.body().bytes().unwrap_or_default();
            faults.note_units(function, units(action, &asked, response.status().as_u16(), body));
            Ok(response)
        })
    }
}

/// The AWS action that the request calls. DynamoDB and EventBridge name the action in a header, and SES names the
/// action in the method and the path.
fn action(request: &HttpRequest) -> Option<Action> {
    if let Some(target) = request.headers().get("x-amz-target") {
        let (protocol, operation) = target.split_once('.')?;
        return Action::named(if protocol == "AWSEvents" { "events" } else { "dynamodb" }, operation);
    }
    let path = request.uri().split('?').next()?;
    Action::all().find(|action| action.has_ses_path(path))
}

/// The response that IAM gives a role whose policy doesn't name the action.
fn access_denied(function: &str, action: &str) -> Result<HttpResponse, ConnectorError> {
    const ERROR: &str = "AccessDeniedException";
    let message =
        format!("{function} is not authorized to perform: {action}. Its policy in template.yaml has no such action.");
    tracing::error!(function, action, "access denied: the function's policy in template.yaml lacks this action");
    json_response(400, Some(ERROR), &json!({ "__type": ERROR, "message": message }))
}

fn connection_failure(message: &str) -> ConnectorError {
    ConnectorError::io(std::io::Error::new(std::io::ErrorKind::ConnectionReset, message).into())
}

fn json_response(
    status: u16,
    error: Option<&'static str>,
    body: &serde_json::Value,
) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(status).map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    if let Some(error) = error {
        response.headers_mut().insert("x-amzn-errortype", error);
    }
    Ok(response)
}
