//! The role by which the gateway invokes the functions, and the role's policies.

use std::fmt::Write;

use crate::gateway_operations;

/// The first letters of the functions that each policy names. The first letter of a function's name, and not the
/// function's position, decides which policy names the function, so that a new function moves no other function to
/// another policy.
const POLICIES: [(&str, [char; 2]); 4] =
    [("AToC", ['A', 'C']), ("DToK", ['D', 'K']), ("LToQ", ['L', 'Q']), ("RToZ", ['R', 'Z'])];

/// The gateway's role and the role's policies, as YAML resources of the template.
pub(crate) fn resources() -> String {
    let mut yaml = String::from(
        "  # The gateway assumes this role to invoke a function.
  GatewayRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: {Service: apigateway.amazonaws.com}
            Action: sts:AssumeRole
            Condition: {StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}}
",
    );
    for (name, letters) in POLICIES {
        let functions = functions_of(letters);
        let _ = write!(
            yaml,
            "  Invoke{name}:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref GatewayRole]
      PolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Action: lambda:InvokeFunction
            Resource:
"
        );
        for function in functions {
            let _ = writeln!(yaml, "              - !Ref {function}");
        }
    }
    yaml
}

/// The logical id of the policy that names the function.
pub(crate) fn policy_of(function: &str) -> String {
    let names = |letters: [char; 2]| function.starts_with(|letter| (letters[0]..=letters[1]).contains(&letter));
    let name = POLICIES.iter().find(|(_, letters)| names(*letters)).map_or("", |(name, _)| name);
    format!("Invoke{name}")
}

/// The functions whose names begin with one of the letters from the first to the last.
fn functions_of([first, last]: [char; 2]) -> Vec<String> {
    let names = gateway_operations().map(|operation| format!("{operation:?}"));
    names.filter(|name| name.starts_with(|letter| (first..=last).contains(&letter))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The most functions that one managed policy can name: an ARN has up to 120 characters.
    const MOST_FUNCTIONS: usize = 45;

    #[test]
    fn every_function_is_in_one_policy_and_no_policy_has_too_many() {
        let policies = POLICIES.map(|(_, letters)| functions_of(letters));
        assert_eq!(policies.iter().map(Vec::len).sum::<usize>(), gateway_operations().count());
        assert!(policies.iter().all(|functions| (1..=MOST_FUNCTIONS).contains(&functions.len())));
    }
}
