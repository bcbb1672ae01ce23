//! Dateline: a headless multilingual content API for newsrooms.
//!
//! Read it in this order: `values` (what is parsed once), `http` (what routes share), then each
//! feature by its `routes` and its `model`, and `app`, which puts them together.
//!
//! | who | may import |
//! |---|---|
//! | `main`, `cli`, `demo`, `worker` | everything |
//! | `app` | every feature's routes, `operations`, `openapi`, `http`, `auth`, `config`, `db`, `error`, `values` |
//! | a feature's `routes` | any feature's models; another's routes for an answer they share; `app::State`, `http`, `auth`, `db`, `document`, `projection`, `events`, `error`, `values` |
//! | a feature's model (all but its `routes`) | `schema`, `db`, `document`, `projection`, `events`, `error`, `values`; never `actix_web`, never `http` |
//! | features' models among each other | one way: `transfer` → `publishing` → `comments` → `editions` → `translations` → `articles` → `tags` → `locales` |
//! | `operations`, `openapi` | `http`, `db`, `error`, `values` |
//! | `http`, `auth` | `app::State`, `tokens` (a caller is a token), `events` (what is kept follows the log), `db`, `error`, `values` |
//! | `projection` | `document`, `db`, `error`, `values` |
//! | `document` | `error`, `values` |
//! | `events` (but for its `routes`) | `db`, `schema`, `error` |
//! | `db` | `error` |
//! | `error` | `values` |
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
pub mod publishing;
pub mod schema;
pub mod tags;
pub mod tokens;
pub mod transfer;
pub mod translations;
pub mod values;
pub mod worker;
