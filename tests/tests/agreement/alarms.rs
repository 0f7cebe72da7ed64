//! Tests that the alarms and the dashboard of the template agree with the runbook that explains them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    agree, read,
    template::{Template, text},
};

#[test]
fn every_alarm_points_to_its_section_of_the_runbook() {
    let template = Template::main();
    let runbook = read("docs/runbook.md");
    let sections = runbook.lines().filter_map(|line| line.strip_prefix("### ")).map(str::to_owned).collect();
    let alarms = template.all("AWS::CloudWatch::Alarm").map(|(id, _)| id.to_owned()).collect();
    agree("docs/runbook.md", &sections, "template.yaml", &alarms);
    for (id, alarm) in template.all("AWS::CloudWatch::Alarm") {
        let description = text(&alarm["Properties"]["AlarmDescription"]);
        let pointer = format!("See docs/runbook.md#{}", id.to_lowercase());
        assert!(description.ends_with(&pointer), "the description of {id} does not end with {pointer:?}");
    }
}

#[test]
fn every_alarm_says_what_missing_data_means_and_tells_the_operator() {
    for (id, alarm) in Template::main().all("AWS::CloudWatch::Alarm") {
        let properties = &alarm["Properties"];
        let expected = match id {
            "SweepMissingAlarm" => "breaching",
            "BounceRateAlarm" | "ComplaintRateAlarm" => "ignore",
            _ => "notBreaching",
        };
        assert_eq!(properties["TreatMissingData"], expected, "{id}");
        assert_eq!(text(&properties["AlarmActions"][1][0]), "AlarmTopic", "{id} tells nobody");
    }
}

#[test]
fn the_dashboard_shows_every_alarm() {
    let template = Template::main();
    let (_, existing) = dashboard(&template);
    let shown = existing["widgets"][0]["properties"]["alarms"].as_array().unwrap();
    let shown = shown.iter().map(|alarm| alarm.as_str().unwrap().to_owned()).collect();
    let alarms = template.all("AWS::CloudWatch::Alarm").map(|(id, _)| format!("${{{id}.Arn}}")).collect();
    agree("the dashboard", &shown, "template.yaml", &alarms);
}

#[test]
fn the_dashboard_is_json_with_and_without_published_events() {
    let (without, with) = dashboard(&Template::main());
    assert_eq!(without["widgets"].as_array().map(Vec::len), with["widgets"].as_array().map(Vec::len));
    let alarms = |dashboard: &Value| dashboard["widgets"][0]["properties"]["alarms"].as_array().unwrap().len();
    assert!(alarms(&without) < alarms(&with));
}

#[test]
fn no_two_widgets_of_the_dashboard_overlap() {
    let mut cells = BTreeSet::new();
    for widget in dashboard(&Template::main()).0["widgets"].as_array().unwrap() {
        let number = |field: &str| widget[field].as_u64().unwrap();
        let (left, top) = (number("x"), number("y"));
        assert!(left + number("width") <= 24, "a widget is wider than the dashboard: {widget}");
        for cell in (0..number("width")).flat_map(|x| (0..number("height")).map(move |y| (left + x, top + y))) {
            assert!(cells.insert(cell), "a widget covers another: {widget}");
        }
    }
}

/// The dashboard of a deployment that publishes no events, and the dashboard of a deployment that publishes events.
fn dashboard(template: &Template) -> (Value, Value) {
    const PUBLISHING: &str = "${PublishAlarms}";
    let body = &template.resource("Dashboard")["Properties"]["DashboardBody"];
    let choice = &body[1][PUBLISHING.trim_matches(['$', '{', '}'])];
    let with = |alarms: &str| serde_json::from_str(&text(&body[0]).replace(PUBLISHING, alarms)).unwrap();
    (with(text(&choice[2])), with(text(&choice[1])))
}
