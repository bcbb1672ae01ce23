//! Values that are parsed once and valid for ever after. Pure: no HTTP, no database.

pub mod address;
pub mod blocked;
pub mod cipher;
pub mod diff;
pub mod fields;
pub mod language;
pub mod locale;
pub mod markdown;
pub mod merge_patch;
pub mod negotiation;
pub mod network;
pub mod range;
pub mod rate;
pub mod scope;
pub mod seal;
pub mod search;
pub mod secret;
pub mod slug;
pub mod text;
pub mod time;
pub mod xliff;
pub mod xml;
