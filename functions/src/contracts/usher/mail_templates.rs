//! /api/v1/company/mail-templates: a company's own words for its invitations.

use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use shared::{
    Error, Missing, Usher,
    domain::{MailTemplate, TemplateId, Title},
    operations::NewTemplate,
    store::StoredTemplate,
};

use crate::{
    contracts::{bounded, empty, json, ok},
    incoming::{Incoming, bad_field, parsed},
    routes::Answer,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    id: TemplateId,
    name: &'a str,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    listed: Listed<'a>,
    #[serde(flatten)]
    template: &'a MailTemplate,
}

fn listed(stored: &StoredTemplate) -> Listed<'_> {
    let StoredTemplate { id, name, created_at, updated_at, .. } = stored;
    Listed { id: *id, name: name.as_ref(), created_at: *created_at, updated_at: *updated_at }
}

fn whole(stored: &StoredTemplate) -> Whole<'_> {
    Whole { listed: listed(stored), template: &stored.template }
}

fn id(incoming: &Incoming) -> Result<TemplateId, Error> {
    incoming.parameter("id").parse().map_err(|_| Error::NotFound(Missing::MailTemplate))
}

fn template(incoming: &Incoming) -> Result<NewTemplate, crate::incoming::Failure> {
    let body = incoming.json()?;
    let required = |name: &str| body.required(name).map_err(bad_field);
    let name = parsed("name", Title::parse(required("name")?))?;
    let template = MailTemplate::parse(required("subject")?, required("text")?, required("html")?);
    let template = template.map_err(|(part, problem)| bad_field(format!("\"{part}\" {problem}.")))?;
    Ok(NewTemplate { name, template })
}

pub(crate) async fn add(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let stored = usher.add_mail_template(&caller, template(incoming)?).await?;
    Ok(json(StatusCode::CREATED, "application/json", &whole(&stored)))
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let templates = usher.list_mail_templates(&caller).await?;
    let items: Vec<_> = templates.iter().map(listed).collect();
    bounded(ok(&json!({ "items": items, "nextCursor": null })))
}

pub(crate) async fn get(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    Ok(ok(&whole(&usher.get_mail_template(&caller, id(incoming)?).await?)))
}

pub(crate) async fn replace(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let id = id(incoming)?;
    Ok(ok(&whole(&usher.replace_mail_template(&caller, id, template(incoming)?).await?)))
}

pub(crate) async fn remove(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    usher.remove_mail_template(&caller, id(incoming)?).await?;
    let mut response = empty();
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}
