//! The form that a comment is written in. Who sends a comment has had it for a while; a program that sends many
//! seldom asks for it, and does not wait.

use chrono::{DateTime, Duration, TimeZone, Utc};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::values::seal::Seal;

/// What forms are sealed for.
const PURPOSE: &str = "form";
/// How long one lasts.
const LASTS: Duration = Duration::hours(24);

/// A form that was given out: for which article, and when. It is sealed, not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormToken {
    article: Uuid,
    /// To the millisecond.
    issued_at: DateTime<Utc>,
}

impl FormToken {
    /// One for this article from now on.
    pub fn new(article: Uuid, now: DateTime<Utc>) -> Self {
        let milliseconds = Utc.timestamp_millis_opt(now.timestamp_millis());
        FormToken {
            article,
            issued_at: milliseconds.single().unwrap_or(now),
        }
    }

    /// Until when it is taken.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.issued_at + LASTS
    }

    /// The text that stands for it.
    pub fn seal(&self, seal: &Seal) -> String {
        let mut payload = self.article.as_bytes().to_vec();
        payload.extend_from_slice(&self.issued_at.timestamp_millis().to_be_bytes());
        seal.seal(PURPOSE, &payload)
    }

    /// Lets pass a form of this article that was given out so long ago at least.
    ///
    /// # Errors
    /// 422 for `/form_token`: `invalid` when it is damaged, made up or another article's, `too_soon`, `expired`.
    pub fn check(
        seal: &Seal,
        text: &str,
        article: Uuid,
        now: DateTime<Utc>,
        minimum: Duration,
    ) -> Result<()> {
        let fault = |code, detail: String| Err(Error::fault("/form_token", code, detail));
        let form = FormToken::read(seal, text).filter(|form| form.article == article);
        let Some(form) = form else {
            return fault("invalid", "takes the form_token of this article".into());
        };
        if now >= form.expires_at() {
            return fault("expired", "takes a form_token for 24 hours".into());
        }
        // Without a minimum it is no matter that another node's clock is ahead.
        if !minimum.is_zero() && now < form.issued_at + minimum {
            let seconds = minimum.num_seconds();
            let detail = format!("takes a form_token after {seconds} seconds");
            return fault("too_soon", detail);
        }
        Ok(())
    }

    fn read(seal: &Seal, text: &str) -> Option<Self> {
        let payload = seal.open(PURPOSE, text)?;
        let (article, rest) = payload.split_first_chunk::<16>()?;
        let (issued_at, _) = rest.split_first_chunk::<8>()?;
        let issued_at = Utc.timestamp_millis_opt(i64::from_be_bytes(*issued_at));
        Some(FormToken {
            article: Uuid::from_bytes(*article),
            issued_at: issued_at.single()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The code that a check ends with.
    fn checked(text: &str, article: Uuid, now: DateTime<Utc>, minimum: i64) -> &'static str {
        let minimum = Duration::seconds(minimum);
        let checked = FormToken::check(&Seal::new(b"key"), text, article, now, minimum);
        checked.err().map_or("taken", |error| {
            let faults = error.into_problem().faults;
            assert!(faults.iter().all(|fault| fault.pointer == "/form_token"));
            faults.first().map_or("no fault", |fault| fault.code)
        })
    }

    #[test]
    fn a_form_is_taken_after_a_while_and_for_a_day() {
        let (article, now) = (Uuid::now_v7(), Utc::now());
        let form = FormToken::new(article, now);
        let text = form.seal(&Seal::new(b"key"));
        assert_eq!(checked(&text, article, now, 0), "taken");
        assert_eq!(checked(&text, article, now, 3), "too_soon");
        let after = |milliseconds| form.issued_at + Duration::milliseconds(milliseconds);
        assert_eq!(checked(&text, article, after(2999), 3), "too_soon");
        assert_eq!(checked(&text, article, after(3000), 3), "taken");
        let day = 24 * 3600 * 1000;
        assert_eq!(checked(&text, article, after(day - 1), 3), "taken");
        assert_eq!(checked(&text, article, after(day), 3), "expired");
        assert_eq!(form.expires_at(), after(day));
        // A node whose clock is ahead has given it out.
        assert_eq!(checked(&text, article, after(-2000), 0), "taken");
        assert_eq!(checked(&text, article, after(-2000), 3), "too_soon");
    }

    #[test]
    fn a_form_is_that_of_one_article() {
        let (article, now) = (Uuid::now_v7(), Utc::now());
        let text = FormToken::new(article, now).seal(&Seal::new(b"key"));
        assert_eq!(checked(&text, Uuid::now_v7(), now, 0), "invalid");
        let forged = FormToken::new(article, now).seal(&Seal::new(b"other"));
        let other = Seal::new(b"key").seal("notice", &[0; 24]);
        let short = Seal::new(b"key").seal(PURPOSE, &[0; 8]);
        for text in ["", "x", &forged, &other, &short, &text[1..]] {
            assert_eq!(checked(text, article, now, 0), "invalid", "{text}");
        }
    }
}
