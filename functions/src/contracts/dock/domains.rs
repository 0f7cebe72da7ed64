//! The routes below /v1/workspace-domains: list and add the mail domains of workspaces, and change the role of a mail
//! domain's people.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Missing, Usher,
    domain::{MailDomain, Role, ShortId},
};

use super::{
    describe_list, known_workspace, mail_domain,
    metered::metered,
    objects,
    properties::{NumberedPageQuery, PageInfo, PropertySelection, SelectedJson, data, describe_properties},
    queried_workspace, role, workspace_id,
};
use crate::vocabulary::{HandlerResult, Incoming, PathParameter, fields, required};

/// The id of the mail domain in a route's path.
const DOMAIN_ID: PathParameter<ShortId> = PathParameter::short_id("id", Missing::Domain);

fields! {
    /// A mail domain to be added to a workspace.
    struct NewDomainBody {
        domain: MailDomain = required("domain", mail_domain("Not that of a public mail provider.")),
        role: Role = required("role", role()),
        workspace: Option<ShortId> = required("workspaceId", workspace_id()),
    }
}

fields! {
    /// The new role of the people of a mail domain.
    struct DomainRoleBody {
        role: Role = required("role", role()),
    }
}

/// A response with one mail domain of a workspace.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OneWorkspaceDomain {
    #[schemars(with = "objects::SelectedWorkspaceDomain")]
    workspace_domain: SelectedJson,
}

/// A response with a page of the mail domains of workspaces.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SomeWorkspaceDomains {
    #[schemars(with = "Vec<objects::SelectedWorkspaceDomain>")]
    workspace_domains: Vec<SelectedJson>,
    page_info: PageInfo,
}

fn properties(incoming: &Incoming) -> Result<PropertySelection, shared::Error> {
    PropertySelection::of(incoming, objects::WORKSPACE_DOMAIN)
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let (selection, page) = (properties(incoming)?, NumberedPageQuery::page(incoming)?);
        let domains = usher.list_domains_of(&session.caller, queried_workspace(incoming)?.as_ref()).await?;
        let page_info = PageInfo::of(page, domains.len());
        let domains = page.cut(domains);
        let domains = domains.iter().map(|(workspace, rule)| objects::domain(workspace, rule, &selection));
        data(SomeWorkspaceDomains { workspace_domains: domains.collect(), page_info })
    })
    .await
}

pub(crate) async fn add(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let selection = properties(incoming)?;
        let NewDomainBody { domain, role, workspace } = incoming.body()?;
        let workspace = known_workspace(workspace)?;
        let (workspace, added) = usher.add_domain_to(&session.caller, &workspace, domain, role).await?;
        data(OneWorkspaceDomain { workspace_domain: objects::domain(&workspace, &added, &selection) })
    })
    .await
}

pub(crate) async fn change(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let selection = properties(incoming)?;
        let DomainRoleBody { role } = incoming.body()?;
        let id = DOMAIN_ID.read(incoming)?;
        let (workspace, changed) = usher.change_domain(&session.caller, &id, role).await?;
        data(OneWorkspaceDomain { workspace_domain: objects::domain(&workspace, &changed, &selection) })
    })
    .await
}

pub(crate) mod describe {
    use super::{
        DOMAIN_ID, DomainRoleBody, NewDomainBody, OneWorkspaceDomain, SomeWorkspaceDomains, describe_list,
        describe_properties, objects,
    };
    use crate::{
        contracts::dock::properties::Data,
        vocabulary::{Description, Refusal},
    };

    pub(crate) fn list() -> Description {
        describe_list::<SomeWorkspaceDomains>("The domains whose people join a workspace.", objects::WORKSPACE_DOMAIN)
    }

    pub(crate) fn add() -> Description {
        let summary = "Adds a domain to a workspace. A domain that the workspace has already is returned unchanged.";
        describe_properties(summary, objects::WORKSPACE_DOMAIN)
            .body::<NewDomainBody>()
            .answers::<Data<OneWorkspaceDomain>>()
            .refuses([Refusal::Forbidden, Refusal::Missing, Refusal::Conflict])
    }

    pub(crate) fn change() -> Description {
        describe_properties("Changes the role that people of a domain get.", objects::WORKSPACE_DOMAIN)
            .path(&DOMAIN_ID)
            .body::<DomainRoleBody>()
            .answers::<Data<OneWorkspaceDomain>>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
