//! `cargo template` writes the parts of the deployment that follow from the table of routes: `routes.yaml`, and the
//! resource `Routes` of `template.yaml`.

use std::{fs, path::Path, process::ExitCode};

use deploy::{ROUTES_TEMPLATE, TEMPLATE, routes_template, with_routes_stack};

fn main() -> ExitCode {
    match write(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").as_path()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            #[expect(clippy::print_stderr, reason = "the person who ran the command reads the message")]
            {
                eprintln!("{message}");
            }
            ExitCode::FAILURE
        }
    }
}

fn write(root: &Path) -> Result<(), String> {
    let template = root.join(TEMPLATE);
    let named = |error: std::io::Error| format!("{}: {error}", template.display());
    let written = with_routes_stack(&fs::read_to_string(&template).map_err(named)?)?;
    fs::write(&template, written).map_err(named)?;
    let routes = root.join(ROUTES_TEMPLATE);
    fs::write(&routes, routes_template()).map_err(|error| format!("{}: {error}", routes.display()))
}
