//! The IAM actions that `template.yaml` allows each function. The local stack refuses a function's call of an action
//! that the template doesn't allow.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use serde_yaml_ng::Value;

static ALLOWED: LazyLock<BTreeMap<String, BTreeSet<String>>> =
    LazyLock::new(|| read(include_str!("../../template.yaml")).unwrap_or_default());

/// The IAM actions that the function of this name is allowed in `template.yaml`.
pub fn allowed_actions(function: &str) -> &'static BTreeSet<String> {
    static NONE: BTreeSet<String> = BTreeSet::new();
    ALLOWED.get(function).unwrap_or(&NONE)
}

/// The IAM actions that `template.yaml` allows in the policies of each function.
fn read(template: &str) -> Result<BTreeMap<String, BTreeSet<String>>, serde_yaml_ng::Error> {
    let template: Value = serde_yaml_ng::from_str(template)?;
    let resources = template["Resources"].as_mapping().into_iter().flat_map(|resources| resources.values());
    let mut allowed: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for resource in resources {
        let Some(operation) = resource["Properties"]["Handler"].as_str() else { continue };
        let actions = entries(&resource["Properties"]["Policies"])
            .flat_map(|policy| entries(&policy["Statement"]))
            .flat_map(|statement| entries(&statement["Action"]))
            .filter_map(|action| action.as_str().map(str::to_owned));
        allowed.entry(operation.to_owned()).or_default().extend(actions);
    }
    Ok(allowed)
}

/// The entries of a list in `template.yaml`. A value that is not a list counts as a list with this one value, as in IAM
/// policies.
fn entries(value: &Value) -> impl Iterator<Item = &Value> {
    let many = value.as_sequence().map(Vec::as_slice);
    many.unwrap_or(std::slice::from_ref(value)).iter()
}

#[cfg(test)]
mod tests {
    use functions::Operation;

    use super::*;

    #[test]
    fn every_function_has_a_policy_except_those_that_read_no_data() {
        let without: Vec<_> = Operation::ALL
            .iter()
            .map(|operation| operation.name())
            .filter(|name| allowed_actions(name).is_empty())
            .collect();
        assert_eq!(without, ["describe-api", "route-not-found"]);
    }
}
