//! What readers say of an article.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::choices::Choices;
use super::facts::Person;
use super::language::{Each, Language};
use super::random::Random;
use super::rows::{Comment, Lexemes};
use super::vocabulary::Vocabulary;
use crate::comments::model::words_of;
use crate::values::markdown;

/// How many comments may stand above one.
const DEEPEST: usize = 6;

/// What is talked about.
pub(super) struct Subject {
    pub(super) article: Uuid,
    /// The languages that readers have it in, and since when.
    pub(super) editions: Choices<(Language, DateTime<Utc>)>,
    /// Whether each language has threads of its own.
    pub(super) per_locale: bool,
}

impl Subject {
    /// So many comments, each behind the one that it answers.
    pub(super) fn comments(
        &self,
        words: &Vocabulary,
        random: &mut Random,
        many: usize,
    ) -> Vec<Comment> {
        let mut comments: Vec<Comment> = Vec::with_capacity(many);
        for _ in 0..many {
            let (language, published_at) = *random.one(&self.editions);
            let parent = comments
                .get(random.below(comments.len().max(1)))
                .filter(|parent| self.may_answer(parent, language))
                .filter(|_| random.percent(60));
            let comment = self.comment(parent, language, published_at, words, random);
            comments.push(comment);
        }
        comments
    }

    fn may_answer(&self, parent: &Comment, language: Language) -> bool {
        matches!(parent.status, "approved" | "deleted")
            && parent.ancestors.len() < DEEPEST
            && (!self.per_locale || parent.locale == language.code())
    }

    fn comment(
        &self,
        parent: Option<&Comment>,
        language: Language,
        published_at: DateTime<Utc>,
        words: &Vocabulary,
        random: &mut Random,
    ) -> Comment {
        let created_at = match parent {
            Some(parent) => parent.created_at + random.minutes(1, 600),
            None => published_at + random.minutes(3, 20_000),
        };
        let status = match random.below(100) {
            0..88 => "approved",
            88..94 => "pending",
            94..96 => "rejected",
            96..99 => "spam",
            _ => "deleted",
        };
        let author = Person::any(&words.people, random);
        let body = said(parent.is_some(), status, language, words, random);
        let kept = status != "deleted";
        Comment {
            id: random.id(created_at),
            article_id: self.article,
            parent_id: parent.map(|parent| parent.id),
            ancestors: parent.map_or_else(Vec::new, |parent| {
                parent
                    .ancestors
                    .iter()
                    .copied()
                    .chain([parent.id])
                    .collect()
            }),
            locale: language.code(),
            words: Lexemes(match kept {
                true => words_of(&author.name(language), &body),
                false => vec![],
            }),
            author_name: kept.then(|| author.name(language)),
            author_email: (kept && random.percent(30)).then(|| author.email()),
            body_html: kept.then(|| markdown::comment_html(&body)),
            body: kept.then_some(body),
            status,
            created_at,
        }
    }
}

fn said(
    is_reply: bool,
    status: &str,
    language: Language,
    words: &Vocabulary,
    random: &mut Random,
) -> String {
    let remarks = &words.comments;
    let mut said: Vec<&Each<String>> = vec![];
    if status == "spam" {
        said.push(random.one(&remarks.spam));
    } else {
        said.extend(is_reply.then(|| random.one(&remarks.replies)));
        let more = random.between(usize::from(!is_reply), 2);
        said.extend(random.some(remarks.remarks.iter(), more));
    }
    let said: Vec<&str> = said
        .iter()
        .map(|pattern| pattern.of(language).as_str())
        .collect();
    said.join(if random.percent(20) { "\n\n" } else { " " })
}
