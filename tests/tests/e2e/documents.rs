//! Runs the commands of the documents as the documents print them.

use std::{fs, time::Duration};

use tests::Endpoint;
use tokio::{process::Command, time::timeout};

/// The longest time that the commands of one document may take.
const PATIENCE: Duration = Duration::from_mins(3);

/// The address of the local stack that the documents' commands use.
const PRINTED: &str = "http://127.0.0.1:9000";

#[tokio::test]
#[ignore = "needs bash, curl and grep; see CONTRIBUTING.md"]
async fn the_commands_of_each_document_are_answered_as_printed() {
    let readme = read("README.md");
    let (first_steps, _) = readme.split_once("### 3.").unwrap();
    for (path, before) in [
        ("README.md", ""),
        ("docs/api.md", ""),
        ("docs/dock.md", first_steps),
        ("docs/hexabase.md", ""),
        ("docs/smart-documentor.md", ""),
    ] {
        let document = read(path);
        let usher = Endpoint::own(&[]).await;
        let commands = format!("{}{}", commands(before), commands(&document)).replace(PRINTED, usher.url());
        let shell = Command::new("bash").args(["-eu", "-c", &commands]).kill_on_drop(true).output();
        let output = timeout(PATIENCE, shell).await.unwrap_or_else(|_| panic!("{path} takes too long")).unwrap();
        let output_text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{path}: {output_text}{}", String::from_utf8_lossy(&output.stderr));
        // The commands must cause exactly the refusals that the document shows.
        assert_eq!(refusals(&output_text), refusals(&shown(&document)), "{path}: {output_text}");
        usher.stop().await;
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The code blocks of a document that contain commands.
fn commands(document: &str) -> String {
    blocks(document).filter_map(|block| block.strip_prefix("bash\n")).collect()
}

/// The code blocks of a document that show the service's answers.
fn shown(document: &str) -> String {
    blocks(document).filter(|block| !block.starts_with("bash\n")).collect()
}

fn blocks(document: &str) -> impl Iterator<Item = &str> {
    document.split("```").skip(1).step_by(2)
}

/// The HTTP statuses of refusals, which the output shows in brackets after each answer, in order.
fn refusals(text: &str) -> Vec<&str> {
    let statuses = text.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(status, _)| status);
    statuses.filter(|status| status.len() == 3 && status.starts_with(['4', '5'])).collect()
}
