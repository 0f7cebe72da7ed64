//! The contracts of Usher. Each contract is the API of a vendor or our own API, with request formats and error bodies
//! of its own.

use lambda_http::{Body, Response};
use schemars::{Schema, SchemaGenerator};

use crate::{
    contracts::{datagol, dock, hexabase, smart_documentor, usher},
    vocabulary::Failure,
};

/// A contract: a vendor's API, or our own API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Contract {
    /// The contract that is DataGOL's API.
    DataGol,
    /// The contract that is SmartDocumentor's API.
    SmartDocumentor,
    /// The contract that is Dock's API.
    Dock,
    /// The contract that is Hexabase's API.
    Hexabase,
    /// The contract that is our own API, under `/api/v1`.
    Usher,
}

impl Contract {
    /// All contracts, in the order of the reference page.
    pub const ALL: [Self; 5] = [Self::DataGol, Self::Dock, Self::SmartDocumentor, Self::Hexabase, Self::Usher];

    /// The contract's name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::DataGol => "DataGOL",
            Self::SmartDocumentor => "SmartDocumentor",
            Self::Dock => "Dock",
            Self::Hexabase => "Hexabase",
            Self::Usher => "Usher",
        }
    }

    /// What the contract covers, as a sentence for the reference page.
    pub const fn about(self) -> &'static str {
        match self {
            Self::DataGol => "DataGOL's contract: sign-up, workspaces, service accounts and many invitations at once.",
            Self::SmartDocumentor => "SmartDocumentor's contract: client credentials, integer ids, all or nothing.",
            Self::Dock => "Dock's contract: workspace users, workspaces and domains. All routes need a company admin.",
            Self::Hexabase => "Hexabase's contract: workspaces, their groups and users.",
            Self::Usher => {
                "Our own surface: the invitation's whole life, the pages behind its links, and this description."
            }
        }
    }

    /// The schema of the body of the contract's refusals.
    pub(crate) fn problem(self, generator: &mut SchemaGenerator) -> Schema {
        match self {
            Self::DataGol => generator.subschema_for::<datagol::errors::DataGolProblem>(),
            Self::SmartDocumentor => generator.subschema_for::<smart_documentor::errors::SmartDocumentorProblem>(),
            Self::Dock => generator.subschema_for::<dock::errors::DockProblem>(),
            Self::Hexabase => generator.subschema_for::<hexabase::errors::HexabaseProblem>(),
            Self::Usher => generator.subschema_for::<usher::errors::UsherProblem>(),
        }
    }

    /// The name of the contract's folder in `contracts/` and in `events/`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DataGol => "datagol",
            Self::SmartDocumentor => "smart_documentor",
            Self::Dock => "dock",
            Self::Hexabase => "hexabase",
            Self::Usher => "usher",
        }
    }

    /// The contract in whose error format a request to an unknown path is refused.
    pub fn of_path(path: &str) -> Self {
        let mut segments = path.split('/').skip(1);
        match (segments.next().unwrap_or_default(), segments.next()) {
            ("idp" | "noCo", _) => Self::DataGol,
            ("connect", _) | ("api", Some("v1.0")) => Self::SmartDocumentor,
            ("v1", _) => Self::Dock,
            ("api", Some("v0")) => Self::Hexabase,
            _ => Self::Usher,
        }
    }

    /// The response to a failed request, in the contract's error format.
    pub(crate) fn render(self, failure: &Failure, trace_id: &str) -> Response<Body> {
        match self {
            Self::DataGol => datagol::errors::render(failure, trace_id),
            Self::SmartDocumentor => smart_documentor::errors::render(failure, trace_id),
            Self::Dock => dock::errors::render(failure, trace_id),
            Self::Hexabase => hexabase::errors::render(failure, trace_id),
            Self::Usher => usher::errors::render(failure, trace_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_path_is_refused_in_the_format_of_its_contract() {
        for (path, contract) in [
            ("/idp/x", Contract::DataGol),
            ("/noCo", Contract::DataGol),
            ("/connect/x", Contract::SmartDocumentor),
            ("/api/v1.0/external", Contract::SmartDocumentor),
            ("/api/v0/x", Contract::Hexabase),
            ("/api/v1/x", Contract::Usher),
            ("/", Contract::Usher),
        ] {
            assert_eq!(Contract::of_path(path), contract, "{path}");
        }
    }
}
