//! What changed between two revisions, member by member and word by word.

use serde::Serialize;
use utoipa::ToSchema;

use super::revision::Revision;
use crate::values::diff::{Change, diff};

/// What changed between two revisions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Difference {
    /// The revision that it starts from; `null`: nothing, before the first.
    #[schema(minimum = 1, example = 2)]
    pub from: Option<i32>,
    /// The revision that it leads to.
    #[schema(minimum = 1, example = 3)]
    pub to: i32,
    /// The members that differ; none: the texts are the same.
    #[schema(max_items = 11)]
    pub fields: Vec<FieldChanges>,
}

/// What changed in one member.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldChanges {
    /// The member; one inside another with a dot, like `seo.title`.
    #[schema(max_length = 40, example = "body")]
    pub name: &'static str,
    /// The text from its beginning to its end: what stayed, went and came.
    #[schema(max_items = 600_000)]
    pub changes: Vec<Change>,
}

/// Which members to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// All that a save writes.
    Everything,
    /// What a translator has to follow: not the slug, not the translators' names.
    Translatable,
}

impl Difference {
    /// Compares two revisions; costs what their length costs.
    pub fn between(from: Option<&Revision>, to: &Revision, compared: Compared) -> Self {
        let before = from.map(|revision| members(revision, compared));
        let fields = members(to, compared)
            .into_iter()
            .enumerate()
            .filter_map(|(place, (name, text))| {
                let earlier = before.as_ref().and_then(|before| before.get(place));
                let earlier = earlier.map_or("", |(_, text)| text);
                (earlier != text).then(|| FieldChanges {
                    name,
                    changes: diff(earlier, &text),
                })
            })
            .collect();
        Difference {
            from: from.map(|revision| revision.number),
            to: to.number,
            fields,
        }
    }
}

fn members(revision: &Revision, compared: Compared) -> Vec<(&'static str, String)> {
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut members = vec![
        ("title", revision.title.clone()),
        ("subtitle", or_empty(&revision.subtitle)),
        ("dateline", or_empty(&revision.dateline)),
        ("summary", or_empty(&revision.summary)),
        ("body", revision.body.clone()),
        ("seo.title", or_empty(&revision.seo_title)),
        ("seo.description", or_empty(&revision.seo_description)),
        ("lead_image_alt", or_empty(&revision.lead_image_alt)),
        ("lead_image_caption", or_empty(&revision.lead_image_caption)),
    ];
    if compared == Compared::Everything {
        members.push(("slug", revision.slug.clone()));
        members.push(("translators", revision.translators.join("\n")));
    }
    members
}

#[cfg(test)]
mod tests {
    use super::{Compared, Difference};
    use crate::translations::revision::Revision;
    use crate::values::diff::Op;

    fn revision(number: i32, title: &str, body: &str) -> Revision {
        Revision {
            number,
            slug: format!("slug-{number}"),
            title: title.into(),
            subtitle: None,
            dateline: None,
            summary: None,
            excerpt: body.into(),
            body: body.into(),
            seo_title: None,
            seo_description: None,
            lead_image_alt: None,
            lead_image_caption: None,
            translators: vec![],
            digest: vec![],
            based_on_revision: None,
            segment_states: None,
        }
    }

    fn names(difference: &Difference) -> Vec<&str> {
        difference.fields.iter().map(|field| field.name).collect()
    }

    #[test]
    fn only_members_that_differ_are_listed() {
        let (one, two) = (revision(1, "A", "B"), revision(2, "A", "C"));
        let all = Difference::between(Some(&one), &two, Compared::Everything);
        assert_eq!((all.from, all.to), (Some(1), 2));
        assert_eq!(names(&all), ["body", "slug"]);
        let followed = Difference::between(Some(&one), &two, Compared::Translatable);
        assert_eq!(names(&followed), ["body"]);
    }

    #[test]
    fn the_first_revision_comes_from_nothing() {
        let first = Difference::between(None, &revision(1, "A", ""), Compared::Translatable);
        assert_eq!(first.from, None);
        assert_eq!(names(&first), ["title"]);
        assert!(
            first
                .fields
                .iter()
                .flat_map(|field| &field.changes)
                .all(|change| change.op == Op::Insert)
        );
    }
}
