//! What becomes of a text: its revisions, its state and when readers got it.

use chrono::{DateTime, Duration, Utc};

use super::random::Random;
use crate::translations::Status;

/// How long ahead what is scheduled is scheduled: it is not to happen in anybody's benchmark.
const AHEAD: Duration = Duration::days(30 * 365);

/// How a text fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// Readers have its only revision.
    Published,
    /// Readers have its second revision.
    Corrected,
    /// Readers have the first, and a second is being written.
    Reworked,
    Draft,
    InReview,
    Scheduled,
    /// Readers had it.
    Archived,
    /// Readers had it, and it is being written again.
    Withdrawn,
    /// There is none.
    Missing,
}

/// Every twenty-fifth article is nothing that readers have. One after the other fares like this.
const UNSEEN: [Course; 5] = [
    Course::Draft,
    Course::InReview,
    Course::Scheduled,
    Course::Archived,
    Course::Withdrawn,
];

/// So does every thirty-third translation of the others, or there is none.
const UNTRANSLATED: [Course; 6] = [
    Course::Missing,
    Course::Draft,
    Course::InReview,
    Course::Scheduled,
    Course::Archived,
    Course::Withdrawn,
];

impl Course {
    /// How the source of an article fares. The first articles all fare well, so that however many there
    /// are, at least nine in ten are published in each language.
    pub(super) fn of_source(article: usize) -> Self {
        let unseen = article % 25 == 24;
        match article {
            n if unseen => turn(&UNSEEN, n / 25),
            n if n % 12 == 5 => Course::Corrected,
            n if n % 40 == 17 => Course::Reworked,
            _ => Course::Published,
        }
    }

    /// How a translation of it fares, the first or the second.
    pub(super) fn of_translation(article: usize, which: usize, random: &mut Random) -> Self {
        let source = Course::of_source(article);
        let unlucky = article % 33 == if which == 0 { 20 } else { 31 };
        match source {
            Course::Archived | Course::Withdrawn => source,
            _ if !source.is_live() && random.percent(30) => Course::Draft,
            _ if !source.is_live() => Course::Missing,
            _ if unlucky => turn(&UNTRANSLATED, article / 33 + which),
            // The others are stale.
            Course::Corrected if random.percent(60) => Course::Corrected,
            _ if article % 50 == 7 + which => Course::Reworked,
            _ => Course::Published,
        }
    }

    /// Whether readers have it.
    pub(super) fn is_live(self) -> bool {
        matches!(
            self,
            Course::Published | Course::Corrected | Course::Reworked
        )
    }

    fn was_live(self) -> bool {
        self.is_live() || matches!(self, Course::Archived | Course::Withdrawn)
    }

    fn status(self, random: &mut Random) -> Status {
        match self {
            Course::Published | Course::Corrected => Status::Published,
            Course::Reworked if random.percent(50) => Status::InReview,
            Course::Scheduled => Status::Scheduled,
            Course::InReview => Status::InReview,
            Course::Archived => Status::Archived,
            Course::Reworked | Course::Draft | Course::Withdrawn | Course::Missing => Status::Draft,
        }
    }
}

fn turn(courses: &[Course], which: usize) -> Course {
    let mut turns = courses.iter().cycle().skip(which % courses.len().max(1));
    turns.next().copied().unwrap_or(Course::Draft)
}

/// Words, as they were saved.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) saved_at: DateTime<Utc>,
    /// When readers first got it.
    pub(super) published_at: Option<DateTime<Utc>>,
    /// The source's version that it follows.
    pub(super) based_on: Option<i32>,
}

/// All that became of a text.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) course: Course,
    pub(super) status: Status,
    pub(super) first: Version,
    pub(super) second: Option<Version>,
    pub(super) publish_at: Option<DateTime<Utc>>,
}

impl Life {
    /// The life of a text begun at this time; of a translation when there is a source.
    pub(super) fn new(
        course: Course,
        begun_at: DateTime<Utc>,
        source: Option<&Life>,
        random: &mut Random,
    ) -> Self {
        let published_at = begun_at + random.minutes(20, 300);
        let first = Version {
            saved_at: begun_at,
            published_at: course.was_live().then_some(published_at),
            based_on: source.map(|_| 1),
        };
        let second = matches!(course, Course::Corrected | Course::Reworked).then(|| {
            let corrected = source.and_then(|source| source.corrected_at());
            let saved_at = corrected.map_or(published_at, |at| at.max(published_at))
                + random.minutes(30, 2000);
            Version {
                saved_at,
                published_at: (course == Course::Corrected)
                    .then(|| saved_at + random.minutes(2, 30)),
                based_on: source.map(|_| if corrected.is_some() { 2 } else { 1 }),
            }
        });
        Life {
            course,
            status: course.status(random),
            first,
            second,
            publish_at: (course == Course::Scheduled).then_some(begun_at + AHEAD),
        }
    }

    fn corrected_at(&self) -> Option<DateTime<Utc>> {
        self.second.as_ref().and_then(|second| second.published_at)
    }

    /// Every version with its number.
    pub(super) fn versions(&self) -> impl Iterator<Item = (i32, &Version)> {
        (1..).zip(std::iter::once(&self.first).chain(&self.second))
    }

    pub(super) fn newest(&self) -> &Version {
        self.second.as_ref().unwrap_or(&self.first)
    }

    /// The number of the version that readers have, and since when.
    pub(super) fn published(&self) -> Option<(i32, DateTime<Utc>)> {
        self.versions()
            .filter(|_| self.course.is_live())
            .filter_map(|(number, version)| Some((number, version.published_at?)))
            .last()
    }

    /// How often it was saved or published.
    pub(super) fn changes(&self) -> i64 {
        let published = |version: &Version| i64::from(version.published_at.is_some());
        self.versions()
            .map(|(_, version)| 1 + published(version))
            .sum()
    }

    /// When it was last saved or published.
    pub(super) fn updated_at(&self) -> DateTime<Utc> {
        let newest = self.newest();
        newest.published_at.unwrap_or(newest.saved_at)
    }

    /// Since when readers of the source have a newer text than the one that this follows.
    pub(super) fn stale_since(&self, source: &Life) -> Option<DateTime<Utc>> {
        let follows = self.newest().based_on?;
        source
            .versions()
            .filter(|(number, _)| *number > follows)
            .find_map(|(_, version)| version.published_at)
    }
}
