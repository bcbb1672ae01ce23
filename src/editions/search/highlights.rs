//! What of an edition a query matches.
