//! Answers the requests that have no route.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::RouteNotFound).await
}
