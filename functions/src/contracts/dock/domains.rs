//! /v1/workspace-domains: list, add, change the role.

use shared::{
    Error, Missing, Usher,
    domain::{MailDomain, ShortId},
    operations::NewDomain,
};

use super::{
    properties::{Page, Properties, data},
    role,
    session::metered,
    shapes, workspace,
};
use crate::{
    incoming::{Incoming, bad_field, parsed},
    routes::Answer,
};

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
        data([("workspaceDomains", domains.collect()), ("pageInfo", info)])
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
        data([("workspaceDomain", shapes::domain(&place, &added, &chosen))])
    })
    .await
}

pub(crate) async fn change(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let chosen = properties(incoming)?;
        let role = role(&incoming.json()?)?;
        let id: ShortId = incoming.parameter("id").parse().map_err(|_| Error::NotFound(Missing::Domain))?;
        let (place, changed) = usher.change_domain(&session.caller, &id, role).await?;
        data([("workspaceDomain", shapes::domain(&place, &changed, &chosen))])
    })
    .await
}
