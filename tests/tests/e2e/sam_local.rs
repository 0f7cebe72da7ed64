//! The functions as they are built for Lambda, in containers that SAM's command line starts. `deploy/base-image` makes
//! the containers' image.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use functions::{Operation, routes::ROUTES};
use local::Options;
use serde_json::Value;
use tempfile::TempDir;
use tests::Endpoint;
use tokio::net::{TcpStream, UnixListener};

use crate::{
    built_functions::BuiltFunction,
    emulators::{free_port, path, until_listening},
    journey::first_day,
    samples::Sample,
};

/// The socket in a function's folder that the image of `deploy/base-image` connects with 127.0.0.1:4566.
const SOCKET: &str = "aws.sock";

#[tokio::test]
#[ignore = "needs a container engine and the functions that sam builds: deploy/under-sam-local runs it"]
async fn the_first_day_passes_through_sam_local_start_api() {
    let backend = Backend::start().await;
    let api = StartApi::start(&backend).await;
    let routes = ROUTES.iter().map(|route| format!("{} {}", route.method, route.path));
    assert_eq!(api.routes(), routes.chain(["X-AMAZON-APIGATEWAY-ANY-METHOD $default".to_owned()]).collect());
    first_day(&Endpoint::with_inbox_of(&backend.api_url(), &backend.usher)).await;
    let calls = backend.usher.calls().await;
    let own: Vec<_> =
        Operation::ALL.iter().filter(|one| !one.handles_events() && calls.get(one.name()).is_some()).collect();
    assert!(own.is_empty(), "the local stack answered requests itself: {own:?}");
}

#[tokio::test]
#[ignore = "needs a container engine and the functions that sam builds: deploy/under-sam-local runs it"]
async fn functions_answer_their_samples_through_sam_local_invoke() {
    let samples =
        ["datagol/invite-users", "datagol/issue-token", "eventbridge/record-mail-events", "stream/publish-events"];
    for sample in samples.map(Sample::named) {
        let (name, function) = (sample.name.clone(), BuiltFunction::of(sample.operation()));
        let backend = Backend::start().await;
        let prepared = sample.prepare(&backend.usher).await;
        let event = backend.folder.path().join("event.json");
        fs::write(&event, prepared.event.to_string()).unwrap();
        let mut command = tokio::process::Command::from(backend.sam(&["invoke", &function.id]));
        let output = command.arg("--event").arg(&event).output().await.unwrap();
        let answer = String::from_utf8_lossy(&output.stdout);
        let answer: Value = serde_json::from_str(answer.trim()).unwrap_or_else(|_| {
            panic!("{name}: {answer}\n{}", String::from_utf8_lossy(&output.stderr));
        });
        prepared.check(&answer).await;
    }
}

/// A local stack that the functions in containers call, and a copy of the built functions.
struct Backend {
    usher: Endpoint,
    /// The port of `sam local start-api`, where mailed links lead.
    port: u16,
    folder: TempDir,
}

impl Backend {
    async fn start() -> Self {
        let port = free_port().await;
        let options = Options { aws_address: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))), ..Options::in_memory() };
        // Under SAM a function's TABLE_NAME is the logical id of the table.
        let options = options.with("TABLE_NAME", "Table").with("APP_URL", format!("http://127.0.0.1:{port}"));
        let usher = Endpoint::with_options(options).await;
        let folder = folder_with_socket(usher.aws_url());
        Self { usher, port, folder }
    }

    fn api_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// `sam local` with a command and the deployment's parameters. SAM takes variables that the template declares from
    /// its own environment, so the command gets no address of an emulator there.
    fn sam(&self, command: &[&str]) -> Command {
        let mut sam = Command::new(path("USHER_TOOLS").join("sam"));
        sam.arg("local").args(command).arg("--skip-pull-image");
        sam.arg("--template").arg(self.folder.path().join("template.yaml"));
        sam.args(["--parameter-overrides", "EndpointUrl=http://127.0.0.1:4566"]);
        sam.args(["SenderAddress=usher@example.com", "SenderIdentity=example.com", "PublishEvents=true"]);
        sam.env_remove("AWS_ENDPOINT_URL").env("SAM_CLI_TELEMETRY", "0").env("AWS_DEFAULT_REGION", "us-east-1");
        sam
    }
}

/// A copy of the built functions. Each function's folder has the socket that leads to the local stack, so the
/// containers reach the stack although it listens on loopback only.
fn folder_with_socket(aws_url: &str) -> TempDir {
    let build = path("USHER_BUILD");
    // Hard links need the same file system.
    let folder = tempfile::tempdir_in(build.parent().unwrap()).unwrap();
    let copied = Command::new("cp").args(["--recursive", "--link"]).arg(build.join(".")).arg(folder.path()).status();
    assert!(copied.unwrap().success());
    let socket = folder.path().join(SOCKET);
    let listener = UnixListener::bind(&socket).expect("a path that is short enough for a socket");
    for function in BuiltFunction::all() {
        let copy = folder.path().join(function.folder.strip_prefix(&build).unwrap());
        if !copy.join(SOCKET).exists() {
            fs::hard_link(&socket, copy.join(SOCKET)).unwrap();
        }
    }
    tokio::spawn(forward(listener, aws_url.trim_start_matches("http://").to_owned()));
    folder
}

/// Forwards every connection of the socket to a TCP address.
async fn forward(listener: UnixListener, address: String) {
    while let Ok((mut inner, _)) = listener.accept().await {
        let address = address.clone();
        tokio::spawn(async move {
            let mut outer = TcpStream::connect(address).await?;
            tokio::io::copy_bidirectional(&mut inner, &mut outer).await
        });
    }
}

/// A running `sam local start-api`.
struct StartApi {
    process: Child,
    log: PathBuf,
}

impl StartApi {
    async fn start(backend: &Backend) -> Self {
        let log = backend.folder.path().join("start-api.log");
        let output = File::create(&log).unwrap();
        let mut sam = backend.sam(&["start-api"]);
        sam.args(["--port", &backend.port.to_string()]);
        let process = sam.stdout(Stdio::null()).stderr(output).spawn().unwrap();
        let api = Self { process, log };
        until_listening(backend.port).await;
        api
    }

    /// The routes that SAM says it has, as `GET /register`. A path may have several methods. SAM adds the method OPTIONS to
    /// every path of an API that has a configuration for CORS, and answers it itself.
    fn routes(&self) -> BTreeSet<String> {
        let log = fs::read_to_string(&self.log).unwrap();
        let mounted = log.lines().filter_map(|line| line.strip_prefix("Mounting ")?.split_once(" at http://"));
        let routes = mounted.flat_map(|(_, route)| {
            let (address, methods) = route.trim_end_matches(']').split_once(" [").unwrap();
            let path = address.trim_start_matches(|letter| !['/', '$'].contains(&letter));
            let declared = methods.split(", ").filter(|method| *method != "OPTIONS");
            declared.map(move |method| format!("{method} {path}"))
        });
        routes.collect()
    }
}

impl Drop for StartApi {
    /// Ends SAM by a signal, because SAM then removes its containers.
    fn drop(&mut self) {
        drop(Command::new("kill").arg(self.process.id().to_string()).status());
        drop(self.process.wait());
        if let (true, Ok(mut log)) = (std::thread::panicking(), File::open(&self.log)) {
            drop(std::io::copy(&mut log, &mut std::io::stderr()));
        }
    }
}
