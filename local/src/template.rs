//! SES's inline templates, as far as Usher uses them: `{{name}}` stands for an attribute, unescaped.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::mailbox::Letter;

/// A template's attributes.
pub(crate) type Data = Map<String, Value>;

/// Reads template data: the JSON of an object, or nothing.
pub(crate) fn data(json: Option<&str>) -> Option<Data> {
    match json {
        None | Some("") => Some(Data::new()),
        Some(json) => serde_json::from_str(json).ok(),
    }
}

/// The three parts of an inline template.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Template {
    subject: Option<String>,
    text: Option<String>,
    html: Option<String>,
}

impl Template {
    /// Renders all parts; an attribute is looked up in `own` first, then in `default`.
    ///
    /// # Errors
    /// What can't be rendered, in SES's words.
    pub(crate) fn render(&self, own: &Data, default: &Data) -> Result<Letter, String> {
        let attribute = |name: &str| own.get(name).or_else(|| default.get(name));
        let part = |part: &Option<String>| part.as_deref().map(|part| fill(part, attribute)).transpose();
        let subject = part(&self.subject)?.ok_or("The template has no subject.")?;
        let letter = Letter { subject, text: part(&self.text)?, html: part(&self.html)? };
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

    fn template(subject: &str, text: &str) -> Template {
        Template { subject: Some(subject.to_owned()), text: Some(text.to_owned()), html: None }
    }

    fn of(value: &Value) -> Data {
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
    fn what_cannot_be_rendered_says_why() {
        for (text, reason) in [("{{who}}", "'who'"), ("{{#if a}}", "'#if a'"), ("{{a", "without an end")] {
            let error = template("Hi", text).render(&Data::new(), &of(&json!({"a": 1}))).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        assert!(Template::default().render(&Data::new(), &Data::new()).is_err());
    }

    #[test]
    fn data_is_an_object_or_nothing() {
        assert_eq!(data(None), Some(Data::new()));
        assert_eq!(data(Some(r#"{"a": 1}"#)), Some(of(&json!({"a": 1}))));
        assert_eq!(data(Some("[1]")), None);
        assert_eq!(data(Some("{")), None);
    }
}
