//! The routes below /api/v1/company/mail-templates: a company's own texts for the mails of the company's invitations.

use http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Missing, Usher,
    domain::{MailTemplate, StoredTemplate, TemplateId, Title},
    operations::NewMailTemplate,
};
use uuid::Uuid;

use crate::vocabulary::{
    Failure, FieldProblem, HandlerResult, Incoming, PathParameter, bounded, fields, json, no_content, ok, required,
    text, title,
};

/// The id of the mail template in a route's path.
const TEMPLATE_ID: PathParameter<TemplateId> = PathParameter::uuid("id", Missing::MailTemplate);

fields! {
    /// A mail template to be stored.
    struct TemplateBody {
        name: Title = required("name", title("", "Warm welcome")),
        subject: String =
            required("subject", text("").length(1..=MailTemplate::MAX_SUBJECT).example("Join {{workspaceName}}")),
        text: String =
            required("text", text("").length(1..=MailTemplate::MAX_TEXT).example("Hello, come in: {{link}}")),
        html: String =
            required("html", text("").length(1..=MailTemplate::MAX_HTML).example("<p>Hello, come in: {{link}}</p>")),
    }
}

/// A mail template of the company in a list, without its content.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ListedMailTemplate")]
struct ListedTemplate<'a> {
    #[schemars(with = "Uuid")]
    id: TemplateId,
    name: &'a str,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// A mail template of the company, with its whole content.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MailTemplate")]
struct WholeTemplate<'a> {
    #[serde(flatten)]
    listed: ListedTemplate<'a>,
    subject: &'a str,
    text: &'a str,
    html: &'a str,
}

/// A response with the list of the company's mail templates.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "MailTemplates")]
struct TemplateList<'a> {
    items: Vec<ListedTemplate<'a>>,
    next_cursor: Option<String>,
}

impl<'a> From<&'a StoredTemplate> for ListedTemplate<'a> {
    fn from(stored: &'a StoredTemplate) -> Self {
        let StoredTemplate { id, name, created_at, updated_at, .. } = stored;
        Self { id: *id, name: name.as_ref(), created_at: *created_at, updated_at: *updated_at }
    }
}

impl<'a> From<&'a StoredTemplate> for WholeTemplate<'a> {
    fn from(stored: &'a StoredTemplate) -> Self {
        let template = &stored.template;
        Self { listed: stored.into(), subject: template.subject(), text: template.text(), html: template.html() }
    }
}

fn new_template(incoming: &Incoming) -> Result<NewMailTemplate, Failure> {
    let TemplateBody { name, subject, text, html } = incoming.body()?;
    let template = MailTemplate::parse(&subject, &text, &html);
    let template = template.map_err(|(part, problem)| FieldProblem::of(part, problem))?;
    Ok(NewMailTemplate { name, template })
}

pub(crate) async fn add(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let stored = usher.add_mail_template(&caller, new_template(incoming)?).await?;
    Ok(json(StatusCode::CREATED, "application/json", &WholeTemplate::from(&stored)))
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let templates = usher.list_mail_templates(&caller).await?;
    let items = templates.iter().map(ListedTemplate::from).collect();
    bounded(ok(&TemplateList { items, next_cursor: None }))
}

pub(crate) async fn get(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let stored = usher.get_mail_template(&caller, TEMPLATE_ID.read(incoming)?).await?;
    Ok(ok(&WholeTemplate::from(&stored)))
}

pub(crate) async fn replace(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let id = TEMPLATE_ID.read(incoming)?;
    let stored = usher.replace_mail_template(&caller, id, new_template(incoming)?).await?;
    Ok(ok(&WholeTemplate::from(&stored)))
}

pub(crate) async fn remove(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    usher.remove_mail_template(&caller, TEMPLATE_ID.read(incoming)?).await?;
    Ok(no_content())
}

pub(crate) mod describe {
    use super::{TEMPLATE_ID, TemplateBody, TemplateList, WholeTemplate};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn add() -> Description {
        describe("Stores a mail template.")
            .body::<TemplateBody>()
            .also::<WholeTemplate>(201, "application/json", "Stored.")
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn list() -> Description {
        describe("The company's mail templates.")
            .answers::<TemplateList>()
            .refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn get() -> Description {
        describe("One mail template.").path(&TEMPLATE_ID).answers::<WholeTemplate>().refuses([Refusal::Forbidden])
    }

    pub(crate) fn replace() -> Description {
        describe("Replaces a mail template.")
            .path(&TEMPLATE_ID)
            .body::<TemplateBody>()
            .answers::<WholeTemplate>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn remove() -> Description {
        describe("Removes a mail template.").path(&TEMPLATE_ID).answers_nothing(204).refuses([Refusal::Forbidden])
    }
}
