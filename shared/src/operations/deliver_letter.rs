//! Mailing one letter: about a sign-up, or to ask for a new invitation.

use jiff::Timestamp;

use crate::{
    Result, Usher,
    domain::{EmailAddress, Person, Role, Scope, Standing},
    mail::{self, Letter},
    store::{Brake, Claimed, HashItem, Profile, ProfileKind, QueuedLetter},
};

use super::deliver_mail::Stop;

/// Administrators who are asked for a new invitation: the first of them.
const MOST_ASKED: usize = 5;

impl Usher {
    pub(super) async fn deliver_letter(&self, claimed: &mut Claimed, letter: &QueuedLetter) -> Result<Option<Stop>> {
        let now = self.now();
        for (to, letter) in self.write_letters(claimed, letter, now).await? {
            if let Err(refused) = self.sender.send(&to, &letter).await {
                return Ok(Some(refused.into()));
            }
        }
        self.store.settle(claimed, &[], now).await?;
        Ok(None)
    }

    async fn write_letters(
        &self,
        claimed: &Claimed,
        letter: &QueuedLetter,
        now: Timestamp,
    ) -> Result<Vec<(EmailAddress, Letter)>> {
        match letter {
            QueuedLetter::Nothing => Ok(Vec::new()),
            QueuedLetter::AlreadyRegistered { email } => {
                let letter = Letter::already_registered(&mail::AlreadyRegistered { app_url: &self.parameters.app_url });
                Ok(vec![(email.clone(), letter)])
            }
            QueuedLetter::OneTimePassword { email, sign_up } => {
                let sign_up = self.store.sign_up(email, *sign_up).await?.filter(|sign_up| now < sign_up.expires_at);
                let Some(sign_up) = sign_up else { return Ok(Vec::new()) };
                let key = self.secrets.link_key(Some(&claimed.link_key), now).await?;
                let letter = Letter::one_time_password(&mail::OneTimePassword {
                    code: &key.one_time_password(&sign_up.id.to_string()),
                    valid_minutes: minutes_left(sign_up.expires_at, now),
                    first_name: sign_up.first_name.as_ref(),
                    company_name: sign_up.company_name.as_ref(),
                });
                Ok(vec![(email.clone(), letter)])
            }
            QueuedLetter::Welcome { email, scope_name } => {
                let app_url = &self.parameters.app_url;
                Ok(vec![(email.clone(), Letter::welcome(&mail::Welcome { scope_name, app_url }))])
            }
            QueuedLetter::Renewal { hash } => self.write_renewals(hash, now).await,
        }
    }

    /// An expired invitation, if it still is one, told to those who can invite again.
    async fn write_renewals(&self, hash: &HashItem, now: Timestamp) -> Result<Vec<(EmailAddress, Letter)>> {
        let person = self.store.person_of_hash(hash).await?;
        let expired = |person: &Person| person.version == hash.version && person.standing(now) == Standing::Expired;
        let (Some(person), Some(of)) = (person.filter(expired), hash.person.scope()) else { return Ok(Vec::new()) };
        let (workspace, company) = match of {
            Scope::Company(company) => (None, company),
            Scope::Workspace(id) => {
                let Some(workspace) = self.store.workspaces(&[id]).await?.pop() else { return Ok(Vec::new()) };
                let company = workspace.company;
                (Some(workspace), company)
            }
        };
        let Some(company) = self.store.company(company).await? else { return Ok(Vec::new()) };
        let letter = Letter::renewal(&mail::Renewal {
            scope_name: workspace.as_ref().map_or(&company.name, |workspace| &workspace.name).as_ref(),
            company_name: company.name.as_ref(),
            invited: person.address.as_typed(),
            role: person.role.title(),
            app_url: &self.parameters.app_url,
        });
        let mut letters = Vec::new();
        let workspace = workspace.map(|workspace| workspace.id);
        let may = self.may_let_in(&person, company.id, workspace).await?;
        for to in self.who_may_renew(of, &person, may).await? {
            if self.may_be_mailed(&to, now).await? {
                letters.push((to, letter.clone()));
            }
        }
        Ok(letters)
    }

    /// The inviter, if they still may invite and can be written to, or else the administrators.
    async fn who_may_renew(&self, of: Scope, person: &Person, inviter_may: bool) -> Result<Vec<EmailAddress>> {
        if inviter_may {
            let inviter = self.store.profile(person.inviter).await?;
            let inviter = inviter.filter(|inviter| inviter.kind == ProfileKind::Person).filter(Profile::is_active);
            if let Some(inviter) = inviter {
                return Ok(vec![inviter.address]);
            }
        }
        let mut admins = self.store.people(of).await?;
        admins.retain(|admin| {
            let member = admin.role == Role::Admin && admin.standing(self.now()) == Standing::Member;
            member && !admin.address.is_service_account()
        });
        admins.sort_by_key(|admin| admin.created_at);
        Ok(admins.into_iter().take(MOST_ASKED).map(|admin| admin.address).collect())
    }

    /// Counts one more mail of the day to an address, unless it has had too many or isn't mailed any more.
    async fn may_be_mailed(&self, to: &EmailAddress, now: Timestamp) -> Result<bool> {
        let known = self.store.known(&[&to.clone().into()]).await?;
        if known.iter().any(|known| known.suppressed.is_some()) {
            return Ok(false);
        }
        let brake = Brake::mails(to.canonical(), self.parameters.mails_per_recipient_per_day);
        Ok(self.store.reserve(&brake, 1, now).await? == 1)
    }
}

fn minutes_left(expires_at: Timestamp, now: Timestamp) -> i64 {
    (expires_at.duration_since(now).as_secs() + 59) / 60
}
