//! Cursors of lists that are read page by page.
//!
//! A cursor is an encrypted and authenticated position in one list. A client can neither read nor change a cursor, nor
//! use the cursor for another list, workspace or filter.

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

/// The length of a nonce of XChaCha20-Poly1305 in bytes.
const NONCE_LENGTH: usize = 24;

/// A request for a page of a list.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// The largest number of items on the page.
    pub limit: usize,
    /// The cursor with which the previous page of the list ended. Without a cursor, the request is for the first page.
    pub cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug)]
pub struct CursorPage<T> {
    /// The items of the page.
    pub items: Vec<T>,
    /// The cursor of the next page. The cursor is `None` on the last page of the list.
    pub next_cursor: Option<String>,
}

impl<T> CursorPage<T> {
    /// The same page of the list, with each item converted by `to`.
    pub(super) fn map<U>(self, to: impl FnMut(T) -> U) -> CursorPage<U> {
        CursorPage { items: self.items.into_iter().map(to).collect(), next_cursor: self.next_cursor }
    }
}

/// Seals and opens the cursors of one list.
pub(super) struct Cursors {
    cipher: XChaCha20Poly1305,
    list: Vec<u8>,
}

impl Cursors {
    /// The cursors of the list with the name `list` and the filters `filters`, in the workspace or company with the
    /// secret `salt`. The key that encrypts the cursors derives from the salt. The salt of a workspace or company never
    /// leaves the service, and every listing operation reads the salt anyway, so the cursors need no further secret.
    pub(super) fn new(salt: &str, list: &str, filters: &impl Serialize) -> Self {
        let key: [u8; 32] = Sha256::new().chain_update(b"cursor\0").chain_update(salt).finalize().into();
        // Serialization fails only for maps whose keys aren't text, and filters contain no maps.
        let list = serde_json::to_vec(&(list, filters)).unwrap_or_default();
        Self { cipher: XChaCha20Poly1305::new(&key.into()), list }
    }

    /// The position in the list after which the requested page starts. `None` if the page starts at the start of the
    /// list.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a cursor that is forged, altered, or of another list, workspace or filter.
    pub(super) fn open(&self, request: &PageRequest) -> Result<Option<PagePosition>> {
        let Some(cursor) = &request.cursor else { return Ok(None) };
        let opened = || {
            let sealed = URL_SAFE_NO_PAD.decode(cursor).ok()?;
            let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LENGTH>()?;
            let payload = Payload { msg: sealed, aad: &self.list };
            let position = self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()?;
            String::from_utf8(position).ok().map(PagePosition::new)
        };
        let invalid = || Error::invalid("invalid_cursor", "This cursor isn't one of this list, workspace and filter.");
        opened().map(Some).ok_or_else(invalid)
    }

    /// The page of the list, with the page's end position sealed as the cursor of the next page.
    ///
    /// # Errors
    /// [`Error::Internal`] if the position can't be encrypted.
    pub(super) fn seal<T>(&self, page: Page<T>, random: &dyn Random) -> Result<CursorPage<T>> {
        let sealed = |position: PagePosition| {
            let mut nonce = [0; NONCE_LENGTH];
            random.fill(&mut nonce);
            let payload = Payload { msg: position.as_str().as_bytes(), aad: &self.list };
            let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload);
            let sealed = sealed.map_err(|_| Error::internal("sealing a cursor: the position can't be encrypted"))?;
            Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
        };
        Ok(CursorPage { items: page.items, next_cursor: page.next.map(sealed).transpose()? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::SystemRandom;

    fn request(cursor: &str) -> PageRequest {
        PageRequest { limit: 1, cursor: Some(cursor.to_owned()) }
    }

    fn sealed(cursors: &Cursors, position: &str) -> String {
        let page = Page { items: vec![()], next: Some(PagePosition::new(position.to_owned())) };
        cursors.seal(page, &SystemRandom).unwrap().next_cursor.unwrap()
    }

    proptest! {
        #[test]
        fn a_cursor_opens_only_for_the_list_that_it_was_sealed_for(position: String, salt: String, filter: String) {
            let own = Cursors::new(&salt, "list", &filter);
            let cursor = sealed(&own, &position);
            let opened = own.open(&request(&cursor)).unwrap();
            prop_assert_eq!(opened, Some(PagePosition::new(position)));
            let others = [
                Cursors::new(&format!("{salt}x"), "list", &filter),
                Cursors::new(&salt, "another", &filter),
                Cursors::new(&salt, "list", &format!("{filter}x")),
            ];
            for other in others {
                prop_assert!(matches!(other.open(&request(&cursor)), Err(Error::Invalid(_))));
            }
        }

        #[test]
        fn an_altered_or_forged_cursor_is_refused(index: prop::sample::Index, made_up: String) {
            let own = Cursors::new("salt", "list", &());
            let mut bytes = URL_SAFE_NO_PAD.decode(sealed(&own, "ada@example.com")).unwrap();
            let index = index.index(bytes.len());
            bytes[index] ^= 1;
            for cursor in [URL_SAFE_NO_PAD.encode(bytes), made_up.clone(), URL_SAFE_NO_PAD.encode(made_up)] {
                prop_assert!(matches!(own.open(&request(&cursor)), Err(Error::Invalid(_))));
            }
        }
    }

    #[test]
    fn a_cursor_hides_its_position_and_differs_each_time() {
        let own = Cursors::new("salt", "list", &());
        let cursor = sealed(&own, "ada@example.com");
        let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        assert!(!bytes.windows(3).any(|part| part == b"ada"));
        assert_ne!(cursor, sealed(&own, "ada@example.com"));
    }
}
