//! Answers that are kept in memory: finished bytes, for anyone who asks for the same.
//!
//! An answer is kept under what it really depends on: the parsed request and, where that could have changed
//! it, the reader's languages. Requests that were answered before lead to it directly, before anything of
//! them is parsed. What each answer is made of is known by its cache keys, and every change names the keys
//! that it touches (`events`). So an answer is good exactly while none of them has changed since it was read:
//!
//! * changes made by this node are noted at their commit, before anyone is told that they are made;
//! * changes made by others are read from the log, ten times a second, by a thread of its own (`follower`).
//!   What it knows is good for less than a second. While it cannot read, nothing that is kept is given out.
//!
//! Only what anyone may see is ever kept: no answer to a request with a token, and none but a 200.

mod flights;
mod follower;
mod marks;
mod store;

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::body::BoxBody;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, Responder};
use chrono::Utc;

use super::answer::From;
use super::coding::Coding;
use super::reply::Reply;
use crate::db::Touched;
use crate::error::Result;
use flights::{Flights, Landed, Turn, landed};
use marks::Marks;
use store::{Entry, Key, Store, Way};

pub(crate) use follower::follow;

/// For how long this node vouches for what it knows of the others' changes: less than the second that they
/// may take to be seen here.
const VOUCHED: Duration = Duration::from_millis(900);
/// How long a mark that nothing bears is kept: longer than any request takes.
const FORGOTTEN: Duration = Duration::from_secs(120);

/// The answers that this node keeps.
#[derive(Debug)]
pub struct Cache {
    store: Store,
    marks: Marks,
    flights: Flights<Entry>,
    started: Instant,
    /// Milliseconds after `started` until which it may be trusted.
    trusted_until: AtomicU64,
    /// Events of this node that are noted already.
    own: Mutex<HashSet<i64>>,
}

/// What is asked for, parsed: requests that mean the same say the same here.
#[derive(Debug)]
pub struct Asked {
    resource: String,
    languages: String,
}

/// An answer: made for this request, or kept from an earlier one.
#[derive(Debug)]
pub enum Served {
    /// Made for this request.
    Fresh(Reply),
    /// Kept.
    Kept(Kept),
}

/// An answer that is kept.
#[derive(Debug)]
pub struct Kept(Arc<Entry>, From);

impl Asked {
    /// A resource by all that decides on its answer but the reader's languages, and those.
    pub fn new(resource: String, languages: String) -> Self {
        Asked {
            resource,
            languages,
        }
    }

    /// Both together.
    fn whole(&self) -> String {
        format!("{}\n{}", self.resource, self.languages)
    }
}

impl Cache {
    /// A cache of so many megabytes; none for 0.
    pub fn new(megabytes: u32) -> Option<Arc<Self>> {
        let store = Store::new(u64::from(megabytes) << 20).filter(|_| megabytes > 0)?;
        Some(Arc::new(Cache {
            store,
            marks: Marks::default(),
            flights: Flights::default(),
            started: Instant::now(),
            trusted_until: AtomicU64::new(0),
            own: Mutex::default(),
        }))
    }

    /// Notes what a transaction of this node has changed.
    pub fn change(&self, touched: Touched) {
        self.marks.change(&touched.keys);
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.extend(touched.events);
    }

    /// The answer that is kept for a request which was answered before, told by its head alone.
    pub(super) fn recall(&self, request: &ServiceRequest) -> Option<HttpResponse<BoxBody>> {
        let headers = request.headers();
        if !matches!(*request.method(), Method::GET | Method::HEAD)
            || headers.contains_key(header::AUTHORIZATION)
            || !self.is_trusted()
        {
            return None;
        }
        let target = request.uri().path_and_query()?.as_str();
        let coding = Coding::negotiate(request)?;
        let entry = self
            .led_to(&direct(coding, target, None))
            .or_else(|| self.led_to(&direct(coding, target, Some(headers))))?;
        Some(
            entry
                .answer
                .respond(request.method(), headers, From::Memory),
        )
    }

    /// The answer to a request: the one that is kept, or else the one that `make` gives, which is kept for
    /// the next. Many who ask at once wait for one.
    ///
    /// # Errors
    /// Whatever `make` fails with.
    pub async fn serve(
        &self,
        request: &HttpRequest,
        asked: Asked,
        make: impl AsyncFnOnce() -> Result<Reply>,
    ) -> Result<Served> {
        let anonymous = !request.headers().contains_key(header::AUTHORIZATION);
        let Some(coding) = Coding::negotiate(request).filter(|_| anonymous && self.is_trusted())
        else {
            return Ok(Served::Fresh(make().await?));
        };
        let (kept, from) = loop {
            if let Some(entry) = self.find(&asked, coding) {
                break (entry, From::Memory);
            }
            match self.flights.join(asked.whole(), self.marks.now()) {
                Turn::Wait(landing) => match landed(landing).await {
                    Landed::With(entry) => break (entry, From::Database),
                    Landed::WithNothing => return Ok(Served::Fresh(make().await?)),
                    // Whoever led it has gone away: now another may.
                    Landed::Never => {}
                },
                Turn::Lead(flight) => {
                    let entry = match make().await {
                        Ok(reply) if reply.may_be_kept() => {
                            self.keep(&asked, reply, flight.generation)?
                        }
                        other => {
                            flight.land(None);
                            return other.map(Served::Fresh);
                        }
                    };
                    flight.land(Some(&entry));
                    break (entry, From::Database);
                }
            }
        };
        let kept = self.in_coding(&asked, kept, coding).await?;
        self.pave(request, &asked, &kept);
        Ok(Served::Kept(Kept(kept, from)))
    }

    /// The good answer that is kept, in this coding or in none.
    fn find(&self, asked: &Asked, coding: Coding) -> Option<Arc<Entry>> {
        let resource: Arc<str> = match self.led_to(&asked.whole()) {
            Some(entry) => resource_of(asked, &entry),
            None => asked.resource.as_str().into(),
        };
        [coding, Coding::Identity].into_iter().find_map(|coding| {
            let resource = Arc::clone(&resource);
            self.good(&Key { resource, coding })
        })
    }

    /// The good answer that this request leads to.
    fn led_to(&self, request: &str) -> Option<Arc<Entry>> {
        let way = self.store.way(request)?;
        let entry = self.good(&way.key)?;
        let still = Arc::ptr_eq(&way.made_of, &entry.made_of) || self.marks.are_good(&way.made_of);
        still.then_some(entry)
    }

    fn good(&self, key: &Key) -> Option<Arc<Entry>> {
        self.store.get(key).filter(|entry| {
            self.marks.are_good(&entry.made_of)
                && entry.good_until.is_none_or(|end| Utc::now() < end)
        })
    }

    fn keep(&self, asked: &Asked, reply: Reply, generation: u64) -> Result<Arc<Entry>> {
        let (answer, made_of, good_until) = reply.finish()?;
        let entry = Arc::new(Entry {
            made_of: Arc::new(
                self.marks
                    .made_of(made_of.iter().map(String::as_str), generation),
            ),
            answer,
            good_until,
        });
        let key = Key {
            resource: resource_of(asked, &entry),
            coding: Coding::Identity,
        };
        if entry.answer.varies_by_language {
            self.store.pave(&asked.whole(), way_to(&key, &entry));
        }
        self.store.put(key, Arc::clone(&entry));
        Ok(entry)
    }

    /// The same answer in this coding, which is kept as well.
    async fn in_coding(
        &self,
        asked: &Asked,
        entry: Arc<Entry>,
        coding: Coding,
    ) -> Result<Arc<Entry>> {
        if entry.answer.coding == coding {
            return Ok(entry);
        }
        let coded = Arc::new(Entry {
            answer: entry.answer.coded(coding).await?,
            made_of: Arc::clone(&entry.made_of),
            good_until: entry.good_until,
        });
        let key = Key {
            resource: resource_of(asked, &coded),
            coding,
        };
        self.store.put(key, Arc::clone(&coded));
        Ok(coded)
    }

    /// Lets the next request like this one be answered by its head.
    fn pave(&self, request: &HttpRequest, asked: &Asked, entry: &Entry) {
        let Some(target) = request.uri().path_and_query() else {
            return;
        };
        let coding = entry.answer.coding;
        let headers = entry.answer.varies_by_language.then(|| request.headers());
        let key = Key {
            resource: resource_of(asked, entry),
            coding,
        };
        let direct = direct(coding, target.as_str(), headers);
        self.store.pave(&direct, way_to(&key, entry));
    }

    fn is_trusted(&self) -> bool {
        self.now() < self.trusted_until.load(Ordering::Acquire)
    }

    /// Vouches for what it knows, which was all there was at this time.
    fn trust(&self, since: Instant) {
        let until = millis(since.duration_since(self.started) + VOUCHED);
        self.trusted_until.store(until, Ordering::Release);
    }

    fn now(&self) -> u64 {
        millis(self.started.elapsed())
    }
}

impl Responder for Served {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Served::Fresh(reply) => reply.respond_to(request),
            Served::Kept(Kept(entry, from)) => {
                entry
                    .answer
                    .respond(request.method(), request.headers(), from)
            }
        }
    }
}

/// The name that an answer is kept under. Where the reader's languages could have changed it, all that lead
/// to the same answer share it: its tag tells it from the others.
fn resource_of(asked: &Asked, entry: &Entry) -> Arc<str> {
    match entry.answer.varies_by_language {
        true => format!("{}\n{}", asked.resource, entry.answer.etag).into(),
        false => asked.resource.as_str().into(),
    }
}

fn way_to(key: &Key, entry: &Entry) -> Way {
    Way {
        key: key.clone(),
        made_of: Arc::clone(&entry.made_of),
    }
}

/// The name of a request by its head; with the languages it names, where they decide.
fn direct(coding: Coding, target: &str, languages: Option<&HeaderMap>) -> String {
    let mut name = String::with_capacity(target.len() + 64);
    name.push_str(coding.name().unwrap_or_default());
    name.push_str(target);
    if let Some(headers) = languages {
        name.push('\n');
        for value in headers.get_all(header::ACCEPT_LANGUAGE) {
            name.push_str(value.to_str().unwrap_or_default());
            name.push(',');
        }
    }
    name
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
