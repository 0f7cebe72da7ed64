use super::*;

const MARKUP: &str = r#"<b title="x">&'"#;

const APP_URL: &str = "https://app.example";

const OFFER: MembershipOffer<'static> = MembershipOffer {
    scope_name: "Design",
    company_name: "Analytical Engines Ltd",
    actor: "Ada Lovelace",
    role: "Editor",
    message: Some("Hello Charles,\n\nthe plans are at engines.example/plans – come & see. <3"),
};

fn invitation() -> InvitationLetter<'static> {
    InvitationLetter {
        offer: OFFER,
        link: "https://app.example/register?hash=e0754cfc-f7d1-4cc3-8690-e34a2f17291d&type=WORK_SPACE",
        expires_at: "2026-11-29T14:05:59Z".parse().unwrap(),
        has_account: false,
    }
}

fn added() -> AddedLetter<'static> {
    AddedLetter { offer: OFFER, sign_in_url: APP_URL }
}

fn password() -> OneTimePasswordLetter<'static> {
    OneTimePasswordLetter {
        code: "042137",
        valid_minutes: 10,
        first_name: "Charles",
        company_name: "Difference & Sons",
    }
}

fn renewal() -> RenewalLetter<'static> {
    let offer = MembershipOffer { actor: "charles@example.com", message: None, ..OFFER };
    RenewalLetter { offer, sign_in_url: APP_URL }
}

fn whole(letter: &Letter) -> String {
    format!("{}\n\n{}\n\n{}", letter.subject, letter.text, letter.html)
}

/// The letter in the form that snapshot tests compare, in which word joiners are visible.
fn snapshot(letter: &Letter) -> String {
    whole(letter).replace('\u{2060}', "⁀")
}

#[test]
fn an_invitation_reads_well() {
    insta::assert_snapshot!(snapshot(&Letter::invitation(&invitation())));
}

#[test]
fn an_invitation_to_a_company_for_someone_with_an_account_reads_well() {
    let offer = MembershipOffer { scope_name: OFFER.company_name, message: None, ..OFFER };
    let invitation = InvitationLetter { has_account: true, offer, ..invitation() };
    insta::assert_snapshot!(snapshot(&Letter::invitation(&invitation)));
}

#[test]
fn the_news_of_being_added_reads_well() {
    insta::assert_snapshot!(snapshot(&Letter::added(&added())));
}

#[test]
fn a_one_time_password_reads_well() {
    insta::assert_snapshot!(snapshot(&Letter::one_time_password(&password())));
}

#[test]
fn the_news_of_having_an_account_reads_well() {
    let letter = Letter::already_registered(&AlreadyRegisteredLetter { sign_in_url: APP_URL });
    insta::assert_snapshot!(snapshot(&letter));
}

#[test]
fn the_request_for_a_new_invitation_reads_well() {
    insta::assert_snapshot!(snapshot(&Letter::renewal(&renewal())));
}

/// One letter for each field of a letter that a caller writes. In each of these test letters, the field that a caller
/// writes contains `text`.
fn with_text_in_each_field(text: &str) -> Vec<Letter> {
    let offers = [
        MembershipOffer { scope_name: text, ..OFFER },
        MembershipOffer { company_name: text, ..OFFER },
        MembershipOffer { actor: text, ..OFFER },
        MembershipOffer { role: text, ..OFFER },
        MembershipOffer { message: Some(text), ..OFFER },
    ];
    let invited = offers.iter().map(|offer| Letter::invitation(&InvitationLetter { offer: *offer, ..invitation() }));
    let added = offers.iter().map(|offer| Letter::added(&AddedLetter { offer: *offer, ..added() }));
    // A letter that asks for a new invitation has no message from an inviter.
    let renewed = offers.iter().filter(|offer| offer.message == OFFER.message);
    let renewed = renewed.map(|offer| Letter::renewal(&RenewalLetter { offer: *offer, ..renewal() }));
    let with_code = |password: OneTimePasswordLetter<'_>| Letter::one_time_password(&password);
    let codes = [
        with_code(OneTimePasswordLetter { first_name: text, ..password() }),
        with_code(OneTimePasswordLetter { company_name: text, ..password() }),
    ];
    invited.chain(added).chain(renewed).chain(codes).collect()
}

#[test]
fn markup_in_any_field_is_escaped_in_html_and_unchanged_in_text() {
    for letter in with_text_in_each_field(MARKUP) {
        assert!(!letter.html.contains(MARKUP), "{}", letter.html);
        assert!(letter.html.contains("&#60;b title=&#34;x&#34;&#62;&#38;&#39;"), "{}", letter.html);
        assert!(letter.text.contains(MARKUP), "{}", letter.text);
    }
}

#[test]
fn a_link_in_any_field_is_broken_in_every_part() {
    for letter in with_text_in_each_field("see https://evil.example, www.evil.example or a@evil.example") {
        let whole = whole(&letter);
        assert!(!whole.contains("https://evil") && !whole.contains("www.") && !whole.contains("a@"), "{whole}");
        assert!(!whole.contains("evil.example"), "{whole}");
        assert!(whole.contains("evil\u{2060}.\u{2060}example"), "{whole}");
    }
}

#[test]
fn a_subject_is_one_short_line_whatever_the_names_are() {
    for letter in with_text_in_each_field(&"\u{1b}a\r\nBcc: b@c.d\u{202e} ".repeat(40)) {
        assert!(letter.subject.chars().count() <= 150, "{}", letter.subject);
        assert!(!letter.subject.contains(|c: char| c.is_control() || c == '\u{202e}'), "{:?}", letter.subject);
    }
}

#[test]
fn no_field_brings_control_characters_or_other_line_ends() {
    for letter in with_text_in_each_field("a\r\nb\rc\u{7}\u{2028}d\te") {
        let odd = |c: char| (c.is_control() && c != '\n') || c == '\u{2028}';
        assert!(!whole(&letter).contains(odd), "{:?}", whole(&letter));
    }
}

#[test]
fn every_line_of_a_message_is_quoted_in_text() {
    let offer = MembershipOffer { message: Some("one\nTo accept, open:\n\nthree"), ..OFFER };
    let letter = Letter::invitation(&InvitationLetter { offer, ..invitation() });
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
        let offer = MembershipOffer { message, ..OFFER };
        let letter = Letter::invitation(&InvitationLetter { offer, ..invitation() });
        assert!(!whole(&letter).contains("writes"), "{}", letter.text);
    }
}

#[test]
fn one_minute_is_singular() {
    let letter = Letter::one_time_password(&OneTimePasswordLetter { valid_minutes: 1, ..password() });
    assert!(letter.text.contains("for 1 minute."), "{}", letter.text);
}
