//! A function that only builds the SDK clients that Usher's functions build, and reads one item for each event. The start
//! of this empty function takes as long as the SDK needs.

use std::hint::black_box;

use aws_config::BehaviorVersion;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await;
    let dynamodb = aws_sdk_dynamodb::Client::new(&config);
    let others = black_box((aws_sdk_sesv2::Client::new(&config), aws_sdk_secretsmanager::Client::new(&config)));
    let key = |value: &str| aws_sdk_dynamodb::types::AttributeValue::S(value.to_owned());
    let handled = lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async {
        let read = dynamodb.get_item().table_name("usher").key("pk", key("CONFIG")).key("sk", key("none")).send().await;
        read.map(|_| event.payload).map_err(Error::from)
    }));
    handled.await?;
    drop(others);
    Ok(())
}
