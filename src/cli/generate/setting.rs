//! Settings: the scenes that stories play in, with the passages that their bodies are made of.

use super::block::Block;
use super::facts::{Facts, Scene};
use super::language::{Each, Language};
use super::random::Random;
use super::vocabulary::Vocabulary;

/// How many paragraphs there are to choose from, and of how many sentences each.
const PARAGRAPHS: usize = 8;
const SENTENCES: usize = 4;

/// A passage in every language.
pub(super) type Passage = Each<Block>;

/// A scene, and what can be told of it.
#[derive(Debug)]
pub(super) struct Setting<'v> {
    pub(super) scene: Scene<'v>,
    paragraphs: Vec<Passage>,
    headings: Vec<Passage>,
    quote: Passage,
    list: Passage,
    corrections: Vec<Passage>,
}

impl<'v> Setting<'v> {
    pub(super) fn any(words: &'v Vocabulary, random: &mut Random) -> Self {
        let scene = Scene::any(words, random);
        let phrases = &words.phrases;
        let sentences = random.some(
            scene.beat.sentences.iter().chain(phrases.sentences.iter()),
            PARAGRAPHS * SENTENCES,
        );
        let mut facts = || Facts::any(scene, words, random);
        let paragraphs = sentences
            .chunks(SENTENCES)
            .map(|sentences| {
                let facts = facts();
                passage(|language| told(&facts, sentences, language).join(" "))
            })
            .collect();
        let (of_list, of_rest) = (facts(), facts());
        let items = random.some(phrases.items.iter(), 4);
        let quote = random.one(&phrases.quotes);
        let one_each = |patterns: Vec<&Each<String>>, mark: &str| {
            let one =
                |pattern| passage(|language| format!("{mark}{}", of_rest.tell(pattern, language)));
            patterns.into_iter().map(one).collect()
        };
        Setting {
            scene,
            paragraphs,
            headings: one_each(random.some(phrases.headings.iter(), 2), "## "),
            quote: passage(|language| {
                let speaker = scene.other.name(language);
                format!("> {}\n>\n> — {speaker}", of_rest.tell(quote, language))
            }),
            list: passage(|language| {
                format!("- {}", told(&of_list, &items, language).join("\n- "))
            }),
            corrections: one_each(random.some(phrases.corrections.iter(), 2), ""),
        }
    }

    /// A body's passages below its first paragraph: some paragraphs in any order, and now and then a
    /// heading, a quotation or a list between them.
    pub(super) fn passages(&self, random: &mut Random) -> Vec<&Passage> {
        let many = random.between(4, 8);
        let (quoted, listed) = (random.percent(40), random.percent(40));
        let mut headings = random.some(&self.headings, 2).into_iter();
        let mut passages = vec![];
        for (place, paragraph) in random.some(&self.paragraphs, many).into_iter().enumerate() {
            if place % 2 == 1 {
                passages.extend(headings.next());
            }
            passages.push(paragraph);
            match place {
                1 if quoted => passages.push(&self.quote),
                2 if listed => passages.push(&self.list),
                _ => {}
            }
        }
        passages
    }

    /// What is put below a body that was wrong.
    pub(super) fn correction(&self, random: &mut Random) -> Option<&Passage> {
        random.some(&self.corrections, 1).pop()
    }

    /// One more paragraph.
    pub(super) fn addition(&self, random: &mut Random) -> Option<&Passage> {
        random.some(&self.paragraphs, 1).pop()
    }
}

fn passage(write: impl Fn(Language) -> String) -> Passage {
    Each::new(|language| Block::new(write(language)))
}

fn told(facts: &Facts<'_>, patterns: &[&Each<String>], language: Language) -> Vec<String> {
    patterns
        .iter()
        .map(|pattern| facts.tell(pattern, language))
        .collect()
}
