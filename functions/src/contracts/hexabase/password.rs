//! PUT /api/v0/users/password: replaces the caller's own password.

use shared::{Usher, domain::Password};

use super::done;
use crate::vocabulary::{FieldProblem, HandlerResult, Incoming, fields, new_password_text, required, text};

const NEW_PASSWORD: &str = "new_password";

fields! {
    /// The caller's old password, and the new password twice.
    struct ChangePasswordBody {
        old: Option<Password> = required("old_password", text("").map(|text| Password::unchecked(&text))),
        new: String = required(NEW_PASSWORD, new_password_text()),
        again: String = required("confirm_password", text("The new password again.").example("Demo12#$")),
    }
}

pub(crate) async fn change(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let ChangePasswordBody { old, new, again } = incoming.body()?;
    if again != new {
        return Err(FieldProblem::of("confirm_password", "isn't the new password").into());
    }
    let new = Password::parse(&new).map_err(|problem| FieldProblem::of(NEW_PASSWORD, problem))?;
    usher.change_password(&caller, old, new).await?;
    Ok(done())
}

pub(crate) mod describe {
    use super::ChangePasswordBody;
    use crate::{
        contracts::hexabase::Done,
        vocabulary::{Description, Refusal, describe},
    };

    pub(crate) fn change() -> Description {
        describe("Changes the caller's password.").body::<ChangePasswordBody>().answers::<Done>().refuses([
            Refusal::Forbidden,
            Refusal::Conflict,
            Refusal::TooMany,
        ])
    }
}
