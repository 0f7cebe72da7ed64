//! The directory that holds the stack's database and secrets.

use std::{
    fs::{self, File, TryLockError},
    io::Write as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use shared::domain::Random;
use tempfile::{NamedTempFile, TempDir};

use crate::{options::Options, secrets_manager::SecretsManager, start_error::StackStartError};

/// The directory of the secrets and, unless the table is in memory, of the database.
#[derive(Debug)]
pub(crate) enum DataDirectory {
    /// The kind of data directory that outlives the local stack. A lock keeps other stacks from using the directory.
    Persistent { path: PathBuf, _lock: File },
    /// The kind of data directory that only this local stack uses. When the stack stops, the stack's temporary
    /// directory is deleted.
    Temporary(TempDir),
}

impl DataDirectory {
    /// Opens or creates the directory that the options name.
    ///
    /// # Errors
    /// Opening the data directory fails if the directory can't be used, or if another local stack uses the directory.
    pub(crate) fn open(options: &Options) -> Result<Self, StackStartError> {
        let path = &options.data_dir;
        let failed = |reason| StackStartError::DataDir { path: path.clone(), reason };
        if options.memory {
            return TempDir::with_prefix("usher-").map(Self::Temporary).map_err(failed);
        }
        fs::create_dir_all(path).map_err(failed)?;
        let lock = File::create(path.join("lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self::Persistent { path: path.clone(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StackStartError::InUse(path.clone())),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Persistent { path, .. } => path,
            Self::Temporary(directory) => directory.path(),
        }
    }

    /// The path of the data directory, if the directory outlives the stack.
    pub(crate) fn persistent_path(&self) -> Option<&Path> {
        matches!(self, Self::Persistent { .. }).then(|| self.path())
    }

    /// The files of the stack's two secrets. The first start of a local stack creates the files of the secrets.
    pub(crate) fn secrets(&self, random: &dyn Random) -> Result<SecretsManager, StackStartError> {
        let file = |name| {
            let path = self.path().join(name);
            match create_secret(&path, random) {
                Ok(()) => Ok(path),
                Err(reason) => Err(StackStartError::DataDir { path: self.path().to_owned(), reason }),
            }
        };
        Ok(SecretsManager { link: file("link-secret.json")?, token: file("token-secret.json")? })
    }
}

/// Writes a new secret unless the file of the secret exists. The local stack writes a secret under another file name
/// first and then renames the file, so that a killed stack leaves no half-written secret.
fn create_secret(path: &Path, random: &dyn Random) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let mut key = [0; 48];
    random.fill(&mut key);
    // Only its owner can read a temporary file, so nobody else can read the secret in the file.
    let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(json!({"current": "1", "1": URL_SAFE_NO_PAD.encode(key)}).to_string().as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use shared::domain::SystemRandom;

    use super::*;

    fn options(path: &Path) -> Options {
        Options { data_dir: path.join("data"), ..Options::default() }
    }

    fn read(data: &DataDirectory, name: &str) -> serde_json::Value {
        serde_json::from_slice(&fs::read(data.path().join(name)).unwrap()).unwrap()
    }

    #[test]
    fn secrets_are_created_once_and_stay() {
        let directory = TempDir::new().unwrap();
        let data = DataDirectory::open(&options(directory.path())).unwrap();
        data.secrets(&SystemRandom).unwrap();
        let link = read(&data, "link-secret.json");
        assert_eq!(link["current"], "1");
        assert!(link["1"].as_str().unwrap().len() >= 43);
        assert_ne!(link, read(&data, "token-secret.json"));
        drop(data);
        let data = DataDirectory::open(&options(directory.path())).unwrap();
        data.secrets(&SystemRandom).unwrap();
        assert_eq!(read(&data, "link-secret.json"), link);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_a_secret() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = TempDir::new().unwrap();
        let data = DataDirectory::open(&options(directory.path())).unwrap();
        data.secrets(&SystemRandom).unwrap();
        let mode = fs::metadata(data.path().join("link-secret.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn one_stack_at_a_time_uses_a_directory() {
        let directory = TempDir::new().unwrap();
        let options = options(directory.path());
        let first = DataDirectory::open(&options).unwrap();
        assert!(matches!(DataDirectory::open(&options), Err(StackStartError::InUse(_))));
        drop(first);
        assert!(DataDirectory::open(&options).is_ok());
    }

    #[test]
    fn a_temporary_directory_is_deleted() {
        let data = DataDirectory::open(&Options::in_memory()).unwrap();
        data.secrets(&SystemRandom).unwrap();
        let path = data.path().to_owned();
        assert!(path.exists() && data.persistent_path().is_none());
        drop(data);
        assert!(!path.exists());
    }
}
