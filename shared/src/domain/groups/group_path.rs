//! [`GroupPath`]: a group's position in the tree of a workspace's groups. The service decides who has authority over a
//! group by comparing the paths of groups.

use serde::{Deserialize, Serialize};

use crate::domain::{GroupId, ids::BASE62};

/// The number of characters that a group's path has for each level of the tree of groups. Five base62 characters can
/// number 62⁵ groups, and a path of 200 levels fits into a DynamoDB sort key, which has at most 1,024 bytes.
const WIDTH: usize = 5;

/// The text is no [`GroupPath`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a path of groups")]
pub struct InvalidPath;

/// A group's position in the workspace's tree of groups: the numbers of the groups from the topmost group down to the
/// group itself. Each of these numbers has five base62 characters. The path of every group below a group starts with
/// that group's path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupPath(String);

impl GroupPath {
    /// The largest depth of a workspace's tree of groups. The topmost group counts as one level.
    pub const MAX_LEVELS: usize = 200;

    /// The path of the topmost group.
    pub fn top() -> Self {
        Self(segment(0))
    }

    /// The path of a group directly under this path's group. No other group of the workspace may have the number
    /// `number`. The result is `None` if the tree of groups would be too deep, or if the group's number needs more than
    /// five characters.
    pub fn child(&self, number: u32) -> Option<Self> {
        let max = BASE62.len().pow(u32::try_from(WIDTH).ok()?);
        let fits = self.depth() < Self::MAX_LEVELS && usize::try_from(number).ok()? < max;
        fits.then(|| Self(format!("{}{}", self.0, segment(number))))
    }

    /// The path of this group's parent group. `None` for the topmost group, which has no parent group.
    pub fn parent(&self) -> Option<Self> {
        let length = self.0.len().checked_sub(WIDTH).filter(|length| *length > 0)?;
        Some(Self(self.0[..length].to_owned()))
    }

    /// The number of levels from the topmost group down to this path's group: 1 for the topmost group.
    pub fn depth(&self) -> usize {
        self.0.len() / WIDTH
    }

    /// Whether this is the path of the topmost group.
    pub fn is_top(&self) -> bool {
        self.depth() == 1
    }

    /// Whether the group at the path `other` is this path's group or lies below this path's group. Whether a user has
    /// authority over a group is decided by this comparison of paths alone.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

fn segment(number: u32) -> String {
    let mut rest = usize::try_from(number).unwrap_or_default();
    let mut digits = [BASE62[0]; WIDTH];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest % BASE62.len()];
        rest /= BASE62.len();
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

/// The reference by which a person's record names a group: the group's id and path. A reference to a group is
/// serialized as one string, so that a person's record can store a set of such references.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupRef {
    /// The group's id.
    pub id: GroupId,
    /// The group's path.
    pub path: GroupPath,
}

impl TryFrom<String> for GroupRef {
    type Error = InvalidPath;

    fn try_from(text: String) -> Result<Self, InvalidPath> {
        let (id, path) = text.split_once('#').ok_or(InvalidPath)?;
        Ok(Self { id: id.parse().map_err(|_| InvalidPath)?, path: GroupPath::try_from(path.to_owned())? })
    }
}

impl From<GroupRef> for String {
    fn from(reference: GroupRef) -> Self {
        format!("{}#{}", reference.id, reference.path.as_ref())
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
        fn a_path_covers_exactly_the_paths_that_start_with_its_numbers(
            one in prop::collection::vec(0u32..100_000, 0..6),
            other in prop::collection::vec(0u32..100_000, 0..6),
            shared in 0usize..6,
        ) {
            let other: Vec<_> = one.iter().take(shared).copied().chain(other).collect();
            prop_assert_eq!(path(&one).covers(&path(&other)), other.starts_with(&one));
            prop_assert_eq!(path(&other).depth(), other.len() + 1);
        }

        #[test]
        fn a_path_parses_and_sorts_by_its_numbers(
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
    fn the_deepest_path_fits_into_a_sort_key() {
        let deepest = path(&[7; GroupPath::MAX_LEVELS - 1]);
        assert!(deepest.as_ref().len() <= 1024);
        assert_eq!(deepest.child(1), None);
        assert_eq!(GroupPath::top().child(62_u32.pow(5)), None);
    }

    #[test]
    fn an_invalid_path_is_refused() {
        for text in ["", "0000", "000000", "0000-", "00000 0000"] {
            assert_eq!(GroupPath::try_from(text.to_owned()), Err(InvalidPath), "{text:?}");
        }
    }

    #[test]
    fn a_reference_parses() {
        let id: GroupId = "3fa85f64-5717-4562-b3fc-2c963f66afa6".parse().unwrap();
        let reference = GroupRef { id, path: path(&[7]) };
        assert_eq!(GroupRef::try_from(String::from(reference.clone())), Ok(reference));
        for text in ["", "3fa85f64-5717-4562-b3fc-2c963f66afa6", "x#00000", "3fa85f64-5717-4562-b3fc-2c963f66afa6#"] {
            assert_eq!(GroupRef::try_from(text.to_owned()), Err(InvalidPath), "{text:?}");
        }
    }
}
