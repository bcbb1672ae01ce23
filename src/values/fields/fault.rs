//! What is wrong with a member.

use serde::Serialize;
use utoipa::ToSchema;

/// One fault of a request body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// Where it is: a JSON pointer (RFC 6901).
    #[schema(max_length = 1000, example = "/title")]
    pub pointer: String,
    /// What kind of fault it is, for programs.
    #[schema(value_type = String, max_length = 40, example = "too_long")]
    pub code: &'static str,
    /// What is wrong, for people.
    #[schema(max_length = 1000, example = "takes at most 300 characters, has 412")]
    pub detail: String,
}

impl Fault {
    /// A fault at a JSON pointer.
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Fault {
            pointer: pointer.into(),
            code,
            detail: detail.into(),
        }
    }
}
