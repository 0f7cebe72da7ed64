//! What several letters say about a membership: [`MembershipOffer`] has the texts as the caller wrote them, and
//! [`SafeOffer`] has the texts in a form that is safe to insert into a letter.

use crate::mail::letter::safe_line::SafeLine;

/// What several letters say about a membership: who offers or requests the membership, in which workspace or company,
/// and with which role and message.
#[derive(Debug, Clone, Copy)]
pub struct MembershipOffer<'a> {
    /// The workspace's name, or the company's if the membership is in the company itself.
    pub scope_name: &'a str,
    /// The company's name. The company's name equals `scope_name` if the membership is in the company itself.
    pub company_name: &'a str,
    /// The name of the inviter. In a request for a new invitation, this field is the invited address, whose owner asks
    /// for the invitation.
    pub actor: &'a str,
    /// The role's title, such as "Editor".
    pub role: &'a str,
    /// The inviter's message.
    pub message: Option<&'a str>,
}

/// A [`MembershipOffer`] whose texts are safe for mail.
pub(super) struct SafeOffer {
    pub(super) scope: SafeLine,
    /// The company's name. `None` if the membership is in the company itself.
    pub(super) company: Option<SafeLine>,
    pub(super) actor: SafeLine,
    pub(super) role: SafeLine,
    pub(super) message: Vec<SafeLine>,
}

impl SafeOffer {
    pub(super) fn new(offer: &MembershipOffer<'_>) -> Self {
        let MembershipOffer { scope_name, company_name, actor, role, message } = *offer;
        Self {
            scope: SafeLine::new(scope_name),
            company: (company_name != scope_name).then(|| SafeLine::new(company_name)),
            actor: SafeLine::new(actor),
            role: SafeLine::new(role),
            message: SafeLine::lines(message),
        }
    }
}
