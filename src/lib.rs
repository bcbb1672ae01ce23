//! Dateline: a headless multilingual content API for newsrooms.
//!
//! Read it in this order: `values` (what is parsed once), `http` (what routes share), then each
//! feature by its `routes` and its `model`, and `app`, which puts them together.
//!
//! | who | may import |
//! |---|---|
//! | `main`, `cli` | everything |
//! | `app` | every feature's routes, `http`, `auth`, `openapi` |
//! | a feature's `routes` | models, `http`, `auth`, `error`, `values`, `events` |
//! | a feature's `model` | `schema`, `db`, `error`, `values`, `events`; never `actix_web`, never `http` |
//! | features among each other | models only, one way: `comments` → `editions` → `translations` → `articles` → `tags` → `locales` |
//! | `http`, `auth` | `error`, `db`, `values` |
//! | `values` | nothing of ours |

pub mod app;
pub mod articles;
pub mod auth;
pub mod cli;
pub mod comments;
pub mod config;
pub mod db;
pub mod demo;
pub mod document;
pub mod editions;
pub mod error;
pub mod events;
pub mod http;
pub mod locales;
pub mod openapi;
pub mod operations;
pub mod projection;
pub mod schema;
pub mod tags;
pub mod tokens;
pub mod translations;
pub mod values;
