//! The default value and the checks that the descriptions of all faults share.

use functions::Operation;

/// The default number of calls that a fault happens to. Most faults happen to one call.
pub(super) const fn once() -> u32 {
    1
}

/// # Errors
/// The check fails if no function has this name.
pub(super) fn check_function(name: Option<&str>) -> Result<(), String> {
    match name {
        Some(name) if !Operation::ALL.iter().any(|operation| operation.name() == name) => {
            Err(format!("there is no function {name:?}"))
        }
        _ => Ok(()),
    }
}

/// # Errors
/// The check fails if a fault is to happen to no call.
pub(super) fn check_times(times: u32) -> Result<(), String> {
    if times == 0 { Err("times must be at least 1".to_owned()) } else { Ok(()) }
}
