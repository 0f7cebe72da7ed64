//! The HTTP routes of the stack's port: the routes of the simulated AWS services, the stack's own controls, and the
//! gateway for every other path.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::watch,
};

use crate::{
    aws_endpoint::{self, AwsEndpoint},
    control,
    cors::AllowedOrigins,
    deployment::Deployment,
    eventbridge, gateway,
    gateway::Gateway,
    inbox, lambda, mailbox, reset,
    response::PAYLOAD_LIMIT,
    ses,
};

/// The routes of the gateway's port.
pub(crate) fn gateway_router(deployment: &Arc<Deployment>, port: u16, allowed_origins: AllowedOrigins) -> Router {
    let Deployment { functions, ses, bus, faults, clock, .. } = &**deployment;
    let gateway =
        Gateway { functions: functions.clone(), faults: faults.clone(), clock: clock.clone(), port, allowed_origins };
    let mails = Router::new()
        .route("/_aws/ses", get(mailbox::list).delete(mailbox::empty))
        .route("/_local/inbox/mails", get(mailbox::page))
        .with_state(ses.mailbox.clone());
    let faults = Router::new()
        .route("/_local/faults", get(control::faults_left).post(control::queue_fault).delete(control::clear_faults))
        .route("/_local/faults/{id}", get(control::hold_reached).delete(control::release_hold))
        .route("/_local/permissions", get(control::permissions))
        .route("/_local/calls", get(control::calls).delete(control::forget_calls))
        .route("/_local/units", get(control::units))
        .with_state(faults.clone());
    let sending = Router::new().route("/_local/sending", get(ses::sending)).with_state(ses.clone());
    let bus = Router::new()
        .route(&format!("{}/", eventbridge::PATH), post(eventbridge::call))
        .route("/_local/events", get(eventbridge::list).delete(eventbridge::empty))
        .with_state(bus.clone());
    let clock =
        Router::new().route("/_local/clock", get(control::time).post(control::move_clock)).with_state(clock.clone());
    let lambda = Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(lambda::invoke))
        .route("/_local/functions", get(lambda::busy_functions))
        .layer(DefaultBodyLimit::max(PAYLOAD_LIMIT))
        .with_state(functions.clone());
    let reset = Router::new().route("/_local/reset", post(reset::reset)).with_state(deployment.clone());
    let pages = Router::new().route("/_local/inbox", get(inbox::page)).with_state(deployment.random.clone());
    let own = ses_router(deployment).merge(mails).merge(sending).merge(bus).merge(faults).merge(clock);
    let own = own.merge(lambda).merge(reset).merge(pages);
    own.fallback(gateway::handle).with_state(Arc::new(gateway))
}

/// The routes of the AWS endpoint for other processes.
pub(crate) fn aws_router(deployment: &Deployment, endpoint: AwsEndpoint) -> Router {
    let targets = Router::new()
        .route("/", post(aws_endpoint::call))
        .layer(DefaultBodyLimit::max(aws_endpoint::BODY_LIMIT))
        .with_state(Arc::new(endpoint));
    ses_router(deployment).merge(targets).fallback(aws_endpoint::unknown)
}

/// The HTTP routes of the simulated SES v2.
fn ses_router<S: Clone + Send + Sync + 'static>(deployment: &Deployment) -> Router<S> {
    Router::new()
        .route("/v2/email/outbound-emails", post(ses::send_email))
        .route("/v2/email/outbound-bulk-emails", post(ses::send_bulk_email))
        .route("/v2/email/account", get(ses::get_account))
        .route("/v2/email/identities/{identity}", get(ses::get_email_identity))
        .layer(DefaultBodyLimit::max(ses::MESSAGE_LIMIT))
        .with_state(deployment.ses.clone())
}

/// Serves the router on the listener until the stop signal comes and the running requests are answered.
pub(crate) async fn serve(listener: TcpListener, router: Router, mut stopped: watch::Receiver<()>) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stopped = async move { drop(stopped.changed().await) };
    if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stopped).await {
        tracing::error!(%error, "the HTTP server failed");
    }
}

/// Listens on the given address. Accepted connections inherit `TCP_NODELAY`, so that small responses leave at once.
pub(crate) fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_nodelay(true)?;
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(1024)
}
