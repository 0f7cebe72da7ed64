//! The templates of the deployment, as the tests read them.

use serde_yaml_ng::Value;

use crate::read;

/// A template of the deployment. YAML tags such as `!Ref` are left out, so that `!Ref X` is read as `X`.
pub(crate) struct Template(pub(crate) Value);

impl Template {
    /// The handwritten template, `template.yaml`.
    pub(crate) fn main() -> Self {
        Self::load("template.yaml")
    }

    /// The generated template of the nested stack.
    pub(crate) fn routes() -> Self {
        Self::load("routes.yaml")
    }

    fn load(file: &str) -> Self {
        Self(untagged(serde_yaml_ng::from_str(&read(file)).unwrap()))
    }

    pub(crate) fn resource(&self, id: &str) -> &Value {
        self.0["Resources"].get(id).unwrap_or_else(|| panic!("the template has no resource {id}"))
    }

    /// The template's resources of the given type, with the resources' logical ids.
    pub(crate) fn all(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        entries(&self.0["Resources"]).filter(move |(_, resource)| resource["Type"] == kind)
    }

    pub(crate) fn functions(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.all("AWS::Serverless::Function")
    }
}

fn untagged(value: Value) -> Value {
    match value {
        Value::Tagged(tagged) => untagged(tagged.value),
        Value::Sequence(values) => values.into_iter().map(untagged).collect(),
        Value::Mapping(entries) => {
            Value::Mapping(entries.into_iter().map(|(key, value)| (key, untagged(value))).collect())
        }
        scalar => scalar,
    }
}

pub(crate) fn entries(mapping: &Value) -> impl Iterator<Item = (&str, &Value)> {
    mapping.as_mapping().into_iter().flatten().map(|(key, value)| (text(key), value))
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value:?} is no text"))
}

/// The texts of a YAML list. A single text counts as a list with this text only.
pub(crate) fn list(value: &Value) -> Vec<&str> {
    value.as_sequence().map_or_else(|| vec![text(value)], |values| values.iter().map(text).collect())
}

pub(crate) fn scalar(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|number| number.to_string()))
}

/// The name of the operation that a function of the template serves.
pub(crate) fn handler(function: &Value) -> &str {
    text(&function["Properties"]["Handler"])
}

pub(crate) fn statements(function: &Value) -> impl Iterator<Item = &Value> {
    let policies = function["Properties"]["Policies"].as_sequence().into_iter().flatten();
    policies.flat_map(|policy| policy["Statement"].as_sequence().expect("a policy is spelled out here"))
}
