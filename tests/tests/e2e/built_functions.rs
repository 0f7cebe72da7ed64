//! The functions as `sam build` built them for Lambda.

use std::{collections::BTreeSet, path::PathBuf};

use serde_yaml_ng::Value;

use crate::emulators::path;

/// A function of the built template.
pub(crate) struct BuiltFunction {
    /// The logical id of the function in the template.
    pub(crate) id: String,
    /// The folder that Lambda unpacks the function into.
    pub(crate) folder: PathBuf,
    /// The function's handler, which is the name of its operation.
    pub(crate) handler: String,
    /// The names of the environment variables that the template declares for the function.
    pub(crate) variables: BTreeSet<String>,
}

impl BuiltFunction {
    /// All functions of the built template.
    pub(crate) fn all() -> Vec<Self> {
        let build = path("USHER_BUILD");
        let template = build.join("template.yaml");
        let template = std::fs::read_to_string(&template)
            .unwrap_or_else(|error| panic!("{}: {error}. Run `sam build` first", template.display()));
        let template: Value = serde_yaml_ng::from_str(&template).unwrap();
        let shared = variables(&template["Globals"]["Function"]);
        let resources = template["Resources"].as_mapping().unwrap().iter();
        let functions = resources.filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function");
        let all = functions.map(|(id, function)| {
            let properties = &function["Properties"];
            let text = |name: &str| properties[name].as_str().unwrap().to_owned();
            Self {
                id: id.as_str().unwrap().to_owned(),
                folder: build.join(text("CodeUri")),
                handler: text("Handler"),
                variables: shared.union(&variables(properties)).cloned().collect(),
            }
        });
        all.collect()
    }

    /// The function of this operation.
    pub(crate) fn of(operation: &str) -> Self {
        Self::all().into_iter().find(|function| function.handler == operation).expect("a function of that name")
    }
}

/// The names of the environment variables that these properties of functions declare.
fn variables(properties: &Value) -> BTreeSet<String> {
    let declared = properties["Environment"]["Variables"].as_mapping();
    declared.into_iter().flatten().map(|(name, _)| name.as_str().unwrap().to_owned()).collect()
}
