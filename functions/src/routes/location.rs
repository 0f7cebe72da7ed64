//! Finds the route of a request in API Gateway's event.
//!
//! The gateway names the route in the event's `routeKey`, and the values of the path's parameters in `pathParameters`.
//! The path itself, `rawPath`, may begin with something else: an HTTP API leaves a stage's name and a custom domain's
//! base path in `rawPath`. So the route that the gateway names counts, and the path counts only if the gateway names no
//! route of the table. That is so for the gateway's route `$default`, and for a function URL.

use lambda_http::{
    Request, RequestExt,
    request::{RequestContext, RequestContext::ApiGatewayV2},
};

use super::{Contract, Found, ROUTES, Route, find};
use crate::operation::Operation;

/// The gateway's name for the stage that has no name in the path.
const DEFAULT_STAGE: &str = "$default";

/// Where a request leads.
pub(crate) struct Location {
    /// The route, or why there is none.
    pub(crate) found: Found,
    /// The contract in whose error format the request is refused.
    pub(crate) contract: Contract,
    /// What the path has before the route's path, such as `/prod` for a stage. The text is empty if the path has
    /// nothing there, and otherwise begins with a slash and doesn't end with one.
    pub(crate) base_path: String,
}

/// Finds the route of a request.
pub(crate) fn locate(request: &Request) -> Location {
    named_by_gateway(request).unwrap_or_else(|| found_by_path(request))
}

/// The operation that answers the given request. A request without a route is answered by
/// [`Operation::RouteNotFound`].
pub fn operation_of(request: &Request) -> Operation {
    match locate(request).found {
        Found::Route(route, _) => route.operation,
        Found::OtherMethods(_) | Found::Nothing => Operation::RouteNotFound,
    }
}

/// The route that the gateway names, if the table has this route and the event has the values of its parameters.
fn named_by_gateway(request: &Request) -> Option<Location> {
    let Some(ApiGatewayV2(context)) = request.request_context_ref() else { return None };
    let (method, path) = context.route_key.as_deref()?.split_once(' ')?;
    let route = ROUTES.iter().find(|route| route.method == method && route.path == path)?;
    if request.method().as_str() != method {
        return None;
    }
    let given = request.path_parameters_ref();
    let value = |name: &str| given.and_then(|given| given.first(name)).map(|value| (name.to_owned(), value.to_owned()));
    let parameters: Vec<_> = route.parameters().map(value).collect::<Option<_>>()?;
    let base_path = base_path(route, &parameters, request.raw_http_path());
    Some(Location { found: Found::Route(route, parameters), contract: route.contract, base_path })
}

/// What the path has before the route's path. A path that the route's path doesn't end, and a beginning that isn't a
/// stage's name or a base path, count as a path with nothing before the route's path: a page must not get an address of
/// another host from a path such as `//host/register`.
fn base_path(route: &Route, parameters: &[(String, String)], path: &str) -> String {
    let own =
        parameters.iter().fold(route.path.to_owned(), |own, (name, value)| own.replace(&format!("{{{name}}}"), value));
    // The address of a stage may lack the slash that is the whole path of the route `/`.
    let before = path.strip_suffix(&own).or_else(|| (own == "/").then_some(path)).unwrap_or_default();
    let mut segments = before.split('/');
    let is_base = segments.next().is_some_and(str::is_empty) && segments.all(is_base_segment);
    if is_base { before.to_owned() } else { String::new() }
}

/// Whether a text can be a segment of an API mapping's key, which has more letters than a stage's name
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mappings.html>).
fn is_base_segment(segment: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"$-_.+!*'()".contains(&byte);
    !segment.is_empty() && segment.bytes().all(is_allowed)
}

/// The route that the path leads to. If the path begins with the name of the stage, the rest of the path is tried
/// first. The whole path is tried too, because the path of a custom domain's request may lack the stage's name.
fn found_by_path(request: &Request) -> Location {
    let (method, path) = (request.method(), request.raw_http_path());
    let staged = after_stage(request.request_context_ref(), path);
    if let Some((stage, rest)) = staged {
        let found = find(method, rest);
        if !matches!(found, Found::Nothing) {
            return Location { contract: contract_of(&found, rest), found, base_path: stage.to_owned() };
        }
    }
    let found = find(method, path);
    let refused = match found {
        Found::Nothing => staged.map_or(path, |(_, rest)| rest),
        Found::Route(..) | Found::OtherMethods(_) => path,
    };
    Location { contract: contract_of(&found, refused), found, base_path: String::new() }
}

/// The stage's name with a slash before it, and the rest of a path that begins so.
fn after_stage<'p>(context: Option<&RequestContext>, path: &'p str) -> Option<(&'p str, &'p str)> {
    let Some(ApiGatewayV2(context)) = context else { return None };
    let stage = context.stage.as_deref().filter(|stage| *stage != DEFAULT_STAGE && is_base_segment(stage))?;
    let rest = path.strip_prefix('/')?.strip_prefix(stage)?;
    let before = path.get(..path.len() - rest.len())?;
    match rest {
        "" => Some((before, "/")),
        rest if rest.starts_with('/') => Some((before, rest)),
        _ => None,
    }
}

fn contract_of(found: &Found, path: &str) -> Contract {
    match found {
        Found::Route(route, _) => route.contract,
        Found::OtherMethods(_) | Found::Nothing => Contract::of_path(path),
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::request::LambdaRequest;
    use serde_json::{Value, json};

    use super::*;

    /// A payload-2.0 event, as the gateway makes it for a path of the given stage.
    fn request(stage: &str, route_key: &str, path: &str, parameters: &Value) -> Request {
        let method = route_key.split_once(' ').map_or("GET", |(method, _)| method);
        let event = json!({
            "version": "2.0",
            "routeKey": route_key,
            "rawPath": path,
            "rawQueryString": "",
            "headers": { "host": "api.example.com" },
            "pathParameters": parameters,
            "requestContext": {
                "http": { "method": method, "path": path },
                "requestId": "id",
                "routeKey": route_key,
                "stage": stage,
                "timeEpoch": 0,
            },
            "isBase64Encoded": false,
        });
        serde_json::from_str::<LambdaRequest>(&event.to_string()).unwrap().into()
    }

    /// The path of the route that a request leads to, the values of its parameters, and the base path.
    fn located(stage: &str, route_key: &str, path: &str, parameters: &Value) -> Option<(String, Vec<String>, String)> {
        let Location { found, base_path, contract } = locate(&request(stage, route_key, path, parameters));
        let Found::Route(route, values) = found else { return None };
        assert_eq!(route.contract, contract);
        let values = values.into_iter().map(|(_, value)| value).collect();
        Some((format!("{} {}", route.method, route.path), values, base_path))
    }

    #[test]
    fn every_route_is_found_by_the_gateways_name_behind_a_stage_and_a_base_path() {
        for route in ROUTES {
            let key = format!("{} {}", route.method, route.path);
            let parameters: Value = route.parameters().map(|name| (name, format!("{name} 1"))).collect();
            let path = route
                .parameters()
                .fold(route.path.to_owned(), |path, name| path.replace(&format!("{{{name}}}"), &format!("{name} 1")));
            let values: Vec<_> = route.parameters().map(|name| format!("{name} 1")).collect();
            for (stage, base) in [("$default", ""), ("prod", "/prod"), ("$default", "/v1"), ("$default", "/api/v0/x")] {
                let found = located(stage, &key, &format!("{base}{path}"), &parameters);
                assert_eq!(found, Some((key.clone(), values.clone(), base.to_owned())), "{base}{path}");
            }
        }
    }

    #[test]
    fn a_value_keeps_the_characters_that_the_client_has_encoded() {
        // The gateway decodes the path, so a slash in a value looks like a slash between segments.
        let (key, value) = ("GET /v1/users/{id}", "a/b c%20ü");
        let found = located("prod", key, &format!("/prod/v1/users/{value}"), &json!({ "id": value }));
        assert_eq!(found, Some((key.to_owned(), vec![value.to_owned()], "/prod".to_owned())));
        // A gateway that leaves the path encoded decodes the parameters only.
        let found = located("prod", key, "/prod/v1/users/a%2Fb%20c%2520%C3%BC", &json!({ "id": value }));
        assert_eq!(found, Some((key.to_owned(), vec![value.to_owned()], String::new())));
    }

    #[test]
    fn the_gateways_name_counts_more_than_the_path() {
        // With the base path `api`, this path of Dock's contract looks like a path of our own contract.
        let found = located("$default", "GET /v1/users", "/api/v1/users", &Value::Null);
        assert_eq!(found, Some(("GET /v1/users".to_owned(), Vec::new(), "/api".to_owned())));
    }

    #[test]
    fn without_a_route_of_the_gateway_the_path_counts_with_and_without_the_stage() {
        for (stage, path, route, base) in [
            ("$default", "/register", Some("GET /register"), ""),
            ("prod", "/prod/register", Some("GET /register"), "/prod"),
            ("prod", "/register", Some("GET /register"), ""),
            ("prod", "/prod", Some("GET /"), "/prod"),
            ("prod", "/prod/", Some("GET /"), "/prod"),
            ("v1", "/v1/v1/users", Some("GET /v1/users"), "/v1"),
            ("v1", "/v1/users", Some("GET /v1/users"), ""),
            ("prod", "/production/register", None, ""),
            ("$default", "/prod/register", None, ""),
            ("prod", "/prod/prod/register", None, ""),
        ] {
            for key in ["$default", "ANY /{proxy+}", "GET /nowhere"] {
                let found = located(stage, key, path, &Value::Null);
                let found = found.as_ref().map(|(key, _, base)| (key.as_str(), base.as_str()));
                // A route of any method has no method of its own, so the test's request has the method `ANY`.
                let expected = if key.starts_with("ANY") { None } else { route.map(|route| (route, base)) };
                assert_eq!(found, expected, "{stage} {key} {path}");
            }
        }
        let (key, path) = ("$default", "/prod/v1/users/7");
        assert_eq!(located("prod", key, path, &Value::Null).unwrap().1, ["7"]);
    }

    #[test]
    fn a_request_without_a_route_is_refused_in_the_format_of_its_contract() {
        for (stage, path, contract) in [
            ("prod", "/prod/idp/x", Contract::DataGol),
            ("prod", "/idp/x", Contract::DataGol),
            ("v1", "/v1/api/v0/x", Contract::Hexabase),
            ("api", "/api/v1/nothing", Contract::Dock),
            ("$default", "/api/v1/nothing", Contract::Usher),
            ("idp", "/idp/register/x", Contract::Usher),
        ] {
            let location = locate(&request(stage, "$default", path, &Value::Null));
            assert!(matches!(location.found, Found::Nothing));
            assert_eq!(location.contract, contract, "{stage} {path}");
        }
        let location = locate(&request("prod", "$default", "/prod/connect/token", &Value::Null));
        assert!(matches!(location.found, Found::OtherMethods(methods) if methods == ["POST"]));
        assert_eq!(location.contract, Contract::SmartDocumentor);
    }

    #[test]
    fn a_request_whose_method_or_parameters_differ_from_the_named_route_is_found_by_its_path() {
        let found = located("$default", "GET /v1/users/{id}", "/v1/users/7", &Value::Null);
        assert_eq!(found, Some(("GET /v1/users/{id}".to_owned(), vec!["7".to_owned()], String::new())));
    }

    #[test]
    fn no_page_gets_another_host_from_the_path() {
        for path in ["//register", "//evil.example/register", "/\\evil.example/register", "evil.example/register"] {
            let (_, _, base) = located("$default", "GET /register", path, &Value::Null).unwrap();
            assert_eq!(base, "", "{path}");
        }
    }
}
