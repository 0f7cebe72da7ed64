//! [`MembershipOffer`].

use crate::mail::letter::safe_line::SafeLine;

/// What several letters say about a membership: who offers or requests the membership, in which workspace or company,
/// and with which role and message.
pub(super) struct MembershipOffer {
    pub(super) scope: SafeLine,
    /// The company's name. `None` if the membership is in the company itself.
    pub(super) company: Option<SafeLine>,
    /// The name of the inviter. In a request for a new invitation, this field is the invited address, whose owner asks
    /// for the invitation.
    pub(super) actor: SafeLine,
    pub(super) role: SafeLine,
    pub(super) message: Vec<SafeLine>,
}

impl MembershipOffer {
    pub(super) fn new(scope: &str, company: &str, actor: &str, role: &str, message: Option<&str>) -> Self {
        Self {
            scope: SafeLine::new(scope),
            company: (company != scope).then(|| SafeLine::new(company)),
            actor: SafeLine::new(actor),
            role: SafeLine::new(role),
            message: SafeLine::lines(message),
        }
    }
}
