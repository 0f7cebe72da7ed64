use std::time::Duration;

use shared::domain::{SystemClock, SystemRandom};

use super::*;

fn ses(rate: u32) -> Arc<Ses> {
    Arc::new(Ses {
        sender: "usher@example.com".to_owned(),
        sending_rate: SendingRate::new(rate),
        mailbox: Arc::default(),
        functions: None,
        faults: Arc::default(),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
    })
}

fn bulk(addresses: &[&str]) -> Value {
    let entries: Vec<_> = addresses
        .iter()
        .map(|address| {
            let data = json!({"name": address}).to_string();
            json!({
                "Destination": {"ToAddresses": [address]},
                "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": data}},
            })
        })
        .collect();
    json!({
        "FromEmailAddress": "\"Usher\" <usher@example.com>",
        "DefaultContent": {"Template": {
            "TemplateContent": {"Subject": "{{s}}", "TextPart": "{{name}}", "Html": "<b>{{name}}</b>"},
            "TemplateData": "{\"s\": \"Hello\"}",
        }},
        "BulkEmailEntries": entries,
    })
}

async fn send(ses: &Arc<Ses>, request: &Value) -> Result<Vec<Value>, (u16, &'static str)> {
    let answer = send_bulk_email(State(Arc::clone(ses)), Ok(request.to_string().into())).await;
    let Json(mut answer) = answer.map_err(|refusal| (refusal.status.as_u16(), refusal.name))?;
    Ok(answer["BulkEmailEntryResults"].as_array_mut().unwrap().split_off(0))
}

fn statuses(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["Status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_entry_of_a_bulk_call_has_a_status_of_its_own() {
    let ses = ses(500);
    let mut request = bulk(&["ann@example.com", "nobody", "bob@example.com", "cat@example.com", "dö@example.com"]);
    request["BulkEmailEntries"][2]["ReplacementEmailContent"] = json!({});
    request["BulkEmailEntries"][3]["ReplacementEmailContent"]["ReplacementTemplate"]["ReplacementTemplateData"] =
        json!("{");
    let results = send(&ses, &request).await.unwrap();
    assert_eq!(
        statuses(&results),
        ["SUCCESS", "INVALID_PARAMETER", "FAILED", "INVALID_PARAMETER", "INVALID_PARAMETER"]
    );
    assert!(results[0]["MessageId"].as_str().unwrap().ends_with("-000000"));
    assert!(results[2]["Error"].as_str().unwrap().contains("'name'"));
    assert_eq!(ses.mailbox.accepted(), 1);
}

#[tokio::test]
async fn the_simulators_addresses_are_accepted() {
    let names = ["success", "bounce", "complaint", "suppressionlist", "bounce+label"];
    let addresses = names.map(|name| format!("{name}@simulator.amazonses.com"));
    let results = send(&ses(500), &bulk(&addresses.each_ref().map(String::as_str))).await.unwrap();
    assert_eq!(statuses(&results), ["SUCCESS"; 5]);
}

#[tokio::test]
async fn a_fault_of_one_recipient_leaves_the_others_alone() {
    let ses = ses(500);
    let fault = json!({"action": "ses:SendBulkEmail", "address": "bob@example.com", "status": "TRANSIENT_FAILURE"});
    ses.faults.queue(fault).unwrap();
    let request = bulk(&["ann@example.com", "Bob@example.com"]);
    assert_eq!(statuses(&send(&ses, &request).await.unwrap()), ["SUCCESS", "TRANSIENT_FAILURE"]);
    assert_eq!(statuses(&send(&ses, &request).await.unwrap()), ["SUCCESS", "SUCCESS"]);
}

#[tokio::test]
async fn a_call_that_breaks_sess_rules_is_refused_whole() {
    let ses = ses(500);
    let many: Vec<_> = (0..51).map(|number| format!("a{number}@example.com")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    assert_eq!(send(&ses, &bulk(&many)).await, Err((400, "BadRequestException")));
    assert!(send(&ses, &bulk(&many[..50])).await.is_ok());
    assert_eq!(send(&ses, &bulk(&[])).await, Err((400, "BadRequestException")));
    assert_eq!(send(&ses, &json!({})).await, Err((400, "BadRequestException")));
    let mut stored = bulk(&["ann@example.com"]);
    stored["DefaultContent"]["Template"] = json!({"TemplateName": "invitation"});
    assert_eq!(send(&ses, &stored).await, Err((400, "BadRequestException")));
    assert_eq!(ses.mailbox.accepted(), 50);
}

#[tokio::test]
async fn each_entry_of_a_bulk_call_reports_that_the_sender_is_not_verified() {
    let ses = ses(500);
    ses.faults.queue(json!({"action": "ses:SendBulkEmail", "fault": "unverifiedSender"})).unwrap();
    let own = bulk(&["ann@example.com", "bob@example.com"]);
    let mut foreign = own.clone();
    foreign["FromEmailAddress"] = json!("Usher <usher@else.example>");
    for (request, sender) in [(&own, "usher@example.com"), (&foreign, "usher@else.example")] {
        let results = send(&ses, request).await.unwrap();
        assert_eq!(statuses(&results), ["MESSAGE_REJECTED"; 2]);
        assert!(results[1]["Error"].as_str().unwrap().contains(sender), "{results:?}");
    }
    assert_eq!(ses.mailbox.accepted(), 0);
    assert_eq!(statuses(&send(&ses, &own).await.unwrap()), ["SUCCESS"; 2]);

    let request = json!({
        "FromEmailAddress": "usher@else.example",
        "Destination": {"ToAddresses": ["ann@example.com"]},
        "Content": {"Simple": {"Subject": {"Data": "Hi"}, "Body": {"TextPart": {"Data": "text"}}}},
    });
    let refused = send_email(State(Arc::clone(&ses)), Ok(request.to_string().into())).await.unwrap_err();
    assert_eq!(refused.name, "MessageRejected");
}

#[tokio::test]
async fn calls_above_the_sending_rate_are_refused_until_time_has_passed() {
    let ses = ses(2);
    let request = bulk(&["ann@example.com", "bob@example.com"]);
    assert!(send(&ses, &request).await.is_ok());
    assert_eq!(send(&ses, &request).await, Err((429, "TooManyRequestsException")));
    let later = Instant::now() + Duration::from_secs(1);
    assert!(ses.sending_rate.take(2, later).is_ok());
    assert!(ses.sending_rate.take(1, later).is_err());
}

#[tokio::test]
async fn a_single_mail_goes_to_each_of_its_recipients() {
    let ses = ses(500);
    let mut request = json!({
        "FromEmailAddress": "usher@example.com",
        "Destination": {"ToAddresses": ["ann@example.com"], "BccAddresses": ["Bob <bob@example.com>"]},
        "Content": {"Simple": {"Subject": {"Data": "Hi"}, "Body": {"TextPart": {"Data": "text", "Charset": "UTF-8"}}}},
    });
    let send = |request: &Value| send_email(State(Arc::clone(&ses)), Ok(request.to_string().into()));
    assert!(send(&request).await.unwrap().0["MessageId"].is_string());
    assert_eq!(ses.mailbox.accepted(), 2);
    request["Destination"] = json!({"ToAddresses": ["ann"]});
    assert_eq!(send(&request).await.unwrap_err().name, "BadRequestException");
    request["Destination"] = json!({});
    assert_eq!(send(&request).await.unwrap_err().name, "BadRequestException");
}

#[tokio::test]
async fn a_letter_to_one_address_is_refused_as_often_as_asked() {
    let ses = ses(500);
    let fault = json!({"action": "ses:SendEmail", "address": "ann@example.com", "status": "MESSAGE_REJECTED"});
    ses.faults.queue(fault).unwrap();
    let send = |to: &str| {
        let request = json!({
            "FromEmailAddress": "usher@example.com",
            "Destination": {"ToAddresses": [to]},
            "Content": {"Simple": {"Subject": {"Data": "Hi"}, "Body": {"TextPart": {"Data": "text"}}}},
        });
        send_email(State(Arc::clone(&ses)), Ok(request.to_string().into()))
    };
    assert!(send("bob@example.com").await.is_ok());
    assert_eq!(send("ann@example.com").await.unwrap_err().name, "MessageRejected");
    assert!(send("ann@example.com").await.is_ok());
}

#[tokio::test]
async fn the_account_has_its_quota() {
    let Json(account) = get_account(State(ses(14))).await;
    assert_eq!(account["SendQuota"], json!({"Max24HourSend": 1e6, "MaxSendRate": 14.0, "SentLast24Hours": 0}));
    assert_eq!((&account["SendingEnabled"], &account["EnforcementStatus"]), (&json!(true), &json!("HEALTHY")));
}
