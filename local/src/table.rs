//! The table, as `template.yaml` defines it.

use aws_sdk_dynamodb::{
    Client, Error,
    error::BuildError,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
        ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
    },
};

/// The TTL attribute: DynamoDB deletes an item some time after this second since the epoch.
pub(crate) const TTL_ATTRIBUTE: &str = "purge_at";

/// Creates the table unless the table exists.
///
/// # Errors
/// Creating the table fails with the error that DynamoDB returns.
pub async fn ensure(client: &Client, name: &str) -> Result<(), Error> {
    match client.describe_table().table_name(name).send().await.map_err(Error::from) {
        Err(Error::ResourceNotFoundException(_)) => create(client, name).await,
        described => described.map(drop),
    }
}

async fn create(client: &Client, name: &str) -> Result<(), Error> {
    let person_id = GlobalSecondaryIndex::builder()
        .index_name("person-id")
        .key_schema(key("person_id", KeyType::Hash)?)
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()?;
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewAndOldImages)
        .build()?;
    client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(text("pk")?)
        .attribute_definitions(text("sk")?)
        .attribute_definitions(text("person_id")?)
        .key_schema(key("pk", KeyType::Hash)?)
        .key_schema(key("sk", KeyType::Range)?)
        .global_secondary_indexes(person_id)
        .stream_specification(stream)
        .send()
        .await?;
    let ttl = TimeToLiveSpecification::builder().attribute_name(TTL_ATTRIBUTE).enabled(true).build()?;
    client.update_time_to_live().table_name(name).time_to_live_specification(ttl).send().await?;
    Ok(())
}

fn text(name: &str) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, BuildError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build()
}
