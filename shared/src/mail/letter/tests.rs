use super::*;

const MARKUP: &str = r#"<b title="x">&'"#;

fn invitation() -> Invitation<'static> {
    Invitation {
        scope_name: "Design",
        company_name: "Analytical Engines Ltd",
        inviter_name: "Ada Lovelace",
        role: "Editor",
        message: Some("Hello Charles,\n\nthe plans are at engines.example/plans – come & see. <3"),
        link: "https://app.example/register?hash=e0754cfc-f7d1-4cc3-8690-e34a2f17291d&type=WORK_SPACE",
        expires_at: "2026-11-29T14:05:59Z".parse().unwrap(),
        has_account: false,
    }
}

fn added() -> Added<'static> {
    let Invitation { scope_name, company_name, inviter_name, role, message, .. } = invitation();
    Added { scope_name, company_name, inviter_name, role, message, app_url: "https://app.example" }
}

fn password() -> OneTimePassword<'static> {
    OneTimePassword { code: "042137", valid_minutes: 10, first_name: "Charles", company_name: "Difference & Sons" }
}

fn renewal() -> Renewal<'static> {
    let Invitation { scope_name, company_name, role, .. } = invitation();
    Renewal { scope_name, company_name, invited: "charles@example.com", role, app_url: "https://app.example" }
}

fn whole(letter: &Letter) -> String {
    format!("{}\n\n{}\n\n{}", letter.subject, letter.text, letter.html)
}

/// The letter as the snapshot shows it: joiners are visible there.
fn shown(letter: &Letter) -> String {
    whole(letter).replace('\u{2060}', "⁀")
}

#[test]
fn an_invitation_reads_well() {
    insta::assert_snapshot!(shown(&Letter::invitation(&invitation())));
}

#[test]
fn an_invitation_to_a_company_for_someone_with_an_account_reads_well() {
    let invitation =
        Invitation { has_account: true, scope_name: "Analytical Engines Ltd", message: None, ..invitation() };
    insta::assert_snapshot!(shown(&Letter::invitation(&invitation)));
}

#[test]
fn the_news_of_being_added_reads_well() {
    insta::assert_snapshot!(shown(&Letter::added(&added())));
}

#[test]
fn a_one_time_password_reads_well() {
    insta::assert_snapshot!(shown(&Letter::one_time_password(&password())));
}

#[test]
fn the_news_of_having_an_account_reads_well() {
    let letter = Letter::already_registered(&AlreadyRegistered { app_url: "https://app.example" });
    insta::assert_snapshot!(shown(&letter));
}

#[test]
fn the_request_for_a_new_invitation_reads_well() {
    insta::assert_snapshot!(shown(&Letter::renewal(&renewal())));
}

/// Letters in which one caller-written field at a time holds the words.
fn with_every_field(words: &str) -> Vec<Letter> {
    let invited = |invitation: Invitation<'_>| Letter::invitation(&invitation);
    let joined = |added: Added<'_>| Letter::added(&added);
    let asked = |renewal: Renewal<'_>| Letter::renewal(&renewal);
    let coded = |password: OneTimePassword<'_>| Letter::one_time_password(&password);
    vec![
        invited(Invitation { scope_name: words, ..invitation() }),
        invited(Invitation { company_name: words, ..invitation() }),
        invited(Invitation { inviter_name: words, ..invitation() }),
        invited(Invitation { role: words, ..invitation() }),
        invited(Invitation { message: Some(words), ..invitation() }),
        joined(Added { scope_name: words, ..added() }),
        joined(Added { company_name: words, ..added() }),
        joined(Added { inviter_name: words, ..added() }),
        joined(Added { role: words, ..added() }),
        joined(Added { message: Some(words), ..added() }),
        asked(Renewal { scope_name: words, ..renewal() }),
        asked(Renewal { company_name: words, ..renewal() }),
        asked(Renewal { invited: words, ..renewal() }),
        asked(Renewal { role: words, ..renewal() }),
        coded(OneTimePassword { first_name: words, ..password() }),
        coded(OneTimePassword { company_name: words, ..password() }),
    ]
}

#[test]
fn markup_in_any_field_is_escaped_in_html_and_stays_itself_in_text() {
    for letter in with_every_field(MARKUP) {
        assert!(!letter.html.contains(MARKUP), "{}", letter.html);
        assert!(letter.html.contains("&#60;b title=&#34;x&#34;&#62;&#38;&#39;"), "{}", letter.html);
        assert!(letter.text.contains(MARKUP), "{}", letter.text);
    }
}

#[test]
fn a_link_in_any_field_is_broken_in_every_part() {
    for letter in with_every_field("see https://evil.example, www.evil.example or a@evil.example") {
        let whole = whole(&letter);
        assert!(!whole.contains("https://evil") && !whole.contains("www.") && !whole.contains("a@"), "{whole}");
        assert!(!whole.contains("evil.example"), "{whole}");
        assert!(whole.contains("evil\u{2060}.\u{2060}example"), "{whole}");
    }
}

#[test]
fn a_subject_is_one_short_line_whatever_the_names_are() {
    for letter in with_every_field(&"\u{1b}a\r\nBcc: b@c.d\u{202e} ".repeat(40)) {
        assert!(letter.subject.chars().count() <= 150, "{}", letter.subject);
        assert!(!letter.subject.contains(|c: char| c.is_control() || c == '\u{202e}'), "{:?}", letter.subject);
    }
}

#[test]
fn no_field_brings_control_characters_or_other_line_ends() {
    for letter in with_every_field("a\r\nb\rc\u{7}\u{2028}d\te") {
        let odd = |c: char| (c.is_control() && c != '\n') || c == '\u{2028}';
        assert!(!whole(&letter).contains(odd), "{:?}", whole(&letter));
    }
}

#[test]
fn every_line_of_a_message_is_quoted_in_text() {
    let letter = Letter::invitation(&Invitation { message: Some("one\nTo accept, open:\n\nthree"), ..invitation() });
    assert!(letter.text.contains("writes:\n\n> one\n> To accept, open:\n> \n> three\n"), "{}", letter.text);
}

#[test]
fn the_link_is_whole_in_text_and_html() {
    let letter = Letter::invitation(&invitation());
    let link = invitation().link;
    assert!(letter.text.contains(&format!("\n\n{link}\n\n")), "{}", letter.text);
    let link = link.replace('&', "&#38;");
    assert_eq!(letter.html.matches(&format!("href=\"{link}\"")).count(), 2, "{}", letter.html);
    assert!(letter.html.contains(&format!(">{link}</a>")), "{}", letter.html);
}

#[test]
fn an_invitation_without_a_message_quotes_nothing() {
    for message in [None, Some(" \n ")] {
        let letter = Letter::invitation(&Invitation { message, ..invitation() });
        assert!(!whole(&letter).contains("writes"), "{}", letter.text);
    }
}

#[test]
fn one_minute_is_singular() {
    let letter = Letter::one_time_password(&OneTimePassword { valid_minutes: 1, ..password() });
    assert!(letter.text.contains("for 1 minute."), "{}", letter.text);
}
