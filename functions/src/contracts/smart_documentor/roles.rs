//! GET /api/v1.0/external/tenant/availableroles and GET /api/v1.0/external/sdworkspace/availableroles.

use serde_json::{Value, json};
use shared::{Usher, domain::Role};

use super::{WORDS, bare_array};
use crate::{incoming::Incoming, routes::Answer};

pub(crate) async fn of_tenant(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    list(usher.list_company_roles(&caller).await?)
}

pub(crate) async fn of_workspace(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    list(usher.list_roles(&caller).await?)
}

/// Those that the vendor has a word for.
fn list(roles: &[Role]) -> Answer {
    let words = WORDS.iter().filter(|word| roles.contains(&word.role));
    bare_array(&words.map(|word| json!({ "name": word.name })).collect::<Vec<Value>>())
}
