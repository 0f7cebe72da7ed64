//! The pages of `/register` and `/invitation`, which mailed links open.

#![expect(clippy::ref_binding_to_reference, reason = "what askama derives for an enum binds its fields that way")]

use askama::Template;
use jiff::Timestamp;

use super::Site;

/// An invitation as the page behind its link shows it.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// The workspace's name, or the company's name if the invitation is to the whole company.
    pub workspace_name: &'a str,
    /// The name of the company that invites the person.
    pub company_name: &'a str,
    /// The inviter's name.
    pub inviter_name: &'a str,
    /// The role's title, such as "Editor".
    pub role: &'a str,
    /// The inviter's message.
    pub message: Option<&'a str>,
    /// The invited address.
    pub email: &'a str,
    /// The time at which the invitation expires.
    pub expires_at: Timestamp,
}

impl Offer<'_> {
    fn is_to_workspace(&self) -> bool {
        self.workspace_name != self.company_name
    }

    fn until(&self) -> String {
        shared::mail::format_time(self.expires_at)
    }
}

/// Why a field of the posted form can't be accepted.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// The name of the form's field.
    pub field: &'a str,
    /// A sentence that says what is wrong with the field.
    pub text: &'a str,
}

/// A page behind a mailed link.
#[derive(Debug, Clone, Copy, Template)]
pub enum RegisterPage<'a> {
    /// The page for an open invitation whose address has no account. The page for an invited person without an account
    /// has a form to sign up.
    #[template(path = "pages/form.html")]
    Form {
        /// The addresses to which the page leads.
        site: Site<'a>,
        /// The invitation.
        offer: Offer<'a>,
        /// The link's hash, which the form posts again.
        hash: &'a str,
        /// The link's `type`, such as `WORK_SPACE`, which the form posts again.
        kind: &'a str,
        /// The first name that the person typed into the form before. The typed name may be empty.
        first_name: &'a str,
        /// The last name that the person typed into the form before. The typed name may be empty.
        last_name: &'a str,
        /// The field of the form that can't be accepted.
        problem: Option<Problem<'a>>,
    },
    /// The page for an open invitation whose address has an account. The page for an invited person with an account has
    /// a form to accept the invitation with the account's password.
    #[template(path = "pages/has_account.html")]
    HasAccount {
        /// The addresses to which the page leads.
        site: Site<'a>,
        /// The invitation.
        offer: Offer<'a>,
        /// The link's hash, which the form posts again.
        hash: &'a str,
        /// The link's `type`, which the form posts again.
        kind: &'a str,
        /// Why the typed password can't be accepted.
        problem: Option<Problem<'a>>,
    },
    /// The page for a person who has just signed up and is a member now.
    #[template(path = "pages/done.html")]
    Done {
        /// The addresses to which the page leads.
        site: Site<'a>,
        /// The name of the workspace or company of which the person is a member.
        workspace_name: &'a str,
        /// The e-mail address with which the person signs in.
        email: &'a str,
    },
    /// The page for a person who is a member now with an account that they already had.
    #[template(path = "pages/accepted.html")]
    Accepted {
        /// The addresses to which the page leads.
        site: Site<'a>,
        /// The name of the workspace or company of which the person is a member.
        workspace_name: &'a str,
        /// The e-mail address with which the person signs in.
        email: &'a str,
    },
    /// The page for a person who has declined the invitation.
    #[template(path = "pages/declined.html")]
    Declined,
    /// The page for a person who asked for a new invitation. If the link belonged to an expired invitation, the inviter
    /// gets the person's request.
    #[template(path = "pages/asked.html")]
    Asked,
    /// The page for a dead link. The page for a dead link doesn't say why the link is dead, because the page is the
    /// same for a hash that never existed.
    #[template(path = "pages/dead.html")]
    Dead {
        /// The addresses to which the page leads.
        site: Site<'a>,
        /// The link's hash, for the form that asks for a new invitation. The text is empty if the link has no valid
        /// hash.
        hash: &'a str,
    },
    /// The page that answers a posted form if the service couldn't process the form.
    #[template(path = "pages/failed.html")]
    Failed {
        /// A sentence that says why the service couldn't process the form.
        problem: &'a str,
    },
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::pages::security_headers;

    const SITE: Site<'_> = Site { base_path: "/prod", after_join_url: None };

    const MARKUP: &str = r#""'></h1><script>alert(1)</script>&"#;

    fn offer() -> Offer<'static> {
        Offer {
            workspace_name: "Design",
            company_name: "Analytical Engines Ltd",
            inviter_name: "Ada Lovelace",
            role: "Editor",
            message: Some("Hello Charles,\n\nthe plans are ready – come and see."),
            email: "charles@example.com",
            expires_at: "2026-11-29T14:05:59Z".parse().unwrap(),
        }
    }

    fn form() -> RegisterPage<'static> {
        RegisterPage::Form {
            site: SITE,
            offer: offer(),
            hash: "e0754cfc-f7d1-4cc3-8690-e34a2f17291d",
            kind: "WORK_SPACE",
            first_name: "Charles",
            last_name: "Babbage",
            problem: Some(Problem { field: "password", text: "This password is too common." }),
        }
    }

    fn has_account() -> RegisterPage<'static> {
        RegisterPage::HasAccount {
            site: SITE,
            offer: offer(),
            hash: "e0754cfc-f7d1-4cc3-8690-e34a2f17291d",
            kind: "WORK_SPACE",
            problem: Some(Problem { field: "password", text: "The password is wrong." }),
        }
    }

    fn every_page() -> [RegisterPage<'static>; 8] {
        [
            form(),
            has_account(),
            RegisterPage::Accepted { site: SITE, workspace_name: "Design", email: "charles@example.com" },
            RegisterPage::Declined,
            RegisterPage::Asked,
            RegisterPage::Done { site: SITE, workspace_name: "Design", email: "charles@example.com" },
            RegisterPage::Dead { site: SITE, hash: "e0754cfc-f7d1-4cc3-8690-e34a2f17291d" },
            RegisterPage::Failed { problem: "The service is busy. Try again in a minute." },
        ]
    }

    /// The start tags, with their attributes, of all HTML elements of a page that have the given name.
    fn tags<'h>(html: &'h str, element: &str) -> Vec<&'h str> {
        let start = format!("<{element} ");
        html.split(start.as_str()).skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag).collect()
    }

    fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
        let (_, rest) = tag.split_once(&format!("{name}=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    }

    #[test]
    fn markup_in_any_field_is_escaped() {
        let offers = [
            Offer { workspace_name: MARKUP, ..offer() },
            Offer { company_name: MARKUP, ..offer() },
            Offer { inviter_name: MARKUP, ..offer() },
            Offer { role: MARKUP, ..offer() },
            Offer { message: Some(MARKUP), ..offer() },
            Offer { email: MARKUP, ..offer() },
        ];
        let (site, hash, kind, first_name, last_name, problem) = (SITE, "", "", "", "", None);
        let marked = Site { base_path: MARKUP, after_join_url: Some(MARKUP) };
        let mut pages = vec![
            RegisterPage::Form { site, offer: offer(), hash: MARKUP, kind, first_name, last_name, problem },
            RegisterPage::Form { site, offer: offer(), hash, kind: MARKUP, first_name, last_name, problem },
            RegisterPage::Form { site, offer: offer(), hash, kind, first_name: MARKUP, last_name, problem },
            RegisterPage::Form { site, offer: offer(), hash, kind, first_name, last_name: MARKUP, problem },
            RegisterPage::Form {
                site,
                offer: offer(),
                hash,
                kind,
                first_name,
                last_name,
                problem: Some(Problem { field: "password", text: MARKUP }),
            },
            RegisterPage::HasAccount { site, offer: offer(), hash: MARKUP, kind, problem },
            RegisterPage::HasAccount { site, offer: offer(), hash, kind: MARKUP, problem },
            RegisterPage::HasAccount {
                site,
                offer: offer(),
                hash,
                kind,
                problem: Some(Problem { field: "password", text: MARKUP }),
            },
            RegisterPage::Form { site: marked, offer: offer(), hash, kind, first_name, last_name, problem },
            RegisterPage::HasAccount { site: marked, offer: offer(), hash, kind, problem },
            RegisterPage::Accepted { site, workspace_name: MARKUP, email: "" },
            RegisterPage::Accepted { site, workspace_name: "", email: MARKUP },
            RegisterPage::Accepted { site: marked, workspace_name: "", email: "" },
            RegisterPage::Done { site, workspace_name: MARKUP, email: "" },
            RegisterPage::Done { site, workspace_name: "", email: MARKUP },
            RegisterPage::Done { site: marked, workspace_name: "", email: "" },
            RegisterPage::Dead { site, hash: MARKUP },
            RegisterPage::Dead { site: marked, hash: "" },
            RegisterPage::Failed { problem: MARKUP },
        ];
        for offer in offers {
            pages.push(RegisterPage::Form { site, offer, hash, kind, first_name, last_name, problem });
            pages.push(RegisterPage::HasAccount { site, offer, hash, kind, problem });
        }
        for page in pages {
            let html = page.to_string();
            assert!(!html.contains("<script") && !html.contains("\"'>"), "{html}");
            assert!(html.contains("&#34;&#39;&#62;&#60;/h1&#62;&#60;script&#62;"), "{html}");
        }
    }

    #[test]
    fn the_policy_allows_exactly_the_style_of_each_page() {
        let headers = security_headers();
        let (_, policy) = headers.iter().find(|(name, _)| *name == "content-security-policy").unwrap();
        for page in every_page() {
            let html = page.to_string();
            let (_, rest) = html.split_once("<style>").unwrap();
            let (style, rest) = rest.split_once("</style>").unwrap();
            let digest = STANDARD.encode(Sha256::digest(style));
            assert!(policy.contains(&format!("style-src 'sha256-{digest}';")), "{policy}");
            assert!(!rest.contains("<style") && !html.contains(" style=") && !html.contains("<script"), "{html}");
        }
    }

    #[test]
    fn no_page_loads_anything() {
        for page in every_page() {
            let html = page.to_string();
            assert!(!html.contains("src=") && !html.contains("<link") && !html.contains("url("), "{html}");
        }
    }

    #[test]
    fn every_page_has_a_language_a_title_and_one_heading() {
        for page in every_page() {
            let html = page.to_string();
            assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"), "{html}");
            assert!(html.contains("<title>") && !html.contains("<title></title>"), "{html}");
            assert_eq!(html.matches("<h1").count(), 1, "{html}");
            assert!(html.trim_end().ends_with("</html>"), "{html}");
        }
    }

    #[test]
    fn every_visible_field_has_a_label_and_every_description_is_there() {
        for html in [form().to_string(), has_account().to_string()] {
            let fields = tags(&html, "input");
            for field in fields.iter().filter(|field| attribute(field, "type") != Some("hidden")) {
                let id = attribute(field, "id").unwrap();
                assert!(html.contains(&format!("<label for=\"{id}\">")), "{field}");
            }
            let described = fields.iter().filter_map(|field| attribute(field, "aria-describedby"));
            for id in described.flat_map(str::split_whitespace) {
                assert!(html.contains(&format!("id=\"{id}\"")), "{id}");
            }
        }
    }

    #[test]
    fn the_form_posts_what_the_sign_up_needs() {
        let html = form().to_string();
        let forms = [
            r#"method="post" action="/prod/register""#,
            r#"class="other" method="post" action="/prod/invitation/decline""#,
        ];
        assert_eq!(tags(&html, "form"), forms);
        let (html, _) = html.split_once("</form>").unwrap();
        let fields: Vec<_> =
            tags(html, "input").iter().map(|tag| (attribute(tag, "name"), attribute(tag, "value"))).collect();
        assert_eq!(
            fields,
            [
                (Some("hash"), Some("e0754cfc-f7d1-4cc3-8690-e34a2f17291d")),
                (Some("type"), Some("WORK_SPACE")),
                (Some("email"), Some("charles@example.com")),
                (Some("firstname"), Some("Charles")),
                (Some("lastname"), Some("Babbage")),
                (Some("password"), None),
            ]
        );
    }

    #[test]
    fn a_problem_is_announced_and_belongs_to_its_field() {
        let RegisterPage::Form { site, offer, hash, kind, first_name, last_name, .. } = form() else { unreachable!() };
        let with = |problem| RegisterPage::Form { site, offer, hash, kind, first_name, last_name, problem }.to_string();
        let ill = |html: &str| {
            let tags = tags(html, "input").into_iter();
            let ill = tags.filter(|tag| tag.contains("aria-invalid=\"true\"") && tag.contains(" autofocus"));
            ill.map(|tag| {
                (attribute(tag, "name").unwrap().to_owned(), attribute(tag, "aria-describedby").map(str::to_owned))
            })
            .collect::<Vec<_>>()
        };
        for field in ["email", "firstname", "lastname", "password"] {
            let html = with(Some(Problem { field, text: "It can't be taken." }));
            let alert = format!(r#"id="{field}-problem" role="alert">It can&#39;t be taken.</p>"#);
            assert_eq!(html.matches("role=\"alert\"").count(), 1, "{html}");
            assert!(html.contains(&alert), "{html}");
            let rule = if field == "password" { " password-rule" } else { "" };
            assert_eq!(ill(&html), [(field.to_owned(), Some(format!("{field}-problem{rule}")))], "{html}");
        }
        let html = with(None);
        assert!(!html.contains("alert") && !html.contains("problem\"") && ill(&html).is_empty(), "{html}");
        assert!(html.contains("aria-describedby=\"password-rule\""), "{html}");
        assert_eq!(ill(&has_account().to_string()), [("password".to_owned(), Some("password-problem".to_owned()))]);
    }

    #[test]
    fn an_invitation_to_a_company_names_no_workspace() {
        let offer = Offer { workspace_name: "Analytical Engines Ltd", message: None, ..offer() };
        let html = RegisterPage::HasAccount { site: SITE, offer, hash: "", kind: "", problem: None }.to_string();
        assert!(!html.contains("Workspace"), "{html}");
        assert!(!html.contains("writes"), "{html}");
        assert!(html.contains("29 November 2026, 14:05 UTC"), "{html}");
    }

    #[test]
    fn every_link_and_form_leads_below_the_base_path_or_to_the_app_of_the_deployment() {
        for page in every_page().map(|page| page.to_string()) {
            let targets = tags(&page, "a").into_iter().map(|tag| attribute(tag, "href").unwrap());
            let targets = targets.chain(tags(&page, "form").into_iter().map(|tag| attribute(tag, "action").unwrap()));
            for target in targets {
                assert!(target.starts_with("/prod/"), "{target}: {page}");
            }
        }
        let site = Site { base_path: "", after_join_url: Some("https://app.example") };
        let pages = [
            RegisterPage::Accepted { site, workspace_name: "", email: "" },
            RegisterPage::Done { site, workspace_name: "", email: "" },
            RegisterPage::Dead { site, hash: "" },
        ];
        for page in pages.map(|page| page.to_string()) {
            assert!(page.contains("href=\"https://app.example\""), "{page}");
        }
    }

    #[test]
    fn only_forms_hold_the_hash() {
        for page in every_page() {
            let html = page.to_string();
            let hidden = html.matches(r#"type="hidden" name="hash" value="e0754cfc"#).count();
            assert_eq!(hidden, html.matches("e0754cfc").count(), "{html}");
            assert_eq!(hidden, html.matches("</form>").count(), "{html}");
        }
    }
}
