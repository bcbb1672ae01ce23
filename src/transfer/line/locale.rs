//! A language on a line.

use chrono::{DateTime, Utc};

use crate::locales::NewLocale;
use crate::values::fields::{Decode, Fields};
use crate::values::locale::Locale;

/// A language.
#[derive(Debug, Clone, PartialEq)]
pub struct LocaleLine {
    /// Its tag; none only where that is a fault.
    pub code: Option<Locale>,
    /// Its settings.
    pub settings: NewLocale,
    /// When it was added.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: Option<DateTime<Utc>>,
}

impl Decode for LocaleLine {
    fn decode(fields: &mut Fields<'_>) -> Self {
        fields.demand("code");
        LocaleLine {
            code: fields.parsed("code", "malformed_locale"),
            settings: NewLocale::decode(fields),
            created_at: fields.time("created_at"),
            updated_at: fields.time("updated_at"),
        }
    }
}
