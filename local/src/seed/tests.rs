use super::*;

const GOOD: &str = r#"companies:
  - id: 11111111-1111-4111-8111-111111111111
    name: Acme
    people:
      - id: 22222222-2222-4222-8222-222222222222
        email: ada@acme.example
        password: "Demo12#$"
        firstName: Ada
        role: ADMIN
    workspaces:
      - id: 33333333-3333-4333-8333-333333333333
        name: Project Alpha
        members:
          - {email: ada@acme.example, role: ADMIN}
        invitations:
          - email: bob@example.com
            role: EDITOR
            invitedBy: ada@acme.example
            hash: 44444444-4444-4444-8444-444444444444
    serviceAccounts:
      - {id: 55555555-5555-4555-8555-555555555555, name: robot, token: usher_sa_robot}
"#;

#[test]
fn a_wrong_field_is_named_with_its_line() {
    assert!(Seed::parse(GOOD).is_ok());
    for (old, new, parts) in [
        (
            "email: ada@acme.example\n        password",
            "email: ada\n        password",
            ["companies[0].people[0].email: must be", "line 5"],
        ),
        ("Demo12#$", "short", ["people[0].password", "line 5"]),
        ("firstName: Ada", "firstname: Ada", ["people[0]", "unknown field `firstname`"]),
        ("role: EDITOR", "role: OWNER", ["invitations[0].role", "ADMIN, MANAGER"]),
        ("hash: 4", "hash: x", ["invitations[0].hash", "a hash must be"]),
        ("usher_sa_robot", "robot", ["serviceAccounts[0].token", "usher_sa_"]),
        ("    name: Acme\n", "", ["companies[0]", "missing field `name`"]),
    ] {
        let message = Seed::parse(&GOOD.replacen(old, new, 1)).unwrap_err();
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }
}

#[test]
fn entries_that_contradict_each_other_are_refused_by_their_path() {
    for (old, new, message) in [
        ("role: ADMIN\n    work", "role: VIEWER\n    work", "companies[0].people: a company needs"),
        (
            "{email: ada@acme.example, role: ADMIN}",
            "{email: eve@acme.example, role: ADMIN}",
            "members[0].email: no person",
        ),
        (
            "{email: ada@acme.example, role: ADMIN}",
            "{email: ada@acme.example, role: EDITOR}",
            "members: a workspace needs",
        ),
        ("invitedBy: ada", "invitedBy: eve", "invitations[0].invitedBy: nobody"),
        ("email: bob@example.com", "email: ADA@acme.example", "invitations[0].email: it is used twice"),
        (
            "id: 55555555-5555-4555-8555-555555555555",
            "id: 22222222-2222-4222-8222-222222222222",
            "serviceAccounts[0].id",
        ),
    ] {
        let error = Seed::parse(&GOOD.replacen(old, new, 1)).unwrap_err();
        assert!(error.contains(message), "{error}");
    }
}
