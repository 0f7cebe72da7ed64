//! /v1/workspace-domains: list, add, change the role.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Missing, Usher,
    domain::{MailDomain, ShortId},
    operations::NewDomain,
};

use super::{
    properties::{Kept, Page, PageInfo, Properties, data},
    role,
    session::metered,
    shapes, workspace,
};
use crate::{
    incoming::{Incoming, bad_field, parsed},
    routes::Answer,
};

/// A workspace's domain.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OneWorkspaceDomain")]
struct One {
    #[schemars(with = "shapes::KeptWorkspaceDomain")]
    workspace_domain: Kept,
}

/// A page of domains.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SomeWorkspaceDomains")]
struct Several {
    #[schemars(with = "Vec<shapes::KeptWorkspaceDomain>")]
    workspace_domains: Vec<Kept>,
    page_info: PageInfo,
}

fn properties(incoming: &Incoming) -> Result<Properties, Error> {
    Properties::of(incoming, shapes::WORKSPACE_DOMAIN)
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let (chosen, page) = (properties(incoming)?, Page::of(incoming)?);
        let mut domains = usher.list_domains(&session.caller).await?;
        if let Some(id) = incoming.query("workspaceId") {
            let id = workspace(usher, &session.caller, &id).await?.id;
            domains.retain(|(workspace, _)| workspace.id == id);
        }
        let (domains, info) = page.cut(domains);
        let domains = domains.iter().map(|(workspace, rule)| shapes::domain(workspace, rule, &chosen));
        data(Several { workspace_domains: domains.collect(), page_info: info })
    })
    .await
}

pub(crate) async fn add(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let chosen = properties(incoming)?;
        let body = incoming.json()?;
        let domain = parsed("domain", MailDomain::parse(body.required("domain").map_err(bad_field)?))?;
        let role = role(&body)?;
        let place = body.required("workspaceId").map_err(bad_field)?;
        let place = workspace(usher, &session.caller, place).await?;
        let added = usher.add_domain(&session.caller, NewDomain { workspace: place.id, domain, role }).await?;
        data(One { workspace_domain: shapes::domain(&place, &added, &chosen) })
    })
    .await
}

pub(crate) async fn change(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let chosen = properties(incoming)?;
        let role = role(&incoming.json()?)?;
        let id: ShortId = incoming.parameter("id").parse().map_err(|_| Error::NotFound(Missing::Domain))?;
        let (place, changed) = usher.change_domain(&session.caller, &id, role).await?;
        data(One { workspace_domain: shapes::domain(&place, &changed, &chosen) })
    })
    .await
}

pub(crate) mod describe {
    use super::{One, Several, shapes};
    use crate::{
        contracts::dock::{
            describe::{of_workspaces, role},
            properties::{Data, describe::properties},
        },
        openapi::{Description, Refusal, describe, object, required, text},
    };

    pub(crate) fn list() -> Description {
        of_workspaces::<Several>("The domains whose people join a workspace.", shapes::WORKSPACE_DOMAIN)
    }

    pub(crate) fn add() -> Description {
        describe("Adds a domain to a workspace; one that is there is answered as it is.")
            .query([properties(shapes::WORKSPACE_DOMAIN)])
            .takes(object([
                required("domain", text("Not that of a public mail provider.").example("domain.example")),
                required("role", role()),
                required("workspaceId", text("").example("luI89ZCeEJuF")),
            ]))
            .answers::<Data<One>>()
            .refuses([Refusal::Forbidden, Refusal::Missing, Refusal::Conflict])
    }

    pub(crate) fn change() -> Description {
        describe("Changes the role that people of a domain get.")
            .query([properties(shapes::WORKSPACE_DOMAIN)])
            .takes(object([required("role", role())]))
            .answers::<Data<One>>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
