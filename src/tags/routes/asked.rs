//! What requests for tags say.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::http::page::{Limit, Total};
use crate::http::query;
use crate::tags::TagRef;
use crate::tags::document::TagSort;
use crate::values::fields::{Decode, Fields};
use crate::values::range::LanguageRange;

/// What `GET /v1/tags` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct ListTags {
    /// The beginning of a name or synonym, in any language.
    #[param(max_length = 100, example = "wat")]
    pub(super) q: Option<String>,
    /// Only the parts of this tag: its slug or id.
    #[param(max_length = 120, example = "transport")]
    pub(super) parent: Option<String>,
    /// The order.
    #[param(inline)]
    pub(super) sort: Option<TagSort>,
    /// The language of the names and of the counts.
    #[param(inline, value_type = Option<String>, example = "hi")]
    pub(super) locale: Option<LanguageRange>,
    /// How many a page has.
    #[param(inline)]
    pub(super) limit: Limit,
    /// Where the page begins: a `next_cursor`.
    #[param(max_length = 2000)]
    pub(super) cursor: Option<String>,
    /// `exact` counts all matches.
    #[param(inline)]
    pub(super) total: Option<Total>,
}

/// What reading one tag takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct FindTag {
    /// The language of its name and of the count.
    #[param(inline, value_type = Option<String>, example = "hi")]
    pub(super) locale: Option<LanguageRange>,
}

/// What deleting a tag takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct DeleteTag {
    /// Takes it from the articles that bear it.
    #[serde(deserialize_with = "query::flag")]
    pub(super) detach: Option<bool>,
}

/// The tag that another is merged into.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"into": "transport"}))]
pub(super) struct MergeTag {
    /// Its slug or id.
    #[schema(value_type = String, max_length = 120, example = "transport")]
    pub(super) into: TagRef,
}

impl Decode for MergeTag {
    fn decode(fields: &mut Fields<'_>) -> Self {
        MergeTag {
            into: TagRef::of(&fields.required_line("into", 120)),
        }
    }
}
