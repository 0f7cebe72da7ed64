//! The template of the nested stack with the routes: an integration for each function, and the routes that lead to the
//! integration.

use std::fmt::Write;

use functions::{Operation, routes::ROUTES};

use crate::{gateway_operations, gateway_role};

const HEAD: &str = "\
# `cargo template` writes this file from the table of routes, functions/src/routes. Change the table, not this file.
AWSTemplateFormatVersion: \"2010-09-09\"
Description: The routes of Usher's API
";

/// The whole text of the generated file `routes.yaml`.
pub fn routes_template() -> String {
    let mut yaml = format!("{HEAD}\nParameters:\n  ApiId: {{Type: String}}\n");
    for operation in gateway_operations() {
        let _ = writeln!(yaml, "  {operation:?}: {{Type: String, Description: The ARN of the function}}");
    }
    let _ = write!(yaml, "\nResources:\n{}", gateway_role::resources());
    for operation in gateway_operations() {
        let policy = gateway_role::policy_of(&format!("{operation:?}"));
        let _ = write!(
            yaml,
            "
  {operation:?}Integration:
    Type: AWS::ApiGatewayV2::Integration
    # A route must not lead to a function before the gateway may invoke the function.
    DependsOn: {policy}
    Properties:
      ApiId: !Ref ApiId
      IntegrationType: AWS_PROXY
      IntegrationUri: !Ref {operation:?}
      PayloadFormatVersion: \"2.0\"
      CredentialsArn: !GetAtt GatewayRole.Arn
"
        );
        for (id, key) in routes_of(operation) {
            let _ = write!(
                yaml,
                "  {id}:
    Type: AWS::ApiGatewayV2::Route
    Properties: {{ApiId: !Ref ApiId, RouteKey: \"{key}\", Target: !Sub \"integrations/${{{operation:?}Integration}}\"}}
"
            );
        }
    }
    yaml
}

/// The logical ids and the keys of the routes that lead to an operation. The requests that have no route lead to
/// [`Operation::RouteNotFound`].
fn routes_of(operation: Operation) -> Vec<(String, String)> {
    if operation == Operation::RouteNotFound {
        return vec![("DefaultRoute".to_owned(), "$default".to_owned())];
    }
    let routes = ROUTES.iter().filter(|route| route.operation == operation);
    routes.map(|route| (logical_id(route.method, route.path), format!("{} {}", route.method, route.path))).collect()
}

/// The logical id of a route: its method and the words of its path in Pascal case. A logical id has only letters and
/// digits, so the path `/` gets a word.
fn logical_id(method: &str, path: &str) -> String {
    let path = if path == "/" { "root" } else { path };
    let words = path.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let method = method.to_lowercase();
    std::iter::once(method.as_str()).chain(words).map(capitalized).chain(["Route".to_owned()]).collect()
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_logical_id_has_the_words_of_the_route() {
        assert_eq!(
            logical_id("DELETE", "/api/v1/workspaces/{workspaceId}/invitations/{id}"),
            "DeleteApiV1WorkspacesWorkspaceIdInvitationsIdRoute"
        );
        assert_eq!(logical_id("GET", "/"), "GetRootRoute");
        assert_eq!(logical_id("GET", "/.well-known/jwks.json"), "GetWellKnownJwksJsonRoute");
    }

    #[test]
    fn no_two_routes_have_the_same_logical_id() {
        let ids: HashSet<_> = ROUTES.iter().map(|route| logical_id(route.method, route.path)).collect();
        assert_eq!(ids.len(), ROUTES.len());
    }
}
