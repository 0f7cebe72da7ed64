//! The part of SES's inline templates that Usher uses: `{{name}}` is replaced by an attribute's value, without escaping.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::mailbox::MailContent;

/// The attributes that a template is rendered with, by name.
pub(crate) type TemplateData = Map<String, Value>;

/// Parses template data, which is a JSON object or absent. The result is `None` if the JSON is not an object.
pub(crate) fn parse_data(json: Option<&str>) -> Option<TemplateData> {
    match json {
        None | Some("") => Some(TemplateData::new()),
        Some(json) => serde_json::from_str(json).ok(),
    }
}

/// The parts of SES's inline template: subject, text and HTML.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct InlineTemplate {
    subject: Option<String>,
    text: Option<String>,
    html: Option<String>,
}

impl InlineTemplate {
    /// Renders all parts of an inline template. An attribute's value comes from `own`, or else from `default`.
    ///
    /// # Errors
    /// If a part can't be rendered, the error is a message like SES's that says what can't be rendered.
    pub(crate) fn render(&self, own: &TemplateData, default: &TemplateData) -> Result<MailContent, String> {
        let attribute = |name: &str| own.get(name).or_else(|| default.get(name));
        let part = |part: &Option<String>| part.as_deref().map(|part| fill(part, attribute)).transpose();
        let subject = part(&self.subject)?.ok_or("The template has no subject.")?;
        let letter = MailContent { subject, text: part(&self.text)?, html: part(&self.html)? };
        if letter.text.is_none() && letter.html.is_none() {
            return Err("The template has neither a text nor an HTML part.".to_owned());
        }
        Ok(letter)
    }
}

fn fill<'d>(template: &str, attribute: impl Fn(&str) -> Option<&'d Value>) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, tag)) = rest.split_once("{{") {
        let (name, after) = tag.split_once("}}").ok_or("The template has a tag without an end.")?;
        let name = name.trim();
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
            return Err(format!("Tag '{name}' is not supported here: only attributes are."));
        }
        let value =
            attribute(name).ok_or_else(|| format!("Attribute '{name}' is not present in the rendering data."))?;
        filled.push_str(before);
        filled.push_str(&value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed));
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template(subject: &str, text: &str) -> InlineTemplate {
        InlineTemplate { subject: Some(subject.to_owned()), text: Some(text.to_owned()), html: None }
    }

    fn of(value: &Value) -> TemplateData {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn attributes_are_replaced_unescaped_and_own_ones_come_first() {
        let template = template("Hi {{name}}", "{{ link }} {{count}}{{name}}");
        let own = of(&json!({"name": "<Ann> {{link}}", "count": 2}));
        let letter = template.render(&own, &of(&json!({"name": "you", "link": "https://a"}))).unwrap();
        assert_eq!(letter.subject, "Hi <Ann> {{link}}");
        assert_eq!(letter.text.as_deref(), Some("https://a 2<Ann> {{link}}"));
    }

    #[test]
    fn the_error_says_what_cannot_be_rendered() {
        for (text, reason) in [("{{who}}", "'who'"), ("{{#if a}}", "'#if a'"), ("{{a", "without an end")] {
            let error = template("Hi", text).render(&TemplateData::new(), &of(&json!({"a": 1}))).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        assert!(InlineTemplate::default().render(&TemplateData::new(), &TemplateData::new()).is_err());
    }

    #[test]
    fn data_is_an_object_or_nothing() {
        assert_eq!(parse_data(None), Some(TemplateData::new()));
        assert_eq!(parse_data(Some(r#"{"a": 1}"#)), Some(of(&json!({"a": 1}))));
        assert_eq!(parse_data(Some("[1]")), None);
        assert_eq!(parse_data(Some("{")), None);
    }
}
