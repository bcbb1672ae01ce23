//! One computation for many who wait for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// How old a flight may be at most that one may still join: what it reads may be as old as it is.
const JOINED: Duration = Duration::from_millis(400);

/// The answers that are being made just now.
#[derive(Debug)]
pub(super) struct Flights<T> {
    open: Mutex<HashMap<String, Open<T>>>,
}

#[derive(Debug)]
struct Open<T> {
    generation: u64,
    started: Instant,
    landing: watch::Receiver<Progress<T>>,
}

/// How far a flight is: once it has landed, with what.
type Progress<T> = Option<Option<Arc<T>>>;

/// What another's flight comes to.
#[derive(Debug)]
pub(super) enum Landed<T> {
    /// This answer.
    With(Arc<T>),
    /// An error, or an answer that is not for all.
    WithNothing,
    /// Whoever led it went away.
    Never,
}

/// What to do for an answer that is not there.
pub(super) enum Turn<'a, T> {
    /// Make it.
    Lead(Flight<'a, T>),
    /// Wait until another has made it.
    Wait(watch::Receiver<Progress<T>>),
}

/// An answer being made. Whoever waits for it is told when it lands, or that it never will.
pub(super) struct Flight<'a, T> {
    flights: &'a Flights<T>,
    key: String,
    /// The generation before anything was read.
    pub(super) generation: u64,
    landing: watch::Sender<Progress<T>>,
}

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Flights {
            open: Mutex::default(),
        }
    }
}

impl<T> Flights<T> {
    /// Joins the flight to this answer if it began in this same generation; what began before a change
    /// may land with what was before it, which whoever asks after it must not see.
    pub(super) fn join(&self, key: String, generation: u64) -> Turn<'_, T> {
        let mut open = self.lock();
        if let Some(flight) = open.get(&key)
            && flight.generation == generation
            && flight.started.elapsed() < JOINED
        {
            return Turn::Wait(flight.landing.clone());
        }
        let (sender, landing) = watch::channel(None);
        let flight = Open {
            generation,
            started: Instant::now(),
            landing,
        };
        open.insert(key.clone(), flight);
        Turn::Lead(Flight {
            flights: self,
            key,
            generation,
            landing: sender,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Open<T>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Flight<'_, T> {
    /// Gives the answer to all who wait for it, or tells them that there is none for all.
    pub(super) fn land(self, answer: Option<&Arc<T>>) {
        self.landing.send_replace(Some(answer.cloned()));
    }
}

impl<T> Drop for Flight<'_, T> {
    fn drop(&mut self) {
        let mut open = self.flights.lock();
        let own = |flight: &Open<T>| flight.landing.same_channel(&self.landing.subscribe());
        if open.get(&self.key).is_some_and(own) {
            open.remove(&self.key);
        }
    }
}

/// Waits for another's flight.
pub(super) async fn landed<T>(mut landing: watch::Receiver<Progress<T>>) -> Landed<T> {
    match landing.wait_for(Option::is_some).await.as_deref() {
        Ok(Some(Some(answer))) => Landed::With(Arc::clone(answer)),
        Ok(_) => Landed::WithNothing,
        Err(_) => Landed::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(turn: &Turn<'_, u8>) -> bool {
        matches!(turn, Turn::Lead(_))
    }

    #[tokio::test]
    async fn one_makes_it_and_the_others_get_it() {
        let flights = Flights::<u8>::default();
        let Turn::Lead(first) = flights.join("a".into(), 1) else {
            panic!("nobody leads")
        };
        let Turn::Wait(second) = flights.join("a".into(), 1) else {
            panic!("two lead")
        };
        assert!(leads(&flights.join("b".into(), 1)));
        first.land(Some(&Arc::new(7)));
        assert!(matches!(landed(second).await, Landed::With(answer) if *answer == 7));
        assert!(leads(&flights.join("a".into(), 1)));
    }

    #[tokio::test]
    async fn who_asks_after_a_change_joins_no_flight_from_before_it() {
        let flights = Flights::<u8>::default();
        let old = flights.join("a".into(), 1);
        let new = flights.join("a".into(), 2);
        assert!(leads(&old) && leads(&new));
        drop(old);
        assert!(!leads(&flights.join("a".into(), 2)));
    }

    #[tokio::test]
    async fn who_waits_learns_that_it_came_to_nothing() {
        let flights = Flights::<u8>::default();
        let Turn::Lead(first) = flights.join("a".into(), 1) else {
            panic!("nobody leads")
        };
        let Turn::Wait(second) = flights.join("a".into(), 1) else {
            panic!("two lead")
        };
        first.land(None);
        assert!(matches!(landed(second).await, Landed::WithNothing));
        let first = flights.join("a".into(), 1);
        let Turn::Wait(second) = flights.join("a".into(), 1) else {
            panic!("two lead")
        };
        drop(first);
        assert!(matches!(landed(second).await, Landed::Never));
    }
}
