//! Cursors: where a list goes on, sealed. Whoever holds one can neither read nor alter it, nor use it for another list.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    Error, Result,
    domain::Random,
    store::{Page, PagePosition},
};

const NONCE: usize = 24;

/// Which page of a list is wanted.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// At most so many items.
    pub limit: usize,
    /// The cursor of the page before; the first page without one.
    pub cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug)]
pub struct Paged<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where it goes on; nowhere if the list is at its end.
    pub next_cursor: Option<String>,
}

impl<T> Paged<T> {
    /// The same page of something else.
    pub(super) fn map<U>(self, to: impl FnMut(T) -> U) -> Paged<U> {
        Paged { items: self.items.into_iter().map(to).collect(), next_cursor: self.next_cursor }
    }
}

/// The seal of one list's cursors.
pub(super) struct Cursors {
    cipher: XChaCha20Poly1305,
    list: Vec<u8>,
}

impl Cursors {
    /// For the list of this name, with these filters, of a workspace or company with this salt. The salt never leaves the
    /// table, and whoever lists has read it anyway: no secret is needed.
    pub(super) fn new(salt: &str, list: &str, filters: &impl Serialize) -> Self {
        let key: [u8; 32] = Sha256::new().chain_update(b"cursor\0").chain_update(salt).finalize().into();
        // A filter is made of names and texts, which always serialise.
        let list = serde_json::to_vec(&(list, filters)).unwrap_or_default();
        Self { cipher: XChaCha20Poly1305::new(&key.into()), list }
    }

    /// The position that a cursor stands for.
    ///
    /// # Errors
    /// [`Error::Invalid`] for one that is forged, altered, or of another list, workspace or filter.
    pub(super) fn open(&self, wish: &PageRequest) -> Result<Option<PagePosition>> {
        let Some(cursor) = &wish.cursor else { return Ok(None) };
        let opened = || {
            let sealed = URL_SAFE_NO_PAD.decode(cursor).ok()?;
            let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
            let payload = Payload { msg: sealed, aad: &self.list };
            let position = self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()?;
            String::from_utf8(position).ok().map(PagePosition::new)
        };
        let invalid = || Error::invalid("invalid_cursor", "This cursor isn't one of this list, workspace and filter.");
        opened().map(Some).ok_or_else(invalid)
    }

    /// The page with its position sealed.
    pub(super) fn seal<T>(&self, page: Page<T>, random: &dyn Random) -> Result<Paged<T>> {
        let sealed = |position: PagePosition| {
            let mut nonce = [0; NONCE];
            random.fill(&mut nonce);
            let payload = Payload { msg: position.as_str().as_bytes(), aad: &self.list };
            let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload);
            let sealed = sealed.map_err(|_| Error::internal("cursor: a position can't be sealed"))?;
            Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
        };
        Ok(Paged { items: page.items, next_cursor: page.next.map(sealed).transpose()? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::SystemRandom;

    fn wish(cursor: &str) -> PageRequest {
        PageRequest { limit: 1, cursor: Some(cursor.to_owned()) }
    }

    fn sealed(cursors: &Cursors, position: &str) -> String {
        let page = Page { items: vec![()], next: Some(PagePosition::new(position.to_owned())) };
        cursors.seal(page, &SystemRandom).unwrap().next_cursor.unwrap()
    }

    proptest! {
        #[test]
        fn a_cursor_opens_where_it_was_sealed_and_nowhere_else(position: String, salt: String, filter: String) {
            let own = Cursors::new(&salt, "list", &filter);
            let cursor = sealed(&own, &position);
            let opened = own.open(&wish(&cursor)).unwrap();
            prop_assert_eq!(opened, Some(PagePosition::new(position)));
            let others = [
                Cursors::new(&format!("{salt}x"), "list", &filter),
                Cursors::new(&salt, "another", &filter),
                Cursors::new(&salt, "list", &format!("{filter}x")),
            ];
            for other in others {
                prop_assert!(matches!(other.open(&wish(&cursor)), Err(Error::Invalid(_))));
            }
        }

        #[test]
        fn an_altered_or_made_up_cursor_opens_nothing(index: prop::sample::Index, made_up: String) {
            let own = Cursors::new("salt", "list", &());
            let mut bytes = URL_SAFE_NO_PAD.decode(sealed(&own, "ada@example.com")).unwrap();
            let index = index.index(bytes.len());
            bytes[index] ^= 1;
            for cursor in [URL_SAFE_NO_PAD.encode(bytes), made_up.clone(), URL_SAFE_NO_PAD.encode(made_up)] {
                prop_assert!(matches!(own.open(&wish(&cursor)), Err(Error::Invalid(_))));
            }
        }
    }

    #[test]
    fn a_cursor_shows_nothing_of_its_position_and_is_another_each_time() {
        let own = Cursors::new("salt", "list", &());
        let cursor = sealed(&own, "ada@example.com");
        let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        assert!(!bytes.windows(3).any(|part| part == b"ada"));
        assert_ne!(cursor, sealed(&own, "ada@example.com"));
    }
}
