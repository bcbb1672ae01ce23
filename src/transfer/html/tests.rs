//! Tests of the parent module.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use proptest::prelude::*;

use super::check::Seen;
use super::inline::address;
use super::raw::holds;
use super::*;
use crate::transfer::tests::shared;
use crate::values::markdown::tree::{Node, article_tree};
use crate::values::markdown::{EmbedHosts, article_html, comment_html};

fn plain(html: &str) -> String {
    markdown(html, Ways::default()).unwrap()
}

fn classic(html: &str) -> String {
    let ways = Ways {
        lines: true,
        ..Ways::default()
    };
    markdown(
        &wordpress::without_shortcodes(html, &[], &mut |_| None),
        ways,
    )
    .unwrap()
}

fn comment(html: &str) -> String {
    markdown(
        html,
        Ways {
            lines: true,
            comment: true,
            base: None,
        },
    )
    .unwrap()
}

/// Whether the rendering shows all that the HTML does.
fn assert_whole(html: &str, ways: Ways<'_>) {
    let made = markdown(html, ways).unwrap();
    let (mut before, mut after) = (tree(html), article_tree(&made).unwrap());
    whole_addresses(&mut before, ways);
    whole_addresses(&mut after, ways);
    let (before, after) = (Seen::of_nodes(&before), Seen::of_nodes(&after));
    let ((text, links, images, items, cells), (text2, links2, images2, items2, cells2)) =
        (before.parts(), after.parts());
    assert_eq!(text, text2, "{made}");
    assert_eq!(images, images2, "{made}");
    assert_eq!((items, cells), (items2, cells2), "{made}");
    let mut found = links2.iter();
    for link in links {
        assert!(
            found.any(|other| other == link),
            "{link} of {links:?} is lost in {links2:?}: {made}"
        );
    }
}

/// Leaves those links and images that an article may have.
fn whole_addresses(nodes: &mut [Node], ways: Ways<'_>) {
    for node in nodes {
        let Node::Element(element) = node else {
            continue;
        };
        whole_addresses(&mut element.children, ways);
        if element.name == "a"
            && tree::text(&element.children).trim().is_empty()
            && !holds(element, &["img"])
        {
            // A link without a text is none to any reader.
            element.name = "span".to_owned();
        }
        for name in ["href", "src"] {
            let Some(at) = element.attributes.iter().position(|(key, _)| key == name) else {
                continue;
            };
            match address(&element.attributes[at].1, ways) {
                Some(whole) => element.attributes[at].1 = whole,
                None => element.name = "span".to_owned(),
            }
        }
    }
}

#[test]
fn paragraphs_lists_and_emphasis_are_markdown() {
    let html = "<h2>One</h2><p>a <b>b </b>c <i>d</i><br>e <a href='https://x.example/?a=1&amp;b=2' title='T'>f</a></p>\
        <ul><li>1<ol start=3><li>x</li><li>y</li></ol></li><li>2</li></ul><blockquote><p>q</p><p>r</p></blockquote><hr>\
        <pre><code class=language-rust>fn a() {}\n\nb</code></pre>";
    let wanted = "## One\n\na **b** c *d*\\\ne [f](<https://x.example/?a=1&b=2> \"T\")\n\n\
        - 1\n\n  3. x\n  4. y\n\n- 2\n\n> q\n>\n> r\n\n---\n\n```rust\nfn a() {}\n\nb\n```";
    assert_eq!(plain(html), wanted);
}

#[test]
fn what_looks_like_markdown_stays_text() {
    for text in [
        "# no heading",
        "1. no list",
        "- no list",
        "+ no list",
        "* no list",
        "> no quote",
        "a * b * c",
        "snake_case and _this_",
        "[no](link)",
        "![no](image)",
        "`no code`",
        "~~no~~",
        "a | b",
        "<b>no tag</b>",
        "&amp; no reference",
        "===",
        "---",
        "~~~",
        "1) no",
        "\\",
        "a\\*b",
        "[^1] no note",
        "[ ] no task",
        "www.example.com",
        "me@example.com",
        "https://x.example/a_b_c",
        "!",
        "C# is #1",
        "2 < 3 > 1",
        "***",
        "a\u{a0}b",
        ":--- | ---",
    ] {
        let html = format!(
            "<p>{}</p><p>x<br>{0}<br>y</p><h3>{0}</h3><ul><li>{0}</li></ul>",
            escape::html(text)
        );
        assert_whole(&html, Ways::default());
        let html = format!(
            "<p>x <a href='https://x.example/'>{0}</a> <b>{0}</b>{0}</p>",
            escape::html(text)
        );
        assert_whole(&html, Ways::default());
        let made = comment(&escape::html(text));
        let shown = crate::values::markdown::plain_text_of(&comment_html(&made));
        assert_eq!(
            shown.replace(char::is_whitespace, ""),
            text.replace(char::is_whitespace, ""),
            "{made}"
        );
    }
}

#[test]
fn lines_and_blank_lines_count_in_what_the_older_editor_wrote() {
    assert_eq!(
        classic("One\ntwo\n\nthree <b>four</b>\n<ul>\n<li>a</li>\n</ul>\nend"),
        "One\\\ntwo\n\nthree **four**\n\n- a\n\nend"
    );
    assert_eq!(plain("One\ntwo"), "One two");
}

#[test]
fn a_table_is_markdown_where_that_can_say_it() {
    let html = "<table><thead><tr><th>A|B</th><th>C</th></tr></thead><tbody><tr><td>1<br>2</td><td><code>x|y</code></td></tr></tbody></table>";
    assert_eq!(
        plain(html),
        "| A\\|B | C |\n| --- | --- |\n| 1<br>2 | `x\\|y` |"
    );
    let spanned = "<table><tr><th colspan=2 style='x' class=y>A</th></tr>\n\n<tr><td align=right>1</td><td>2</td></tr></table>";
    let kept = plain(spanned);
    assert!(
        kept.starts_with("<table>")
            && kept.contains("<th colspan=\"2\">A</th>")
            && !kept.contains("\n\n"),
        "{kept}"
    );
    assert_whole(spanned, Ways::default());
}

#[test]
fn what_markdown_cannot_say_stays_html() {
    let figure = plain(
        "<figure class=alignleft><img src=https://x.example/a.jpg alt=A width=3><figcaption>By <b>B</b></figcaption></figure>",
    );
    assert_eq!(
        figure,
        "<figure><img src=\"https://x.example/a.jpg\" alt=\"A\" width=\"3\"><figcaption>By <b>B</b></figcaption></figure>"
    );
    assert_eq!(
        plain("<dl><dt>a</dt>\n\n<dd>b</dd></dl>"),
        "<dl><dt>a</dt> <dd>b</dd></dl>"
    );
    assert_eq!(
        plain("<p>x<sup>2</sup> <span style='color:red'>y</span> <span lang=hi>आ</span></p>"),
        "x<sup>2</sup> y <span lang=\"hi\">आ</span>"
    );
    assert_eq!(plain("<p lang=hi>आ</p>"), "<span lang=\"hi\">आ</span>");
    assert_eq!(
        plain("<div dir=rtl><p>a</p></div>"),
        "<div dir=\"rtl\"><p>a</p></div>"
    );
}

#[test]
fn embeds_are_kept_and_flash_is_linked() {
    let frame = "<p>Look: <iframe src='//www.youtube.com/embed/x' width=560 onload=x allowfullscreen></iframe></p>";
    assert_eq!(
        plain(frame),
        "Look:\n\n<iframe src=\"https://www.youtube.com/embed/x\" width=\"560\" allowfullscreen=\"\"></iframe>"
    );
    assert_eq!(comment(frame), "Look:\n\n<https://www.youtube.com/embed/x>");
    assert_eq!(
        plain("<video><source src='https://x.example/a.mp4'></video>"),
        "<figure><video><source src=\"https://x.example/a.mp4\"></video></figure>"
    );
    assert_eq!(plain("<iframe src='javascript:alert(1)'></iframe>a"), "a");
    assert_eq!(
        plain("<embed src='https://x.example/a.swf'>"),
        "<https://x.example/a.swf>"
    );
    let block = "<figure class='wp-block-embed is-type-video'><div class='wp-block-embed__wrapper'>\nhttps://youtu.be/x?t=1\n</div></figure>";
    assert_eq!(plain(block), "https://youtu.be/x?t=1");
}

#[test]
fn shortcodes_of_pictures_are_read_and_others_stay() {
    let html = "[caption id=\"a_1\" align=\"alignleft\" width=\"300\"]<a href=\"https://x.example/\"><img src=\"https://x.example/a.jpg\" alt=\"\" /></a> The bridge[/caption]";
    let made = classic(html);
    assert!(
        made.starts_with("<figure><a href=\"https://x.example/\"><img")
            && made.contains("<figcaption>The bridge</figcaption>"),
        "{made}"
    );
    let html = "[caption width=\"1\"]<img src=\"https://x.example/a.jpg\" /> By <a href=\"https://x.example/\">X</a>[/caption]";
    let made = classic(html);
    assert!(
        made.contains("<figcaption>By <a href=\"https://x.example/\">X</a></figcaption>"),
        "{made}"
    );
    assert_eq!(
        classic("a\n\n[embed]https://youtu.be/a_b[/embed]\n\nb [contact x=\"1\"]"),
        "a\n\n<https://youtu.be/a_b>\n\nb \\[contact x=\"1\"\\]"
    );
    let mut media = |id| {
        (id == 7).then(|| wordpress::Media {
            url: "https://x.example/7.jpg".into(),
            alt: "Seven".into(),
            caption: String::new(),
        })
    };
    let html = wordpress::without_shortcodes(
        "[gallery ids=\"7,8\"] [video mp4=\"https://x.example/a.mp4\"][/video]",
        &[],
        &mut media,
    );
    assert_eq!(
        markdown(
            &html,
            Ways {
                lines: true,
                ..Ways::default()
            }
        )
        .unwrap(),
        "![Seven](https://x.example/7.jpg)\n\n<figure><video src=\"https://x.example/a.mp4\"></video></figure>"
    );
    assert_eq!(classic("[gallery"), "\\[gallery");
}

#[test]
fn links_start_from_the_site_and_scripts_are_no_links() {
    let base = Url::parse("https://news.example/2019/").unwrap();
    let ways = Ways {
        base: Some(&base),
        ..Ways::default()
    };
    let html = "<a href='/a?x=1'>a</a> <a href='b c'>b</a> <a href='javascript:x'>c</a> <a href='#d'>d</a> <a name=e>e</a> <img src='//x.example/i.png'>";
    assert_eq!(
        markdown(html, ways).unwrap(),
        "[a](https://news.example/a?x=1) [b](https://news.example/2019/b%20c) c d e ![](https://x.example/i.png)"
    );
}

#[test]
fn emphasis_that_signs_cannot_make_is_made_with_tags() {
    for html in [
        "<p>a<b>!b!</b>c</p>",
        "<p><em>a</em><em>b</em></p>",
        "<p><b>a<i>b</i></b><i>c</i></p>",
        "<p>x<strong>„y“</strong>z</p>",
    ] {
        assert_whole(html, Ways::default());
        let rendered = article_html(&plain(html), &EmbedHosts::default());
        assert!(!rendered.contains('*'), "{rendered}");
    }
    assert_eq!(plain("<p>a<b>!b!</b>c</p>"), "a<strong>!b!</strong>c");
}

#[test]
fn lists_in_a_row_stay_apart() {
    assert_whole(
        "<ul><li>a</li></ul><ul><li>b</li></ul><ol><li>c</li></ol><ol><li>d</li></ol>",
        Ways::default(),
    );
    assert_eq!(
        plain("<ul><li>a</li></ul><ul><li>b</li></ul>"),
        "- a\n\n* b"
    );
}

#[test]
fn hostile_html_takes_its_time_and_no_more() {
    for html in [
        "<div>".repeat(100_000),
        "<ul><li>".repeat(50_000),
        "<blockquote>".repeat(100) + &"<p>a".repeat(100_000),
        "<b>".repeat(100_000) + "x",
        "[gallery ".repeat(100_000),
        "[embed]".repeat(100_000),
        "&".repeat(500_000),
        "<a href=x>".repeat(100_000),
        "*_`[<".repeat(100_000),
        "<table><tr><td>".repeat(30_000),
    ] {
        let before = std::time::Instant::now();
        let read = wordpress::without_shortcodes(&html, &[], &mut |_| None);
        let _ = markdown(
            &read,
            Ways {
                lines: true,
                ..Ways::default()
            },
        );
        assert!(
            before.elapsed().as_secs() < 20,
            "{} takes {:?}",
            &html[..20],
            before.elapsed()
        );
    }
    assert_eq!(markdown(&"a".repeat(LONGEST + 1), Ways::default()), None);
}

proptest! {
    #[test]
    fn whatever_the_html_all_of_it_is_seen(html in "(<(/li></ul|/?(p|b|em|a|h2|blockquote|pre|code|s|sup|div|br|hr)|ul><li|ol><li|a href='https://x\\.example/a_b'|img src='https://x\\.example/i'|table|tr|td|th|/table)>|[a-z]{1,3}|[ \n]|[*_~`\\[\\]()#>+.!|&;:=-]|1\\.){0,30}") {
        assert_whole(&html, Ways::default());
        assert_whole(&html, Ways { lines: true, ..Ways::default() });
    }
}

/// The texts of the WordPress exports under the data that is shared between projects, where it is there.
#[test]
fn nothing_of_real_texts_is_lost() {
    for name in [
        "64-block-test-data.xml",
        "theme-preview.xml",
        "themeunittestdata.wordpress.xml",
    ] {
        let Some(file) = shared(&format!("wxr-theme-test-data/{name}")) else {
            return;
        };
        let base = Url::parse("https://news.example/").unwrap();
        for piece in file.split("<content:encoded>").skip(1) {
            let Some(html) = piece
                .strip_prefix("<![CDATA[")
                .and_then(|piece| piece.split("]]></content:encoded>").next())
            else {
                continue;
            };
            let html = wordpress::without_shortcodes(html, &[], &mut |_| None);
            assert_whole(
                &html,
                Ways {
                    base: Some(&base),
                    lines: wordpress::counts_lines(&html),
                    comment: false,
                },
            );
        }
    }
}
