//! The service from outside: over a real socket, on a real PostgreSQL.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests may fail"
)]

mod app;
mod architecture;
mod articles;
mod audit;
mod auth;
mod bans;
mod browser;
mod cache;
mod cli;
mod client;
mod comment_form;
mod comments;
mod concurrency;
mod conventions;
mod described;
mod discussion;
mod dry_run;
mod embeds;
mod events;
mod exports;
mod feeds;
mod generate;
mod highlights;
mod hostile;
mod idempotency;
mod import_command;
mod imports;
mod jsonld;
mod lists;
mod locales;
mod make;
mod moderation;
mod negotiation;
mod notices;
mod openapi;
mod outage;
mod postgres;
mod posting;
mod previews;
mod privacy;
mod process;
mod reactions;
mod related;
mod reports;
mod revisions;
mod schedules;
mod search;
mod search_recall;
mod search_words;
mod sitemaps;
mod slugs;
mod staleness;
mod suggest;
mod tags;
mod tokens;
mod translations;
mod tree;
mod webdriver;
mod wordpress;
mod workflow;
mod workflow_model;
mod worklist;
mod xliff;
