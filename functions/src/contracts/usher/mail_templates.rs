//! /api/v1/company/mail-templates: a company's own words for its invitations.

use http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Missing, Usher,
    domain::{MailTemplate, StoredTemplate, TemplateId, Title},
    operations::NewTemplate,
};
use uuid::Uuid;

use super::no_content;
use crate::{
    contracts::{bounded, json, ok},
    incoming::{Incoming, bad_field, parsed, told},
    routes::Answer,
};

/// A mail template in a list.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ListedMailTemplate")]
struct ListedPerson<'a> {
    #[schemars(with = "Uuid")]
    id: TemplateId,
    name: &'a str,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// A mail template.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MailTemplate")]
struct Whole<'a> {
    #[serde(flatten)]
    listed: ListedPerson<'a>,
    subject: &'a str,
    text: &'a str,
    html: &'a str,
}

/// The company's mail templates.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "MailTemplates")]
struct List<'a> {
    items: Vec<ListedPerson<'a>>,
    next_cursor: Option<String>,
}

fn listed(stored: &StoredTemplate) -> ListedPerson<'_> {
    let StoredTemplate { id, name, created_at, updated_at, .. } = stored;
    ListedPerson { id: *id, name: name.as_ref(), created_at: *created_at, updated_at: *updated_at }
}

fn whole(stored: &StoredTemplate) -> Whole<'_> {
    let template = &stored.template;
    Whole { listed: listed(stored), subject: template.subject(), text: template.text(), html: template.html() }
}

fn id(incoming: &Incoming) -> Result<TemplateId, Error> {
    incoming.parameter("id").parse().map_err(|_| Error::NotFound(Missing::MailTemplate))
}

fn template(incoming: &Incoming) -> Result<NewTemplate, crate::incoming::Failure> {
    let body = incoming.json()?;
    let required = |name: &str| body.required(name).map_err(bad_field);
    let name = parsed("name", Title::parse(required("name")?))?;
    let template = MailTemplate::parse(required("subject")?, required("text")?, required("html")?);
    let template = template.map_err(|(part, problem)| bad_field(told(part, problem)))?;
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
    bounded(ok(&List { items, next_cursor: None }))
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
    Ok(no_content())
}

pub(crate) mod describe {
    use shared::domain::MailTemplate;

    use super::{List, Whole};
    use crate::openapi::{Description, Refusal, Shape, describe, object, required, text, uuid};

    fn template() -> Shape {
        object([
            required("name", text("").length(1..=120).example("Warm welcome")),
            required(
                "subject",
                text("").length(1..=MailTemplate::MAX_SUBJECT).example("SignUpByInvitation {{workspaceName}}"),
            ),
            required("text", text("").length(1..=MailTemplate::MAX_TEXT).example("Hello, come in: {{link}}")),
            required("html", text("").length(1..=MailTemplate::MAX_HTML).example("<p>Hello, come in: {{link}}</p>")),
        ])
    }

    pub(crate) fn add() -> Description {
        describe("Stores a mail template.")
            .takes(template())
            .also::<Whole>(201, "application/json", "Stored.")
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn list() -> Description {
        describe("The company's mail templates.").answers::<List>().refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn get() -> Description {
        describe("One mail template.").at("id", uuid("")).answers::<Whole>().refuses([Refusal::Forbidden])
    }

    pub(crate) fn replace() -> Description {
        describe("Replaces a mail template.")
            .at("id", uuid(""))
            .takes(template())
            .answers::<Whole>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn remove() -> Description {
        describe("Removes a mail template.").at("id", uuid("")).answers_nothing(204).refuses([Refusal::Forbidden])
    }
}
