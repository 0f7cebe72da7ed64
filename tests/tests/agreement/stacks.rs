//! Tests of the two CloudFormation stacks: their routes, the number of their resources, and the logical ids that never
//! change.

use std::collections::BTreeSet;

use ::functions::{Operation, routes::ROUTES};
use local::cors::{ALLOWED_HEADERS, ALLOWED_METHODS, EXPOSED_HEADERS, MAX_AGE};
use serde_yaml_ng::Value;

use crate::{
    agree, key, read,
    template::{Template, entries, handler, list, text},
    with,
};

/// The largest number of resources that these tests allow in a stack. CloudFormation itself allows 500.
const MOST_RESOURCES: usize = 450;

#[test]
fn the_gateway_has_the_routes_of_the_code() {
    let line = |key: &str, operation: &str| format!("{key} -> {operation}");
    let in_code: BTreeSet<_> = ROUTES.iter().map(|route| line(&key(route), route.operation.name())).collect();
    assert_eq!(in_code.len(), ROUTES.len(), "the table of routes has a route twice");
    let in_code = with(in_code, line("$default", Operation::RouteNotFound.name()));

    let (template, routes) = (Template::main(), Template::routes());
    let passed = &template.resource("Routes")["Properties"]["Parameters"];
    let deployed = routes
        .all("AWS::ApiGatewayV2::Route")
        .map(|(_, route)| {
            let target = text(&route["Properties"]["Target"]);
            let integration = target.trim_start_matches("integrations/${").trim_end_matches('}');
            let parameter = text(&routes.resource(integration)["Properties"]["IntegrationUri"]);
            let function = template.resource(text(&passed[parameter]).trim_end_matches(".Arn"));
            line(text(&route["Properties"]["RouteKey"]), handler(function))
        })
        .collect();
    agree("the table of routes", &in_code, "routes.yaml", &deployed);
}

#[test]
fn the_gateway_may_invoke_the_functions_it_leads_to_and_no_others() {
    let routes = Template::routes();
    let invocable = routes
        .all("AWS::IAM::ManagedPolicy")
        .flat_map(|(_, policy)| list(&policy["Properties"]["PolicyDocument"]["Statement"][0]["Resource"]))
        .map(str::to_owned)
        .collect();
    let integrated = routes
        .all("AWS::ApiGatewayV2::Integration")
        .map(|(_, integration)| text(&integration["Properties"]["IntegrationUri"]).to_owned())
        .collect();
    agree("the role's policies", &invocable, "the integrations", &integrated);
}

#[test]
fn the_gateway_answers_pages_of_other_origins_as_the_local_stack_does() {
    let template = Template::main();
    let cors = &template.resource("Api")["Properties"]["CorsConfiguration"][1];
    assert_eq!(list(&cors["AllowMethods"]), ALLOWED_METHODS);
    assert_eq!(list(&cors["AllowHeaders"]), ALLOWED_HEADERS);
    assert_eq!(list(&cors["ExposeHeaders"]), EXPOSED_HEADERS);
    assert_eq!(cors["MaxAge"], MAX_AGE);
    assert!(cors["AllowCredentials"].is_null());
}

#[test]
fn no_stack_has_too_many_resources() {
    for (file, template) in [("template.yaml", Template::main()), ("routes.yaml", Template::routes())] {
        let count: usize = entries(&template.0["Resources"]).map(|(_, resource)| resources_of(resource)).sum();
        assert!(count <= MOST_RESOURCES, "{file} has {count} resources");
    }
}

/// How many CloudFormation resources SAM makes of one resource of the template. For a function SAM also makes a role, a
/// rule and a permission for each event, and a resource for the settings for failed events.
fn resources_of(resource: &Value) -> usize {
    if resource["Type"] != "AWS::Serverless::Function" {
        return 1;
    }
    let properties = &resource["Properties"];
    2 + 2 * entries(&properties["Events"]).count() + usize::from(!properties["EventInvokeConfig"].is_null())
}

#[test]
fn no_logical_id_ever_changes() {
    let ids = |stack: &'static str, template: &Template| -> BTreeSet<_> {
        let ids = entries(&template.0["Resources"]);
        ids.map(|(id, resource)| format!("{stack} {id} {}", text(&resource["Type"]))).collect()
    };
    let mut present = ids("template.yaml", &Template::main());
    present.extend(ids("routes.yaml", &Template::routes()));
    let frozen = read("deploy/logical-ids.txt");
    let frozen = frozen.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    agree("deploy/logical-ids.txt", &frozen, "the templates", &present);
}
