//! The elements of the core: what each has and holds (XLIFF 2.1, 4.2, and its `xliff_core_2.0.xsd`).

use super::lexical::{Kind, YES_NO};

/// An attribute by its name: whether it must be there, and what it looks like.
pub(super) struct Attribute {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) kind: Kind,
}

/// Whose attributes an element takes besides its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    Nobody,
    Modules,
    Anybody,
}

/// What an element holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content {
    /// Whatever it likes.
    Anything,
    /// Text.
    Text,
    /// Text with the inline elements of this list.
    Mixed(&'static [&'static str]),
    /// Elements: in this order, each of these so many times.
    Elements(&'static [Step]),
}

/// Elements that follow each other: which (the empty name stands for those of others), and how many there
/// must and may be.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) names: &'static [&'static str],
    pub(super) required: bool,
    pub(super) repeated: bool,
}

/// All there is to know of an element.
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) attributes: &'static [&'static [Attribute]],
    pub(super) others: Others,
    pub(super) content: Content,
}

/// What is known of the core's element of a name.
pub(super) fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}

const fn must(name: &'static str, kind: Kind) -> Attribute {
    Attribute {
        name,
        required: true,
        kind,
    }
}

const fn may(name: &'static str, kind: Kind) -> Attribute {
    Attribute {
        name,
        required: false,
        kind,
    }
}

const fn step(names: &'static [&'static str], required: bool, repeated: bool) -> Step {
    Step {
        names,
        required,
        repeated,
    }
}

const DIRECTION: Kind = Kind::Word(&["ltr", "rtl", "auto"]);
const REORDER: Kind = Kind::Word(&["yes", "firstNo", "no"]);
const STATE: Kind = Kind::Word(&["initial", "translated", "reviewed", "final"]);
const CODE: Kind = Kind::Word(&["fmt", "ui", "quote", "link", "image", "other"]);
const SIDE: Kind = Kind::Word(&["source", "target"]);
const PRIORITY: Kind = Kind::Word(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);

/// The inline elements (XLIFF 2.1, 4.2.3).
const INLINE: &[&str] = &["cp", "ph", "pc", "sc", "ec", "mrk", "sm", "em"];

const ID: &[Attribute] = &[must("id", Kind::Token)];
const MAYBE_ID: &[Attribute] = &[may("id", Kind::Token)];
/// What files, groups and units have in common.
const CONTAINER: &[Attribute] = &[
    may("canResegment", YES_NO),
    may("translate", YES_NO),
    may("srcDir", DIRECTION),
    may("trgDir", DIRECTION),
];
const NAMED: &[Attribute] = &[may("name", Kind::Text), may("type", Kind::Prefixed)];
/// What codes have in common.
const EDITING: &[Attribute] = &[
    may("canCopy", YES_NO),
    may("canDelete", YES_NO),
    may("canReorder", REORDER),
    may("copyOf", Kind::Token),
    may("type", CODE),
    may("subType", Kind::Prefixed),
];
const OVERLAP: &[Attribute] = &[may("canOverlap", YES_NO), may("dir", DIRECTION)];
const SHOWN: &[Attribute] = &[
    may("disp", Kind::Text),
    may("equiv", Kind::Text),
    may("dataRef", Kind::Token),
    may("subFlows", Kind::Tokens),
];
const ANNOTATION: &[Attribute] = &[
    must("id", Kind::Token),
    may("translate", YES_NO),
    may("type", Kind::Annotation),
    may("ref", Kind::Text),
    may("value", Kind::Text),
];
const START: &[Attribute] = &[must("startRef", Kind::Token)];

static RULES: [Rule; 21] = [
    Rule {
        name: "xliff",
        attributes: &[&[
            must("version", Kind::Word(&["2.0", "2.1", "2.2"])),
            must("srcLang", Kind::Language),
            may("trgLang", Kind::Language),
        ]],
        others: Others::Anybody,
        content: Content::Elements(&[step(&["file"], true, true)]),
    },
    Rule {
        name: "file",
        attributes: &[ID, CONTAINER, &[may("original", Kind::Text)]],
        others: Others::Anybody,
        content: Content::Elements(&[
            step(&["skeleton"], false, false),
            step(&[""], false, true),
            step(&["notes"], false, false),
            step(&["unit", "group"], true, true),
        ]),
    },
    Rule {
        name: "skeleton",
        attributes: &[&[may("href", Kind::Text)]],
        others: Others::Nobody,
        content: Content::Anything,
    },
    Rule {
        name: "group",
        attributes: &[ID, CONTAINER, NAMED],
        others: Others::Anybody,
        content: Content::Elements(&[
            step(&[""], false, true),
            step(&["notes"], false, false),
            step(&["unit", "group"], false, true),
        ]),
    },
    Rule {
        name: "unit",
        attributes: &[ID, CONTAINER, NAMED],
        others: Others::Anybody,
        content: Content::Elements(&[
            step(&[""], false, true),
            step(&["notes"], false, false),
            step(&["originalData"], false, false),
            step(&["segment", "ignorable"], true, true),
        ]),
    },
    Rule {
        name: "segment",
        attributes: &[
            MAYBE_ID,
            &[
                may("canResegment", YES_NO),
                may("state", STATE),
                may("subState", Kind::Prefixed),
            ],
        ],
        others: Others::Nobody,
        content: BOTH_SIDES,
    },
    Rule {
        name: "ignorable",
        attributes: &[MAYBE_ID],
        others: Others::Nobody,
        content: BOTH_SIDES,
    },
    Rule {
        name: "notes",
        attributes: &[],
        others: Others::Nobody,
        content: Content::Elements(&[step(&["note"], true, true)]),
    },
    Rule {
        name: "note",
        attributes: &[
            MAYBE_ID,
            &[
                may("appliesTo", SIDE),
                may("category", Kind::Text),
                may("priority", PRIORITY),
                // Added by XLIFF 2.2.
                may("ref", Kind::Text),
            ],
        ],
        others: Others::Anybody,
        content: Content::Text,
    },
    Rule {
        name: "originalData",
        attributes: &[],
        others: Others::Nobody,
        content: Content::Elements(&[step(&["data"], true, true)]),
    },
    Rule {
        name: "data",
        attributes: &[ID, &[may("dir", DIRECTION)]],
        others: Others::Nobody,
        content: Content::Mixed(&["cp"]),
    },
    Rule {
        name: "source",
        attributes: &[],
        others: Others::Nobody,
        content: Content::Mixed(INLINE),
    },
    Rule {
        name: "target",
        attributes: &[&[may("order", Kind::Count)]],
        others: Others::Nobody,
        content: Content::Mixed(INLINE),
    },
    Rule {
        name: "cp",
        attributes: &[&[must("hex", Kind::Unholdable)]],
        others: Others::Nobody,
        content: NOTHING,
    },
    Rule {
        name: "ph",
        attributes: &[ID, EDITING, SHOWN],
        others: Others::Modules,
        content: NOTHING,
    },
    Rule {
        name: "pc",
        attributes: &[
            ID,
            EDITING,
            OVERLAP,
            &[
                may("dispStart", Kind::Text),
                may("dispEnd", Kind::Text),
                may("equivStart", Kind::Text),
                may("equivEnd", Kind::Text),
                may("dataRefStart", Kind::Token),
                may("dataRefEnd", Kind::Token),
                may("subFlowsStart", Kind::Tokens),
                may("subFlowsEnd", Kind::Tokens),
            ],
        ],
        others: Others::Modules,
        content: Content::Mixed(INLINE),
    },
    Rule {
        name: "sc",
        attributes: &[ID, EDITING, OVERLAP, SHOWN, ISOLATED],
        others: Others::Modules,
        content: NOTHING,
    },
    Rule {
        name: "ec",
        attributes: &[
            MAYBE_ID,
            EDITING,
            OVERLAP,
            SHOWN,
            ISOLATED,
            &[may("startRef", Kind::Token)],
        ],
        others: Others::Modules,
        content: NOTHING,
    },
    Rule {
        name: "mrk",
        attributes: &[ANNOTATION],
        others: Others::Anybody,
        content: Content::Mixed(INLINE),
    },
    Rule {
        name: "sm",
        attributes: &[ANNOTATION],
        others: Others::Anybody,
        content: NOTHING,
    },
    Rule {
        name: "em",
        attributes: &[START],
        others: Others::Nobody,
        content: NOTHING,
    },
];

const ISOLATED: &[Attribute] = &[may("isolated", YES_NO)];
const NOTHING: Content = Content::Elements(&[]);
const BOTH_SIDES: Content = Content::Elements(&[
    step(&["source"], true, false),
    step(&["target"], false, false),
]);
