//! Lists the audit log of a workspace: what was done, by whom and to whom.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ListAudit).await
}
