//! POST /v1/workspaces/{id}/access: gives people and mail domains access to a workspace, and changes the roles of
//! people who have access. No request to this route removes anybody.

use shared::{
    Usher,
    domain::{MailDomain, Message, Role},
    operations::NewAccess,
};

use super::{
    WORKSPACE_ID, mail_domain,
    metered::metered,
    objects,
    people::{PersonEntry, invite_rows, notify_people, workspace_users},
    properties::{PropertySelection, describe_properties},
    role,
    workspace_response::{lists, one_workspace},
};
use crate::vocabulary::{HandlerResult, Incoming, fields, list, message, object, or_default, required};

fields! {
    /// The people and mail domains that are to have access to the workspace.
    struct AccessBody {
        notify: Option<bool> = notify_people(),
        people: Vec<PersonEntry> = workspace_users(),
        domains: Vec<DomainEntry> =
            or_default("workspaceDomains", list("Domains and their roles.", object::<DomainEntry>())),
        message: Option<Message> = or_default("message", message("The message to all invited people.")),
    }
}

fields! {
    /// A mail domain and the role of its people.
    struct DomainEntry {
        domain: MailDomain =
            required("domain", mail_domain("Users who verify an address of this domain join the workspace.")),
        role: Role = required("role", role()),
    }
}

pub(crate) async fn set(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let selection = PropertySelection::of(incoming, objects::WORKSPACE)?;
        let AccessBody { notify, people, domains, message } = incoming.body()?;
        let access = NewAccess {
            workspace: WORKSPACE_ID.read(incoming)?,
            people: invite_rows(people, notify),
            domains: domains.into_iter().map(|DomainEntry { domain, role }| (domain, role)).collect(),
            message,
            shown_as: objects::shown_as,
        };
        let workspace = usher.set_access_with_lists(&session.caller, access, lists(&selection)).await?;
        one_workspace(usher, &session, &workspace, &selection)
    })
    .await
}

pub(crate) mod describe {
    use super::{AccessBody, WORKSPACE_ID, describe_properties, objects};
    use crate::{
        contracts::dock::{properties::Data, workspace_response::OneWorkspace},
        vocabulary::{Description, Refusal},
    };

    pub(crate) fn set() -> Description {
        let summary = "Adds people and domains to a workspace and changes roles; it removes nobody.";
        describe_properties(summary, objects::WORKSPACE)
            .path(&WORKSPACE_ID)
            .body::<AccessBody>()
            .answers::<Data<OneWorkspace>>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
