//! Issuing access tokens, for every way to log in.

use crate::{
    Result, Usher,
    domain::{Profile, Role},
    secrets::Claims,
};

impl Usher {
    /// Issues an access token to a user. If the access token is issued for a service-account token,
    /// `service_account_token` is the digest of the service-account token. An access token that was issued for a
    /// service-account token is valid only while the service-account token is valid.
    pub(in crate::operations) async fn issue_access_token(
        &self,
        profile: &Profile,
        role: Role,
        service_account_token: Option<String>,
    ) -> Result<String> {
        let now = self.now();
        let lifetime = self.parameters.access_token_ttl;
        let company = self.store.company(profile.company).await?;
        let claims = Claims {
            sub: profile.id,
            company: profile.company,
            company_number: company.map_or(0, |company| company.number),
            user_number: profile.number,
            roles: vec![role.name().to_owned()],
            permissions: role.permissions().iter().map(|permission| permission.name().to_owned()).collect(),
            secret: service_account_token,
            epoch: profile.epoch,
            iat: now.as_second(),
            exp: now.as_second() + lifetime.as_secs(),
        };
        let signed = self.secrets.sign(&claims, now).await?;
        let cached = self.public_keys.read().await.get(&signed.key.kid).cloned();
        if cached.is_none_or(|key| key.needs_publishing(now, lifetime)) {
            self.store.publish_key(&signed.key).await?;
            self.public_keys.write().await.insert(signed.key.kid.clone(), signed.key);
        }
        Ok(signed.token)
    }
}
