//! `--seed`: a YAML file with companies, people, workspaces, members, invitations and service accounts, whose ids and
//! tokens are fixed.

mod check;
mod file;
mod records;

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use shared::{Error, domain::Random, store::Store};

use self::{
    check::check,
    file::SeedFile,
    records::{RecordMaker, numbers_of},
};

/// Why a seed file is refused.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The seed file can't be read.
    #[error("the seed file {} can't be read: {reason}", path.display())]
    Unreadable {
        /// The path of the seed file.
        path: PathBuf,
        /// The operating system's error, which says why.
        reason: std::io::Error,
    },
    /// The seed file is not YAML of the documented form, or the file's entries contradict each other.
    #[error("the seed file {} is wrong: {message}", path.display())]
    Invalid {
        /// The path of the seed file.
        path: PathBuf,
        /// The wrong field of the seed file, what is wrong with the field, and the line of the field if the line is
        /// known.
        message: String,
    },
}

/// A seed file that was read and checked.
#[derive(Debug)]
pub(crate) struct Seed(SeedFile);

impl Seed {
    /// Reads and checks a seed file.
    ///
    /// # Errors
    /// [`SeedError`] names the field that is wrong.
    pub(crate) fn read(path: &Path) -> Result<Self, SeedError> {
        let text =
            std::fs::read_to_string(path).map_err(|reason| SeedError::Unreadable { path: path.to_owned(), reason })?;
        Self::parse(&text).map_err(|message| SeedError::Invalid { path: path.to_owned(), message })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let yaml = serde_yaml_ng::Deserializer::from_str(text);
        let file = serde_path_to_error::deserialize(yaml).map_err(|error| {
            let (path, message) = (error.path().to_string(), error.inner().to_string());
            // The YAML parser begins its message with the path of the entry in the seed file. The parser's path doesn't
            // name the wrong field, so the full path replaces it.
            let message = match message.split_once(": ") {
                Some((prefix, rest)) if path.starts_with(prefix) => rest,
                _ => &message,
            };
            format!("{path}: {message}")
        })?;
        check(&file)?;
        Ok(Self(file))
    }

    /// Writes the seed's companies that the table doesn't have yet.
    ///
    /// # Errors
    /// Writing the seed fails if the table can't be read or written.
    pub(crate) async fn write(
        &self,
        store: &Store,
        random: &dyn Random,
        now: Timestamp,
        invitation_ttl: SignedDuration,
    ) -> Result<(), Error> {
        for entry in &self.0.companies {
            if store.company(entry.id).await?.is_some() {
                continue;
            }
            let next = store.take_integer_ids(numbers_of(entry)).await?;
            let company = RecordMaker { random, now, invitation_ttl, next }.company(entry);
            let company = company.ok_or_else(|| Error::internal("seed: the file was not checked"))?;
            store.seed(&company).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
