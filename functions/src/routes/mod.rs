//! The table of routes: the method, path, operation, contract and handler of each route. The template and the samples
//! in `events/` name the same routes, and a test compares them with the table.

mod contract;
mod location;

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::LazyLock,
};

use futures::future::BoxFuture;
use http::Method;
use shared::Usher;

pub use contract::Contract;
pub use location::operation_of;
pub(crate) use location::{Location, locate};

use crate::{
    contracts::{datagol, dock, hexabase, smart_documentor, usher as own},
    operation::Operation,
    vocabulary::{Description, HandlerResult, Incoming, UnknownFields},
};

type Handler = for<'a> fn(&'a Usher, &'a Incoming) -> BoxFuture<'a, HandlerResult>;

/// A route of the API: a method and a path with the handler that answers the requests.
pub struct Route {
    /// The HTTP method of the route.
    pub method: &'static str,
    /// The route's path, with its parameters in braces.
    pub path: &'static str,
    /// The operation whose function answers the route.
    pub operation: Operation,
    /// The contract that documents the route.
    pub contract: Contract,
    pub(crate) handler: Handler,
    pub(crate) describe: fn() -> Description,
}

impl Route {
    /// The name of the route's sample in `events/`: the contract and the operation. If an operation has several routes
    /// in a contract, the name of each sample has one more word, which tells the route from the operation's other
    /// routes: the HTTP method, a part of the path, or both.
    pub fn sample(&self) -> String {
        let same = |other: &&Self| other.contract == self.contract && other.operation == self.operation;
        let siblings: Vec<_> = ROUTES.iter().filter(same).collect();
        let methods: HashSet<_> = siblings.iter().map(|other| other.method).collect();
        let has = |route: &Self, part: &str| route.path.split('/').any(|one| one == part);
        let is_own = |part: &&str| siblings.iter().filter(|other| has(other, part)).count() == 1;
        let own = |route: &'static Self| route.path.split('/').find(is_own);
        let last = |route: &Self| match route.path.rsplit('/').next() {
            Some("") | None => "root",
            Some(part) => part,
        };
        let word = match siblings.len() {
            1 => String::new(),
            count if count == methods.len() => format!(".{}", self.method.to_lowercase()),
            _ => {
                let part = self.path.split('/').find(is_own).unwrap_or_else(|| last(self));
                let alike = siblings.iter().filter(|other| own(other).is_none() && last(other) == part).count() > 1;
                let method = if alike { format!(".{}", self.method.to_lowercase()) } else { String::new() };
                format!(".{}{method}", part.trim_matches(['{', '}']).trim_end_matches(".json"))
            }
        };
        format!("{}/{}{word}", self.contract.name(), self.operation.name())
    }

    /// The names of the parameters in the route's path.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    /// What happens to undeclared fields and query parameters of a request. Our own API refuses them, so that a
    /// misspelt name doesn't go unnoticed. The vendors' contracts ignore them, because the vendors' clients may send
    /// fields that we don't know.
    pub(crate) fn unknown_fields(&self) -> UnknownFields {
        if self.path.starts_with("/api/v1/") { UnknownFields::Refused } else { UnknownFields::Ignored }
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// By the rule of this macro, the function `contract::file::describe::name` describes the handler
/// `contract::file::name`.
macro_rules! routes {
    ($($contract:ident {
        $($method:ident $path:literal => $operation:ident, $vendor:ident::$file:ident::$handler:ident;)+
    })+) => {
        /// The table of all routes.
        pub const ROUTES: &[Route] = &[$($(Route {
            method: stringify!($method),
            path: $path,
            operation: Operation::$operation,
            contract: Contract::$contract,
            handler: |usher, incoming| Box::pin($vendor::$file::$handler(usher, incoming)),
            describe: $vendor::$file::describe::$handler,
        },)+)+];
    };
}

routes! {
    DataGol {
        POST "/idp/api/v1/user/sign-up" => SignUp, datagol::sign_up::handle;
        POST "/idp/api/v1/user/signUp/verifyEmailOtp" => VerifyOtp, datagol::verify_otp::handle;
        POST "/idp/api/v1/user/signUp/resendEmailOtp" => ResendOtp, datagol::resend_otp::handle;
        POST "/idp/api/v1/user/token" => IssueToken, datagol::log_in::token;
        POST "/idp/api/v1/user/login" => LogIn, datagol::log_in::login;
        GET "/idp/api/v1/user" => GetProfile, datagol::profile::handle;
        GET "/idp/api/v1/team" => ListPeople, datagol::team::handle;
        POST "/idp/api/v1/company/serviceAccount" => CreateServiceAccount, datagol::service_accounts::create;
        GET "/idp/api/v1/company/serviceAccount" => ListServiceAccounts, datagol::service_accounts::list;
        GET "/idp/api/v1/company/serviceAccount/{id}/token/reset" => ResetServiceAccountToken, datagol::service_accounts::reset;
        POST "/idp/api/v1/company/serviceAccount/{id}/token/reset" => ResetServiceAccountToken, datagol::service_accounts::reset;
        DELETE "/idp/api/v1/company/serviceAccount/{id}" => DeleteServiceAccount, datagol::service_accounts::delete;
        POST "/noCo/api/v2/workspaces" => CreateWorkspace, datagol::workspaces::create;
        GET "/noCo/api/v2/workspaces" => ListWorkspaces, datagol::workspaces::list;
        GET "/noCo/api/v2/workspaces/{workspaceId}" => GetWorkspace, datagol::workspaces::get;
        POST "/noCo/api/v2/workspaces/{workspaceId}/bulkUsers" => InviteUsers, datagol::bulk_users::handle;
    }
    SmartDocumentor {
        POST "/connect/token" => IssueClientToken, smart_documentor::token::handle;
        GET "/api/v1.0/external/tenant/availableroles" => ListRoles, smart_documentor::roles::of_tenant;
        GET "/api/v1.0/external/tenant/allusers" => ListPeople, smart_documentor::users::of_tenant;
        POST "/api/v1.0/external/tenant/inviteusers" => InviteUsers, smart_documentor::invite_users::to_tenant;
        GET "/api/v1.0/external/sdworkspace/availableroles" => ListRoles, smart_documentor::roles::of_workspace;
        GET "/api/v1.0/external/sdworkspace/allusers/{workspaceId}" => ListMembers, smart_documentor::users::of_workspace;
        POST "/api/v1.0/external/sdworkspace/inviteusers" => InviteUsers, smart_documentor::invite_users::to_workspace;
        GET "/api/v1.0/external/sdworkspace/CurrentWorkspaces" => ListWorkspaces, smart_documentor::workspaces::list;
    }
    Dock {
        POST "/v1/workspace-users" => InviteUsers, dock::workspace_users::create;
        GET "/v1/workspace-users" => ListMembers, dock::workspace_users::list;
        GET "/v1/workspace-users/{id}" => GetMember, dock::workspace_users::get;
        PATCH "/v1/workspace-users/{id}" => ChangeMember, dock::workspace_users::change;
        DELETE "/v1/workspace-users/{id}" => RemoveMember, dock::workspace_users::remove;
        POST "/v1/workspaces" => CreateWorkspace, dock::workspaces::create;
        GET "/v1/workspaces" => ListWorkspaces, dock::workspaces::list;
        PATCH "/v1/workspaces/{id}" => ChangeWorkspace, dock::workspaces::change;
        POST "/v1/workspaces/{id}/access" => SetAccess, dock::access::set;
        GET "/v1/workspace-domains" => ListDomains, dock::domains::list;
        POST "/v1/workspace-domains" => AddDomain, dock::domains::add;
        PATCH "/v1/workspace-domains/{id}" => ChangeDomain, dock::domains::change;
        GET "/v1/users" => ListPeople, dock::users::list;
        GET "/v1/users/{id}" => GetPerson, dock::users::get;
    }
    Hexabase {
        GET "/api/v0/groups" => ListGroups, hexabase::groups::list;
        GET "/api/v0/groups/{groupId}" => ListGroups, hexabase::groups::get;
        GET "/api/v0/grouptree" => ListGroups, hexabase::groups::tree;
        POST "/api/v0/groups/{groupId}" => CreateGroup, hexabase::groups::create;
        DELETE "/api/v0/groups/{groupId}" => DeleteGroup, hexabase::groups::delete;
        PUT "/api/v0/groups/{groupId}/admins/{userId}" => ChangeGroupAdmin, hexabase::groups::add_admin;
        DELETE "/api/v0/groups/{groupId}/admins/{userId}" => ChangeGroupAdmin, hexabase::groups::remove_admin;
        GET "/api/v0/groups/{groupId}/users" => ListMembers, hexabase::members::of_group;
        GET "/api/v0/workspaces/{workspaceId}/users" => ListMembers, hexabase::members::of_workspace;
        DELETE "/api/v0/users" => RemoveMember, hexabase::members::remove;
        POST "/api/v0/login" => LogIn, hexabase::log_in::handle;
        POST "/api/v0/users" => InviteUsers, hexabase::add_users::one;
        POST "/api/v0/workspaces/{workspaceId}/users" => InviteUsers, hexabase::add_users::many;
        POST "/api/v0/userinvite" => InviteUsers, hexabase::mail_users::handle;
        PUT "/api/v0/users/password" => ChangePassword, hexabase::password::change;
        GET "/api/v0/users/registration/confirm" => ConfirmRegistration, hexabase::registration::show;
        POST "/api/v0/users/registration/confirm" => ConfirmRegistration, hexabase::registration::submit;
        GET "/api/v0/workspaces" => ListWorkspaces, hexabase::workspaces::list;
        POST "/api/v0/workspaces/{workspaceId}/select" => SelectWorkspace, hexabase::workspaces::select;
    }
    Usher {
        GET "/" => RegistrationPage, own::home::show;
        HEAD "/" => RegistrationPage, own::home::show;
        GET "/invitation" => RegistrationPage, own::register::show;
        HEAD "/invitation" => RegistrationPage, own::register::show;
        POST "/invitation" => AcceptInvitation, own::register::accept;
        POST "/invitation/decline" => DeclineInvitation, own::register::decline;
        POST "/invitation/renew" => RenewInvitation, own::register::renew;
        GET "/register" => RegistrationPage, own::register::show;
        HEAD "/register" => RegistrationPage, own::register::show;
        POST "/register" => SignUp, own::register::submit;
        POST "/api/v1/workspaces/{workspaceId}/invitations" => InviteUsers, own::invite_users::handle;
        POST "/api/v1/invitations/preview" => PreviewInvitation, own::invitation_links::preview;
        POST "/api/v1/invitations/decline" => DeclineInvitation, own::invitation_links::decline;
        POST "/api/v1/invitations/renew" => RenewInvitation, own::invitation_links::renew;
        POST "/api/v1/invitations/accept" => AcceptInvitation, own::accept_invitation::handle;
        POST "/api/v1/company/mail-templates" => MailTemplates, own::mail_templates::add;
        GET "/api/v1/company/mail-templates" => MailTemplates, own::mail_templates::list;
        GET "/api/v1/company/mail-templates/{id}" => MailTemplate, own::mail_templates::get;
        PUT "/api/v1/company/mail-templates/{id}" => MailTemplate, own::mail_templates::replace;
        DELETE "/api/v1/company/mail-templates/{id}" => MailTemplate, own::mail_templates::remove;
        GET "/api/v1/workspaces/{workspaceId}/invitations" => ListInvitations, own::invitations::list;
        GET "/api/v1/workspaces/{workspaceId}/invitations/{id}" => GetInvitation, own::invitations::get;
        POST "/api/v1/workspaces/{workspaceId}/invitations/{id}/resend" => ResendInvitation, own::invitations::resend;
        DELETE "/api/v1/workspaces/{workspaceId}/invitations/{id}" => RevokeInvitation, own::invitations::revoke;
        GET "/api/v1/workspaces/{workspaceId}/members" => ListMembers, own::members::list;
        PATCH "/api/v1/workspaces/{workspaceId}/members/{userId}" => ChangeMember, own::members::change;
        DELETE "/api/v1/workspaces/{workspaceId}/members/{userId}" => RemoveMember, own::members::remove;
        GET "/api/v1/workspaces/{workspaceId}/audit" => ListAudit, own::audit::list;
        GET "/api/v1/company/invitations" => ListInvitations, own::invitations::list;
        GET "/api/v1/company/invitations/{id}" => GetInvitation, own::invitations::get;
        POST "/api/v1/company/invitations/{id}/resend" => ResendInvitation, own::invitations::resend;
        DELETE "/api/v1/company/invitations/{id}" => RevokeInvitation, own::invitations::revoke;
        GET "/.well-known/jwks.json" => PublicKeys, own::public_keys::handle;
        GET "/openapi.json" => DescribeApi, own::describe_api::document;
        GET "/docs" => DescribeApi, own::describe_api::page;
    }
}

static TABLE: LazyLock<matchit::Router<Vec<&'static Route>>> = LazyLock::new(|| {
    let mut paths: HashMap<&str, Vec<&'static Route>> = HashMap::new();
    for route in ROUTES {
        paths.entry(route.path).or_default().push(route);
    }
    let mut router = matchit::Router::new();
    for (path, routes) in paths {
        #[expect(clippy::expect_used, reason = "a wrong path in the table fails every test")]
        router.insert(path, routes).expect("the table's paths don't conflict");
    }
    router
});

/// What the table of routes says about a method and a path.
pub(crate) enum Found {
    /// The route for the method and the path, and the values of the path's parameters.
    Route(&'static Route, Vec<(String, String)>),
    /// The request's path exists, but not with the given method. The listed methods are the methods that the path
    /// accepts.
    OtherMethods(Vec<&'static str>),
    /// No route has the request's path.
    Nothing,
}

/// Finds the route of a request.
pub(crate) fn find(method: &Method, path: &str) -> Found {
    let Ok(found) = TABLE.at(path) else { return Found::Nothing };
    match found.value.iter().find(|route| route.method == method.as_str()) {
        Some(route) => {
            let parameters = found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
            Found::Route(route, parameters.collect())
        }
        None => Found::OtherMethods(found.value.iter().map(|route| route.method).collect()),
    }
}

/// The gateway's name of the route that answers the given method and path, and the values of the path's parameters by
/// their names. A method and path without a route have no name of their own: the gateway calls their route `$default`.
pub fn gateway_route(method: &Method, path: &str) -> Option<(String, Vec<(String, String)>)> {
    match find(method, path) {
        Found::Route(route, parameters) => Some((format!("{} {}", route.method, route.path), parameters)),
        Found::OtherMethods(_) | Found::Nothing => None,
    }
}

/// The operation that answers the given method and path. A method and path without a route are answered by
/// [`Operation::RouteNotFound`].
pub fn operation_for(method: &Method, path: &str) -> Operation {
    match find(method, path) {
        Found::Route(route, _) => route.operation,
        Found::OtherMethods(_) | Found::Nothing => Operation::RouteNotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_finds_itself() {
        for route in ROUTES {
            let path = route.path.replace(['{', '}'], "x");
            assert_eq!(operation_for(&route.method.parse().unwrap(), &path), route.operation, "{}", route.path);
        }
    }

    #[test]
    fn a_path_without_the_method_differs_from_an_unknown_path() {
        assert!(
            matches!(find(&Method::PUT, "/noCo/api/v2/workspaces"), Found::OtherMethods(methods) if methods.len() == 2)
        );
        assert!(matches!(find(&Method::GET, "/noCo/api/v2/workspaces/"), Found::Nothing));
        assert!(matches!(find(&Method::GET, ""), Found::Nothing));
    }
}
