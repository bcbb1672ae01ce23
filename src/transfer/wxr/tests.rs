//! Tests of the parent module.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::io::Cursor;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::transfer::tests::{Told, destination, shared};

fn told_of(file: &[u8], locales: &[&str]) -> Result<Told, Unreadable> {
    let mut told = Told::default();
    read(
        &mut Cursor::new(file),
        &destination(locales),
        &mut |entry| told.take(entry),
    )?;
    Ok(told)
}

fn told(body: &str) -> Told {
    told_of(export(body).as_bytes(), &["en", "hi"]).unwrap()
}

fn export(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<!-- generator -->\n<rss version=\"2.0\" xmlns:wp=\"http://wordpress.org/export/1.2/\">\
        <channel><title>News</title><link>https://news.example</link><language>en-US</language>\
        <wp:base_site_url>https://news.example</wp:base_site_url><wp:base_blog_url>https://news.example</wp:base_blog_url>\
        <wp:author><wp:author_login>asha</wp:author_login><wp:author_display_name><![CDATA[A. Deshmukh]]></wp:author_display_name></wp:author>\
        {body}</channel></rss>"
    )
}

/// An item with these parts besides.
fn item(id: u64, more: &str) -> String {
    format!(
        "<item><title>Post {id}</title><link>https://news.example/2019/04/post-{id}/</link><dc:creator>asha</dc:creator>\
        <content:encoded><![CDATA[Text {id}]]></content:encoded><wp:post_id>{id}</wp:post_id>\
        <wp:post_date_gmt>2019-04-02 08:00:00</wp:post_date_gmt><wp:post_name>post-{id}</wp:post_name><wp:status>publish</wp:status>\
        <wp:post_type>post</wp:post_type><wp:comment_status>open</wp:comment_status>{more}</item>\n"
    )
}

fn with(id: u64, name: &str, value: &str) -> String {
    let whole = item(id, "");
    let (before, behind) = whole.split_once(&format!("<{name}>")).unwrap();
    let (_, behind) = behind.split_once(&format!("</{name}>")).unwrap();
    format!("{before}<{name}>{value}</{name}>{behind}")
}

fn meta(key: &str, value: &str) -> String {
    format!(
        "<wp:postmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>"
    )
}

fn comment(id: u64, parent: u64, more: &str) -> String {
    format!(
        "<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_author><![CDATA[Meera]]></wp:comment_author>\
        <wp:comment_author_email>meera@example.org</wp:comment_author_email><wp:comment_date_gmt>2019-04-03 10:00:00</wp:comment_date_gmt>\
        <wp:comment_content><![CDATA[Number {id}]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved>\
        <wp:comment_parent>{parent}</wp:comment_parent>{more}</wp:comment>"
    )
}

#[test]
fn an_item_becomes_an_article() {
    let more = "<category domain=\"category\" nicename=\"city\"><![CDATA[City]]></category>\
        <excerpt:encoded><![CDATA[In <b>short</b>]]></excerpt:encoded>"
        .to_owned()
        + &meta("_thumbnail_id", "9");
    let picture = "<item><title>a</title><wp:post_id>9</wp:post_id><wp:post_type>attachment</wp:post_type>\
        <wp:attachment_url>https://news.example/a.jpg</wp:attachment_url><excerpt:encoded>The bridge</excerpt:encoded>"
        .to_owned()
        + &meta("_wp_attachment_image_alt", "A bridge")
        + "</item>";
    let told = told(&(item(7, &more) + &picture));
    assert_eq!(told.refused, []);
    let article = told.of("article")[0];
    let wanted = serde_json::json!({
        "type": "article", "external_id": "wordpress:news.example:7", "source_locale": "en", "authors": ["A. Deshmukh"],
        "lead_image": {"url": "https://news.example/a.jpg", "alt": "A bridge", "caption": "The bridge"}, "tags": ["city"],
        "comments_open": true, "created_at": "2019-04-02T08:00:00Z",
        "translations": [{"title": "Post 7", "summary": "In short", "body": "Text 7", "preferred_slug": "post-7",
            "former_addresses": ["https://news.example/2019/04/post-7/"], "created_at": "2019-04-02T08:00:00Z",
            "updated_at": "2019-04-02T08:00:00Z", "status": "published", "published_at": "2019-04-02T08:00:00Z", "locale": "en"}],
    });
    assert_eq!(*article, wanted);
    assert_eq!(told.of("tag")[0]["slug"], "city");
}

#[test]
fn a_gallery_shows_what_is_attached_to_its_item() {
    let picture = |id: u64, name: &str| {
        format!(
            "<item><wp:post_id>{id}</wp:post_id><wp:post_type>attachment</wp:post_type><wp:post_parent>1</wp:post_parent><wp:attachment_url>https://news.example/{name}</wp:attachment_url></item>"
        )
    };
    let file =
        item(1, "").replace("Text 1", "[gallery]") + &picture(8, "a.jpg") + &picture(9, "b.pdf");
    let body = told(&file).of("article")[0]["translations"][0]["body"].clone();
    assert_eq!(body, "![](https://news.example/a.jpg)");
}

#[test]
fn what_an_item_was_decides_what_it_becomes() {
    let status = |text: &str| {
        let told = told(&with(1, "wp:status", text));
        told.of("article").first().map(|article| {
            article["translations"][0]["status"]
                .as_str()
                .unwrap()
                .to_owned()
        })
    };
    for (was, becomes) in [
        ("publish", "published"),
        ("draft", "draft"),
        ("auto-draft", "draft"),
        ("pending", "in_review"),
        ("private", "draft"),
        ("future", "published"),
    ] {
        assert_eq!(status(was).as_deref(), Some(becomes), "{was}");
    }
    assert_eq!(status("trash"), None);
    let secret = told(&item(1, "<wp:post_password>x</wp:post_password>"));
    assert_eq!(
        secret.of("article")[0]["translations"][0]["status"],
        "draft"
    );
    let later = with(1, "wp:status", "future").replace("2019-04-02 08", "2190-04-02 08");
    let later = told(&later);
    assert_eq!(
        later.of("article")[0]["translations"][0]["publish_at"],
        "2190-04-02T08:00:00Z"
    );
}

#[test]
fn without_a_title_the_first_words_are_it_and_without_words_it_is_refused() {
    let told =
        told(&(with(1, "title", "") + &with(2, "title", " ").replace("Text 2", "<p>&nbsp;</p>")));
    assert_eq!(told.of("article")[0]["translations"][0]["title"], "Text 1");
    assert!(
        told.refused[0].1.contains("neither a title nor a text"),
        "{:?}",
        told.refused
    );
    assert!(told.refused[0].0.contains("post 2"));
}

#[test]
fn translations_of_polylang_are_one_article() {
    let of = |language: &str| {
        format!(
            "<category domain=\"language\" nicename=\"{language}\"><![CDATA[x]]></category><category domain=\"post_translations\" nicename=\"pll_1\"><![CDATA[pll_1]]></category>"
        )
    };
    let file = item(12, &of("en"))
        + &item(3, "")
        + &item(15, &(of("hi") + &comment(1, 0, "")))
        + &item(16, &of("hi"))
        + &item(17, &of("mr"));
    let told = told(&file);
    let articles = told.of("article");
    assert_eq!(articles.len(), 3);
    assert_eq!(articles[0]["external_id"], "wordpress:news.example:12");
    let locales: Vec<_> = articles[0]["translations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|said| said["locale"].as_str().unwrap())
        .collect();
    assert_eq!(locales, ["en", "hi", "mr"]);
    assert_eq!(
        told.of("locale"),
        [&serde_json::json!({"type": "locale", "code": "mr", "enabled": false})]
    );
    let comment = told.of("comment")[0];
    assert_eq!(
        (&comment["article_external_id"], &comment["locale"]),
        (&"wordpress:news.example:12".into(), &"hi".into())
    );
    assert_eq!(told.notes.len(), 2, "{:?}", told.notes);
}

#[test]
fn translations_of_wpml_are_one_article_whose_source_is_the_original() {
    let of = |language: &str, source: &str| {
        meta("_wpml_import_language_code", language)
            + &meta("_wpml_import_translation_group", "5")
            + &meta("_wpml_import_source_language_code", source)
    };
    let copy = meta("_wpml_import_language_code", "hi") + &meta("_icl_lang_duplicate_of", "8");
    let told = told(
        &(item(2, &of("en", "hi")) + &item(4, &of("hi", "")) + &item(8, "") + &item(9, &copy)),
    );
    let articles = told.of("article");
    assert_eq!(articles.len(), 2);
    assert_eq!(
        (&articles[0]["source_locale"], &articles[0]["external_id"]),
        (&"hi".into(), &"wordpress:news.example:4".into())
    );
    assert_eq!(articles[1]["external_id"], "wordpress:news.example:8");
    assert_eq!(articles[1]["translations"][1]["locale"], "hi");
}

#[test]
fn the_address_tells_the_language_where_nothing_else_does() {
    let linked = |id: u64, link: &str| with(id, "link", &format!("https://news.example/{link}"));
    let told = told(
        &(linked(1, "hi/old/")
            + &linked(2, "?p=2&amp;lang=hi")
            + &linked(3, "hi/")
            + &linked(4, "fr/x/")),
    );
    let sources: Vec<_> = told
        .of("article")
        .iter()
        .map(|article| article["source_locale"].as_str().unwrap())
        .collect();
    assert_eq!(sources, ["hi", "hi", "en", "fr"]);
}

#[test]
fn tags_come_parents_first_whatever_their_order() {
    let category = |slug: &str, parent: &str| {
        format!(
            "<wp:category><wp:term_id>{}</wp:term_id><wp:category_nicename>{slug}</wp:category_nicename><wp:category_parent>{parent}</wp:category_parent><wp:cat_name><![CDATA[{slug} &amp; co]]></wp:cat_name></wp:category>",
            slug.len()
        )
    };
    let told = told(
        &(category("ab", "a")
            + &category("a", "")
            + &category("xxx", "yyyy")
            + &category("yyyy", "xxx")
            + &category("lost", "gone")
            + "<wp:tag><wp:term_id>90</wp:term_id><wp:tag_slug>%e0%a4%aa%e0%a5%81%e0%a4%b2</wp:tag_slug><wp:tag_name>पुल</wp:tag_name></wp:tag>\
        <wp:term><wp:term_id>91</wp:term_id><wp:term_taxonomy>term_translations</wp:term_taxonomy><wp:term_slug>pll_2</wp:term_slug>\
        <wp:term_description><![CDATA[a:2:{s:2:\"en\";i:1;s:2:\"hi\";i:90;}]]></wp:term_description></wp:term>"),
    );
    let tags: Vec<_> = told
        .of("tag")
        .iter()
        .map(|tag| format!("{} < {}", tag["slug"].as_str().unwrap(), tag["parent"]))
        .collect();
    assert_eq!(
        tags,
        [
            "a < null",
            "ab < \"a\"",
            "yyyy < null",
            "xxx < \"yyyy\"",
            "lost < null"
        ]
    );
    assert_eq!(told.of("tag")[0]["translations"]["hi"]["name"], "पुल");
    assert_eq!(told.of("tag")[0]["name"], "a & co");
    assert_eq!(told.notes.len(), 2, "{:?}", told.notes);
}

#[test]
fn comments_are_threads_with_their_states() {
    let more = comment(2, 1, "")
        + &comment(1, 0, "")
        + &comment(3, 4, "")
        + &comment(4, 3, "")
        + &comment(5, 99, "")
        + &comment(1, 0, "")
        + &comment(6, 0, "<wp:comment_type>pingback</wp:comment_type>")
        + &comment(7, 0, "")
            .replace("<wp:comment_approved>1", "<wp:comment_approved>spam")
            .replace("Meera", " ")
            .replace("meera@", "meera")
        + &comment(8, 0, "").replace("Number 8", &"x".repeat(5001))
        + &comment(9, 0, "").replace(
            "Number 9",
            "a <b>b</b><script>c</script>\nd <img src=x alt=e>",
        );
    let told = told(&item(1, &more));
    let comments: Vec<_> = told
        .of("comment")
        .iter()
        .map(|comment| {
            let id = |name: &str| {
                comment[name]
                    .as_str()
                    .unwrap_or("-")
                    .rsplit(':')
                    .next()
                    .unwrap()
                    .to_owned()
            };
            format!(
                "{}<{} {}",
                id("external_id"),
                id("parent_external_id"),
                comment["status"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        comments,
        [
            "1<- approved",
            "2<1 approved",
            "4<- approved",
            "3<4 approved",
            "5<- approved",
            "7<- spam",
            "9<- approved"
        ]
    );
    let spam = told.of("comment")[5];
    assert_eq!(
        (&spam["author_name"], &spam["author_email"]),
        (&"Anonymous".into(), &Value::Null)
    );
    assert_eq!(told.of("comment")[6]["body"], "a **b**\nd e");
    assert_eq!(told.refused.len(), 2, "{:?}", told.refused);
    assert_eq!(told.left_out, ["pingbacks and trackbacks"]);
}

#[test]
fn what_is_broken_in_an_item_spoils_only_that_item() {
    let good = item(1, "");
    for bad in [
        item(2, "<open>"),
        item(2, "<a></b>"),
        item(2, "").replace("</item>", ""),
        item(2, "").replace("]]></content", "</content") + "",
        item(2, &"<x>".repeat(100_000)),
        item(2, &"a".repeat(9 * 1024 * 1024)),
        item(2, "").replace("<wp:post_id>2", "<wp:post_id>x"),
        item(1, ""),
    ] {
        let told = told(&(good.clone() + &bad + &item(3, "")));
        let ids: Vec<_> = told
            .of("article")
            .iter()
            .map(|article| article["external_id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            ids,
            ["wordpress:news.example:1", "wordpress:news.example:3"],
            "{:?}",
            told.refused
        );
        assert_eq!(told.refused.len(), 1, "{:?}", told.refused);
    }
    let mut bytes = export(&(good + &item(2, "") + &item(3, ""))).into_bytes();
    let at = bytes.windows(6).position(|six| six == b"Text 2").unwrap();
    bytes[at] = 0xe9;
    let told = told_of(&bytes, &["en"]).unwrap();
    assert!(
        told.refused[0].1.contains("UTF-8") && told.of("article").len() == 2,
        "{:?}",
        told.refused
    );
}

#[test]
fn a_file_that_ends_early_gives_what_stands_before() {
    let file = export(&(item(1, "") + &item(2, "") + &item(3, "")));
    let cut = file.find("Text 3").unwrap();
    let told = told_of(&file.as_bytes()[..cut], &["en"]).unwrap();
    assert_eq!(told.of("article").len(), 2);
    assert!(
        told.refused[0].1.contains("ends in the middle of an item"),
        "{:?}",
        told.refused
    );
    for cut in (0..file.len()).step_by(37) {
        let _ = told_of(&file.as_bytes()[..cut], &["en"]);
    }
}

#[test]
fn entities_of_a_document_type_are_never_put_in() {
    let bomb = "<!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]>";
    let file = export(&with(1, "title", "A &b; &c; &amp; &#8217; &lt;b&gt;"))
        .replace("<rss", &format!("{bomb}<rss"));
    let told = told_of(file.as_bytes(), &["en"]).unwrap();
    assert_eq!(
        told.of("article")[0]["translations"][0]["title"],
        "A &b; &c; & ’"
    );
}

#[test]
fn what_is_no_export_is_told_with_what_to_do() {
    let utf16: Vec<u8> = "\u{feff}<?xml version=\"1.0\"?>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (file, says) in [
        (utf16, "iconv"),
        (
            export("").replace("UTF-8", "ISO-8859-1").into_bytes(),
            "iconv -f ISO-8859-1",
        ),
        (
            b"<rss version='2.0'><channel></channel></rss>".to_vec(),
            "RSS feed",
        ),
        (b"<html></html>".to_vec(), "no WordPress export"),
        (Vec::new(), "no WordPress export"),
        (vec![0; 1000], "no WordPress export"),
    ] {
        let told = told_of(&file, &["en"]).unwrap_err().to_string();
        assert!(told.contains(says), "{told}");
    }
}

#[test]
fn reading_ends_when_no_more_is_wanted() {
    let file = export(&(item(1, "") + &item(2, "")));
    let mut count = 0;
    read(&mut Cursor::new(file), &destination(&["en"]), &mut |_| {
        count += 1;
        false
    })
    .unwrap();
    assert_eq!(count, 1);
}

#[test]
fn many_items_take_little_time_each() {
    let mut body = String::new();
    for id in 1..3000 {
        write!(body, "{}", item(id, &meta("_icl_lang_duplicate_of", "1"))).unwrap();
    }
    let before = std::time::Instant::now();
    assert_eq!(told(&body).of("article").len(), 2999);
    assert!(before.elapsed().as_secs() < 30);
}

proptest! {
    #[test]
    fn whatever_a_file_holds_reading_it_comes_to_an_end(
        pieces in prop::collection::vec("<item>|</item>|<!\\[CDATA\\[|\\]\\]>|<!--|-->|<!DOCTYPE|\\[|<wp:post_id>[0-9]{1,2}</wp:post_id>|<wp:post_type>post</wp:post_type>|<title>x</title>|<wp:comment>|</wp:comment>|<wp:tag>|</wp:tag>|<wp:tag_slug>a</wp:tag_slug>|<content:encoded>|</content:encoded>|&x;|&#0;|[<>&/ \u{0}-\u{ff}]", 0..40)
    ) {
        let _ = told_of(export(&pieces.concat()).as_bytes(), &["en"]);
        let cut = export(&pieces.concat()).replace("</channel></rss>", "");
        let _ = told_of(cut.as_bytes(), &[]);
    }

    #[test]
    fn a_file_with_wrong_bytes_is_read_as_far_as_it_can_be(at in 0..2000_usize, byte in any::<u8>()) {
        let mut file = export(&(item(1, &comment(1, 0, "")) + &item(2, &meta("_icl_lang_duplicate_of", "1")))).into_bytes();
        if let Some(place) = file.get_mut(at) {
            *place = byte;
        }
        let _ = told_of(&file, &["en"]);
    }
}

/// The exports under the data that is shared between projects, where they are there.
#[test]
fn real_exports_are_read_whole() {
    for (name, articles, comments, tags) in [
        ("themeunittestdata.wordpress.xml", 79, 28, 181),
        ("64-block-test-data.xml", 62, 2, 11),
        ("theme-preview.xml", 7, 2, 9),
    ] {
        let Some(file) = shared(&format!("wxr-theme-test-data/{name}")) else {
            return;
        };
        let told = told_of(file.as_bytes(), &["en"]).unwrap();
        // Of the 33 comments one is too long, and four are pingbacks and trackbacks.
        let back = told
            .left_out
            .iter()
            .filter(|what| what.starts_with("pingbacks"))
            .count();
        assert_eq!(
            (told.refused.len(), back),
            if comments == 28 { (1, 4) } else { (0, 0) },
            "{:?}",
            told.refused
        );
        assert_eq!(
            (
                told.of("article").len(),
                told.of("comment").len(),
                told.of("tag").len()
            ),
            (articles, comments, tags),
            "{name}"
        );
    }
}
