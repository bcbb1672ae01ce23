//! What a sentence says: who, where, when and how many.

use super::language::{Each, Language};
use super::random::Random;
use super::vocabulary::{Beat, People, Place, Thing, Vocabulary};

/// Somebody.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person<'v> {
    given: &'v (String, String),
    family: &'v (String, String),
}

impl<'v> Person<'v> {
    pub(super) fn any(people: &'v People, random: &mut Random) -> Self {
        Person {
            given: random.one(&people.given),
            family: random.one(&people.family),
        }
    }

    /// The name in the letters of a language.
    pub(super) fn name(&self, language: Language) -> String {
        match language {
            Language::English => format!("{} {}", self.given.0, self.family.0),
            Language::Hindi | Language::Marathi => format!("{} {}", self.given.1, self.family.1),
        }
    }

    /// An address that leads nowhere (RFC 2606).
    pub(super) fn email(&self) -> String {
        format!("{}.{}@readers.example", self.given.0, self.family.0).to_lowercase()
    }
}

/// What goes on somewhere, and who has to do with it: many stories are about the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'v> {
    pub(super) beat: &'v Beat,
    pub(super) thing: &'v Thing,
    pub(super) place: &'v Place,
    public_body: &'v Each<String>,
    role: &'v Each<String>,
    person: Person<'v>,
    pub(super) other: Person<'v>,
}

impl<'v> Scene<'v> {
    pub(super) fn any(words: &'v Vocabulary, random: &mut Random) -> Self {
        let beat = random.ranked(&words.beats);
        Scene {
            beat,
            thing: random.ranked(&beat.things),
            place: random.ranked(&words.places),
            public_body: random.one(&beat.bodies),
            role: random.one(&beat.roles),
            person: Person::any(&words.people, random),
            other: Person::any(&words.people, random),
        }
    }
}

/// A scene at a time, with its numbers.
#[derive(Debug)]
pub(super) struct Facts<'v> {
    scene: Scene<'v>,
    day: &'v Each<String>,
    month: &'v Each<String>,
    few: usize,
    hundreds: usize,
    crore: usize,
    percent: usize,
}

impl<'v> Facts<'v> {
    pub(super) fn any(scene: Scene<'v>, words: &'v Vocabulary, random: &mut Random) -> Self {
        Facts {
            scene,
            day: random.one(&words.calendar.days),
            month: random.one(&words.calendar.months),
            few: random.between(2, 9),
            hundreds: random.between(110, 980),
            crore: random.between(2, 95),
            percent: random.between(11, 89),
        }
    }

    /// A pattern with these facts in it, beginning with a capital letter.
    pub(super) fn tell(&self, pattern: &Each<String>, language: Language) -> String {
        let mut text = String::new();
        let mut rest = pattern.of(language).as_str();
        while let Some((before, name, after)) = next_name(rest) {
            text.push_str(before);
            text.push_str(&self.named(name, language));
            rest = after;
        }
        text.push_str(rest);
        capitalised(&text)
    }

    fn named(&self, name: &str, language: Language) -> String {
        let scene = &self.scene;
        match name {
            "thing" => scene.thing.name.of(language).clone(),
            "place" => scene.place.name.of(language).clone(),
            "in" => scene.place.r#in.clone(),
            "public_body" => scene.public_body.of(language).clone(),
            "role" => scene.role.of(language).clone(),
            "person" => scene.person.name(language),
            "other" => scene.other.name(language),
            "day" => self.day.of(language).clone(),
            "month" => self.month.of(language).clone(),
            "few" => self.few.to_string(),
            "hundreds" => self.hundreds.to_string(),
            "crore" => self.crore.to_string(),
            "percent" => self.percent.to_string(),
            other => format!("{{{other}}}"),
        }
    }
}

fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

fn capitalised(text: &str) -> String {
    let Some(at) = text.find(char::is_alphanumeric) else {
        return text.to_owned();
    };
    let (before, rest) = text.split_at(at);
    let mut letters = rest.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{before}{first}{}", letters.as_str())
}
