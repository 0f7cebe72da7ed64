//! Counts the read and write units that AWS would charge for the functions' calls of DynamoDB. The embedded DynamoDB
//! engine computes the units of a successful call as DynamoDB does, if the request asks for the units.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use serde::Deserialize;

use crate::faults::{Action, Units, transaction_parts};

/// Makes a request of DynamoDB ask for the units that its call consumes. The functions never ask for units themselves,
/// and each of their requests names a table or items, so the request's JSON object has other fields.
pub(crate) fn ask_for_units(request: &mut HttpRequest) {
    let Some(fields) = request.body().bytes().and_then(|body| body.strip_prefix(b"{")) else { return };
    let asking = [br#"{"ReturnConsumedCapacity":"TOTAL","#, fields].concat();
    *request.body_mut() = SdkBody::from(asking);
}

/// The units that a call of DynamoDB consumed. DynamoDB also charges for a write whose condition failed, but the
/// response doesn't say how much: a write with a failed condition counts as a write of an item of up to 1 KB.
pub(crate) fn units(action: Action, request: &[u8], status: u16, response: &[u8]) -> Units {
    if status != 200 {
        let write = if failed_condition(response) { units_of_failed_write(action, request) } else { 0.0 };
        return Units { read: 0.0, write };
    }
    let charged: Charged = serde_json::from_slice(response).unwrap_or_default();
    let total = charged.consumed_capacity.map_or(0.0, ConsumedCapacity::total);
    if action.is_read() { Units { read: total, write: 0.0 } } else { Units { read: 0.0, write: total } }
}

fn failed_condition(response: &[u8]) -> bool {
    let error = serde_json::from_slice::<ErrorResponse>(response).unwrap_or_default().kind;
    error.ends_with("ConditionalCheckFailedException") || error.ends_with("TransactionCanceledException")
}

fn units_of_failed_write(action: Action, request: &[u8]) -> f64 {
    if !action.is_transaction() {
        return 1.0;
    }
    let parts = u32::try_from(transaction_parts(request)).unwrap_or(u32::MAX);
    2.0 * f64::from(parts)
}

#[derive(Deserialize, Default)]
struct Charged {
    #[serde(rename = "ConsumedCapacity")]
    consumed_capacity: Option<ConsumedCapacity>,
}

/// DynamoDB's response to a call about several items reports the units of each table.
#[derive(Deserialize)]
#[serde(untagged)]
enum ConsumedCapacity {
    OfTable(TableCapacity),
    OfTables(Vec<TableCapacity>),
}

impl ConsumedCapacity {
    fn total(self) -> f64 {
        match self {
            Self::OfTable(table) => table.units,
            Self::OfTables(tables) => tables.iter().map(|table| table.units).sum(),
        }
    }
}

#[derive(Deserialize)]
struct TableCapacity {
    #[serde(rename = "CapacityUnits")]
    units: f64,
}

#[derive(Deserialize, Default)]
struct ErrorResponse {
    #[serde(rename = "__type", default)]
    kind: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(operation: &str) -> Action {
        Action::named("dynamodb", operation).unwrap()
    }

    #[test]
    fn a_request_asks_for_its_units_and_keeps_its_fields() {
        let mut request = HttpRequest::new(SdkBody::from(r#"{"TableName":"usher"}"#));
        ask_for_units(&mut request);
        let asking: serde_json::Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        assert_eq!(asking, serde_json::json!({"TableName": "usher", "ReturnConsumedCapacity": "TOTAL"}));
    }

    #[test]
    fn the_units_of_a_call_are_those_that_the_response_names() {
        let one = br#"{"ConsumedCapacity":{"TableName":"usher","CapacityUnits":2.5},"Item":{}}"#;
        assert_eq!(units(action("GetItem"), b"{}", 200, one), Units { read: 2.5, write: 0.0 });
        let two = br#"{"ConsumedCapacity":[{"CapacityUnits":3.0},{"CapacityUnits":4.0}]}"#;
        assert_eq!(units(action("TransactWriteItems"), b"{}", 200, two), Units { read: 0.0, write: 7.0 });
        assert_eq!(units(action("PutItem"), b"{}", 200, b"{}"), Units::default());
    }

    #[test]
    fn a_failed_condition_is_charged_and_another_failure_is_not() {
        let failed = |kind: &str| format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{kind}"}}"#);
        let charged = |operation: &str, body: &str, kind: &str| {
            units(action(operation), body.as_bytes(), 400, failed(kind).as_bytes())
        };
        let of_write = |write: f64| Units { read: 0.0, write };
        assert_eq!(charged("UpdateItem", "{}", "ConditionalCheckFailedException"), of_write(1.0));
        let parts = r#"{"TransactItems":[{"Put":{}},{"Update":{}},{"ConditionCheck":{}}]}"#;
        assert_eq!(charged("TransactWriteItems", parts, "TransactionCanceledException"), of_write(6.0));
        assert_eq!(charged("UpdateItem", "{}", "ThrottlingException"), Units::default());
    }
}
