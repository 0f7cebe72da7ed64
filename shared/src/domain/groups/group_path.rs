//! Groups of a workspace's people: a tree, in which a group never moves.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::domain::GroupId;

/// The characters of one level: enough for 62⁵ groups, and 200 levels of them fit into a sort key of 1,024 bytes.
const WIDTH: usize = 5;

/// In the order of their bytes, so that groups beneath one parent sort by age.
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The text isn't a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a path of groups")]
pub struct InvalidPath;

/// Where a group is: the numbers of the groups from the topmost one down to it, each in five base62 characters. What is
/// under a group begins with its path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupPath(String);

impl GroupPath {
    /// The greatest depth of a tree, the topmost group counted.
    pub const MAX_LEVELS: usize = 200;

    /// The topmost group's.
    pub fn top() -> Self {
        Self(segment(0))
    }

    /// That of a group under this one, whose number no other group of the workspace has. `None` if the tree may not be
    /// deeper, or numbers are used up.
    pub fn child(&self, number: u32) -> Option<Self> {
        let most = ALPHABET.len().pow(u32::try_from(WIDTH).ok()?);
        let fits = self.depth() < Self::MAX_LEVELS && usize::try_from(number).ok()? < most;
        fits.then(|| Self(format!("{}{}", self.0, segment(number))))
    }

    /// That of the group it is in; `None` of the topmost one.
    pub fn parent(&self) -> Option<Self> {
        let above = self.0.len().checked_sub(WIDTH).filter(|above| *above > 0)?;
        Some(Self(self.0[..above].to_owned()))
    }

    /// How many levels there are down to it: 1 for the topmost group.
    pub fn depth(&self) -> usize {
        self.0.len() / WIDTH
    }

    /// Whether it is the topmost group's.
    pub fn is_top(&self) -> bool {
        self.depth() == 1
    }

    /// Whether a group is this one or somewhere under it. All authority over groups is this test.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

fn segment(number: u32) -> String {
    let mut rest = usize::try_from(number).unwrap_or_default();
    let mut digits = [ALPHABET[0]; WIDTH];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[rest % ALPHABET.len()];
        rest /= ALPHABET.len();
    }
    digits.iter().copied().map(char::from).collect()
}

impl AsRef<str> for GroupPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for GroupPath {
    type Error = InvalidPath;

    fn try_from(text: String) -> Result<Self, InvalidPath> {
        let levels = text.len() / WIDTH;
        let whole = text.len().is_multiple_of(WIDTH) && (1..=Self::MAX_LEVELS).contains(&levels);
        let good = whole && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if good { Ok(Self(text)) } else { Err(InvalidPath) }
    }
}

impl From<GroupPath> for String {
    fn from(path: GroupPath) -> Self {
        path.0
    }
}

/// A group as a person's record names it: what it is called outside, and where it is. As one text, so that records hold sets
/// of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupPlace {
    /// Its id.
    pub id: GroupId,
    /// Its path.
    pub path: GroupPath,
}

impl TryFrom<String> for GroupPlace {
    type Error = InvalidPath;

    fn try_from(text: String) -> Result<Self, InvalidPath> {
        let (id, path) = text.split_once('#').ok_or(InvalidPath)?;
        Ok(Self { id: id.parse().map_err(|_| InvalidPath)?, path: GroupPath::try_from(path.to_owned())? })
    }
}

impl From<GroupPlace> for String {
    fn from(place: GroupPlace) -> Self {
        format!("{}#{}", place.id, place.path.as_ref())
    }
}

/// The text can't be a display id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 64 letters, digits, '-' or '_'")]
pub struct InvalidDisplayId;

/// A name of a group for programs, unique in the workspace: 1 to 64 ASCII letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DisplayId(String);

impl FromStr for DisplayId {
    type Err = InvalidDisplayId;

    fn from_str(text: &str) -> Result<Self, InvalidDisplayId> {
        let good = (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if good { Ok(Self(text.to_owned())) } else { Err(InvalidDisplayId) }
    }
}

impl TryFrom<String> for DisplayId {
    type Error = InvalidDisplayId;

    fn try_from(text: String) -> Result<Self, InvalidDisplayId> {
        text.parse()
    }
}

impl From<DisplayId> for String {
    fn from(id: DisplayId) -> Self {
        id.0
    }
}

impl AsRef<str> for DisplayId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DisplayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(numbers: &[u32]) -> GroupPath {
        numbers.iter().fold(GroupPath::top(), |path, number| path.child(*number).unwrap())
    }

    proptest! {
        #[test]
        fn a_path_covers_just_what_begins_with_its_numbers(
            one in prop::collection::vec(0u32..100_000, 0..6),
            other in prop::collection::vec(0u32..100_000, 0..6),
            shared in 0usize..6,
        ) {
            let other: Vec<_> = one.iter().take(shared).copied().chain(other).collect();
            prop_assert_eq!(path(&one).covers(&path(&other)), other.starts_with(&one));
            prop_assert_eq!(path(&other).depth(), other.len() + 1);
        }

        #[test]
        fn a_path_reads_back_and_sorts_by_its_numbers(
            one in prop::collection::vec(0u32..916_132_832, 0..6),
            other in prop::collection::vec(0u32..916_132_832, 0..6),
        ) {
            let text = String::from(path(&one));
            prop_assert_eq!(GroupPath::try_from(text), Ok(path(&one)));
            prop_assert_eq!(path(&one).cmp(&path(&other)), one.cmp(&other));
        }
    }

    #[test]
    fn a_parent_is_one_level_up_and_the_top_has_none() {
        assert_eq!(path(&[1, 2]).parent(), Some(path(&[1])));
        assert_eq!(path(&[1]).parent(), Some(GroupPath::top()));
        assert_eq!(GroupPath::top().parent(), None);
        assert!(GroupPath::top().is_top() && !path(&[1]).is_top());
    }

    #[test]
    fn the_deepest_path_fits_into_a_sort_key_and_none_is_deeper() {
        let deepest = path(&[7; GroupPath::MAX_LEVELS - 1]);
        assert!(deepest.as_ref().len() <= 1024);
        assert_eq!(deepest.child(1), None);
        assert_eq!(GroupPath::top().child(62_u32.pow(5)), None);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", "0000", "000000", "0000-", "00000 0000"] {
            assert_eq!(GroupPath::try_from(text.to_owned()), Err(InvalidPath), "{text:?}");
        }
    }

    #[test]
    fn a_place_reads_back() {
        let id: GroupId = "3fa85f64-5717-4562-b3fc-2c963f66afa6".parse().unwrap();
        let place = GroupPlace { id, path: path(&[7]) };
        assert_eq!(GroupPlace::try_from(String::from(place.clone())), Ok(place));
        for text in ["", "3fa85f64-5717-4562-b3fc-2c963f66afa6", "x#00000", "3fa85f64-5717-4562-b3fc-2c963f66afa6#"] {
            assert_eq!(GroupPlace::try_from(text.to_owned()), Err(InvalidPath), "{text:?}");
        }
    }

    #[test]
    fn a_display_id_is_plain() {
        assert_eq!("Sales_EU-1".parse::<DisplayId>().unwrap().to_string(), "Sales_EU-1");
        for text in ["", "a b", "é", "a/b", &"x".repeat(65)] {
            assert!(text.parse::<DisplayId>().is_err(), "{text:?}");
        }
    }
}
