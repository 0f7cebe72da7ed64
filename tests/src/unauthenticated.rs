//! Which routes need credentials. The agreement test holds the two lists against the routes, and every one of
//! [`CASES`] is tried without a token, with a bad one, and with another company's.

/// Routes that answer 401 without a good token.
pub const CASES: &[(&str, &str)] = &[
    ("GET", "/idp/api/v1/user"),
    ("GET", "/idp/api/v1/team"),
    ("POST", "/idp/api/v1/company/serviceAccount"),
    ("GET", "/idp/api/v1/company/serviceAccount"),
    ("GET", "/idp/api/v1/company/serviceAccount/{id}/token/reset"),
    ("POST", "/idp/api/v1/company/serviceAccount/{id}/token/reset"),
    ("DELETE", "/idp/api/v1/company/serviceAccount/{id}"),
    ("POST", "/noCo/api/v2/workspaces"),
    ("GET", "/noCo/api/v2/workspaces"),
    ("GET", "/noCo/api/v2/workspaces/{workspaceId}"),
    ("POST", "/noCo/api/v2/workspaces/{workspaceId}/bulkUsers"),
    ("POST", "/api/v1/invitations/accept"),
    ("GET", "/api/v1.0/external/tenant/availableroles"),
    ("GET", "/api/v1.0/external/tenant/allusers"),
    ("POST", "/api/v1.0/external/tenant/inviteusers"),
    ("GET", "/api/v1.0/external/sdworkspace/availableroles"),
    ("GET", "/api/v1.0/external/sdworkspace/allusers/{workspaceId}"),
    ("POST", "/api/v1.0/external/sdworkspace/inviteusers"),
    ("GET", "/api/v1.0/external/sdworkspace/CurrentWorkspaces"),
    ("POST", "/v1/workspace-users"),
    ("GET", "/v1/workspace-users"),
    ("GET", "/v1/workspace-users/{id}"),
    ("PATCH", "/v1/workspace-users/{id}"),
    ("DELETE", "/v1/workspace-users/{id}"),
    ("POST", "/v1/workspaces"),
    ("GET", "/v1/workspaces"),
    ("PATCH", "/v1/workspaces/{id}"),
    ("POST", "/v1/workspaces/{id}/access"),
    ("GET", "/v1/workspace-domains"),
    ("POST", "/v1/workspace-domains"),
    ("PATCH", "/v1/workspace-domains/{id}"),
    ("GET", "/v1/users"),
    ("GET", "/v1/users/{id}"),
];

/// Routes that need none: whoever uses them proves themselves by a password, a code or a hash, or nothing is secret.
pub const OPEN: &[(&str, &str)] = &[
    ("POST", "/idp/api/v1/user/sign-up"),
    ("POST", "/idp/api/v1/user/signUp/verifyEmailOtp"),
    ("POST", "/idp/api/v1/user/signUp/resendEmailOtp"),
    ("POST", "/idp/api/v1/user/token"),
    ("POST", "/idp/api/v1/user/login"),
    ("GET", "/register"),
    ("HEAD", "/register"),
    ("POST", "/register"),
    ("GET", "/.well-known/jwks.json"),
    ("POST", "/connect/token"),
];
