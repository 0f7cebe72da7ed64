//! The page of `/`.

use askama::Template;

use super::Site;

/// The page for people who have joined, and for people who open the service's address.
#[derive(Debug, Clone, Copy, Template)]
#[template(path = "pages/home.html")]
pub struct HomePage<'a> {
    /// The addresses to which the page leads.
    pub site: Site<'a>,
    /// Whether the person has just become a member.
    pub joined: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(joined: bool, base_path: &str, after_join_url: Option<&str>) -> String {
        HomePage { site: Site { base_path, after_join_url }, joined }.to_string()
    }

    #[test]
    fn somebody_who_has_joined_reads_so_and_a_passer_by_does_not() {
        let (joined, passing) = (html(true, "", None), html(false, "", None));
        assert!(joined.contains("<h1>You have joined</h1>") && joined.contains("person who invited you"), "{joined}");
        assert!(!passing.contains("You have joined") && passing.contains("Open the link in that mail"), "{passing}");
        for page in [joined, passing] {
            assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"), "{page}");
            assert_eq!((page.matches("<h1").count(), page.matches("<form").count()), (1, 0), "{page}");
        }
    }

    #[test]
    fn the_page_leads_to_the_app_if_the_deployment_names_one_and_to_the_reference_below_the_base_path() {
        for joined in [true, false] {
            let page = html(joined, "/prod", Some("https://app.example/?a=1&b=2"));
            assert!(page.contains(r#"<a class="button" href="https://app.example/?a=1&#38;b=2">Go on</a>"#), "{page}");
            assert!(!html(joined, "", None).contains("Go on"));
        }
        assert!(html(false, "/prod", None).contains(r#"<a href="/prod/docs">"#));
        assert!(html(false, "", None).contains(r#"<a href="/docs">"#));
    }
}
