//! Where a stack keeps its things.

use std::{
    fs::{self, File, TryLockError},
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use shared::{SecretSource, Secrets, domain::Random};
use tempfile::{NamedTempFile, TempDir};

use crate::{Options, StartError};

/// The directory of the secrets and, unless it is in memory, of the table.
#[derive(Debug)]
pub(crate) enum Place {
    /// It stays, and is locked against other stacks.
    Kept { path: PathBuf, _lock: File },
    /// It is private and goes with the stack.
    Passing(TempDir),
}

impl Place {
    pub(crate) fn open(options: &Options) -> Result<Self, StartError> {
        let path = &options.data_dir;
        let failed = |reason| StartError::DataDir { path: path.clone(), reason };
        if options.memory {
            return TempDir::with_prefix("usher-").map(Self::Passing).map_err(failed);
        }
        fs::create_dir_all(path).map_err(failed)?;
        let lock = File::create(path.join("lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self::Kept { path: path.clone(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StartError::InUse(path.clone())),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Kept { path, .. } => path,
            Self::Passing(directory) => directory.path(),
        }
    }

    /// The directory for what is to be found again.
    pub(crate) fn kept(&self) -> Option<&Path> {
        matches!(self, Self::Kept { .. }).then(|| self.path())
    }

    /// The secrets, made at the first start.
    pub(crate) fn secrets(&self, random: &dyn Random) -> Result<Arc<Secrets>, StartError> {
        let file = |name| {
            let path = self.path().join(name);
            match make_secret(&path, random) {
                Ok(()) => Ok(SecretSource::File(path)),
                Err(reason) => Err(StartError::DataDir { path: self.path().to_owned(), reason }),
            }
        };
        Ok(Arc::new(Secrets::new(file("link-secret.json")?, file("token-secret.json")?)))
    }
}

/// Writes a new secret unless there is one: whole, then in its place, so that a kill leaves none by halves.
fn make_secret(path: &Path, random: &dyn Random) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let mut key = [0; 48];
    random.fill(&mut key);
    // A temporary file is its owner's alone to read.
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

    fn read(place: &Place, name: &str) -> serde_json::Value {
        serde_json::from_slice(&fs::read(place.path().join(name)).unwrap()).unwrap()
    }

    #[test]
    fn secrets_are_made_once_and_stay() {
        let directory = TempDir::new().unwrap();
        let place = Place::open(&options(directory.path())).unwrap();
        place.secrets(&SystemRandom).unwrap();
        let link = read(&place, "link-secret.json");
        assert_eq!(link["current"], "1");
        assert!(link["1"].as_str().unwrap().len() >= 43);
        assert_ne!(link, read(&place, "token-secret.json"));
        drop(place);
        let place = Place::open(&options(directory.path())).unwrap();
        place.secrets(&SystemRandom).unwrap();
        assert_eq!(read(&place, "link-secret.json"), link);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_a_secret() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = TempDir::new().unwrap();
        let place = Place::open(&options(directory.path())).unwrap();
        place.secrets(&SystemRandom).unwrap();
        let mode = fs::metadata(place.path().join("link-secret.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_directory_has_one_stack_at_a_time() {
        let directory = TempDir::new().unwrap();
        let options = options(directory.path());
        let first = Place::open(&options).unwrap();
        assert!(matches!(Place::open(&options), Err(StartError::InUse(_))));
        drop(first);
        assert!(Place::open(&options).is_ok());
    }

    #[test]
    fn a_passing_place_leaves_nothing() {
        let place = Place::open(&Options::in_memory()).unwrap();
        place.secrets(&SystemRandom).unwrap();
        let path = place.path().to_owned();
        assert!(path.exists() && place.kept().is_none());
        drop(place);
        assert!(!path.exists());
    }
}
