//! `/v1/articles/{article}/translations/{locale}/xliff`: translations on their way through other tools.

use dateline::values::xliff::{self, Document, Piece, State, Unit};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client, faults};
use crate::make::id;

const TYPE: &str = "application/xliff+xml";
const BODY: &str = "The **old bridge** carries [buses](https://bus.example) again.\n\n\
    ## What it cost\n\nNobody will say.\n\n- one lane\n- no lorries\n";

/// An article in English, published; its id.
async fn article(admin: &Client) -> String {
    let translation =
        json!({"title": "The old bridge reopens", "subtitle": "– City engineer", "body": BODY});
    let body = json!({"source_locale": "en", "translation": translation, "publish": true});
    id(&admin.post("/v1/articles", body).await.expect(201))
}

fn at(article: &str, locale: &str) -> String {
    format!("/v1/articles/{article}/translations/{locale}")
}

async fn hand_out(caller: &Client, article: &str, locale: &str) -> Answer {
    caller.get(&format!("{}/xliff", at(article, locale))).await
}

async fn file(caller: &Client, article: &str, locale: &str) -> Document {
    let answer = hand_out(caller, article, locale).await;
    answer.check(200);
    xliff::read(answer.text.as_bytes()).unwrap()
}

async fn take(caller: &Client, article: &str, locale: &str, file: &str) -> Answer {
    let request = caller
        .request("PUT", &format!("{}/xliff", at(article, locale)))
        .header("content-type", TYPE)
        .body(file.to_owned());
    Answer::of(request).await
}

/// The file with every unit translated, by its source's words between brackets.
fn translated(mut document: Document) -> Document {
    for unit in document.files.iter_mut().flat_map(|file| &mut file.units) {
        unit.target = Some(unit.source.iter().map(in_brackets).collect());
        unit.state = State::Translated;
    }
    document
}

fn in_brackets(piece: &Piece) -> Piece {
    match piece {
        Piece::Text(text) if !text.trim().is_empty() => Piece::Text(format!("‹{text}›")),
        other => other.clone(),
    }
}

fn units(document: &Document) -> Vec<&Unit> {
    document.files.iter().flat_map(|file| &file.units).collect()
}

fn text(pieces: &[Piece]) -> String {
    let text = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Code { .. } => String::new(),
    };
    pieces.iter().map(text).collect()
}

#[tokio::test]
async fn a_translation_goes_out_with_a_unit_for_each_member_and_paragraph() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = article(&admin).await;
    let answer = hand_out(&admin, &article, "hi").await;
    answer.check(200);
    assert_eq!(answer.header("content-type"), TYPE);
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert!(answer.header("content-disposition").contains(&article));
    let document = xliff::read(answer.text.as_bytes()).unwrap();
    assert_eq!(document.source_language, "en");
    assert_eq!(document.target_language.as_deref(), Some("hi"));
    let original = format!("{}/revisions/1", at(&article, "en"));
    assert_eq!(document.files[0].original.as_deref(), Some(&*original));
    let texts: Vec<String> = units(&document)
        .iter()
        .map(|unit| text(&unit.source))
        .collect();
    let expected = [
        "The old bridge reopens",
        "– City engineer",
        "The old bridge carries buses again.",
        "What it cost",
        "Nobody will say.",
        "one lane",
        "no lorries",
    ];
    assert_eq!(texts, expected);
    for unit in units(&document) {
        assert!(unit.target.is_none() && unit.state == State::Initial);
    }
    let sources: Vec<&str> = answer
        .text
        .lines()
        .filter(|line| line.contains("<source>"))
        .collect();
    assert!(
        sources.len() == 7 && sources.iter().all(|line| !line.contains("**")),
        "{sources:?}"
    );
}

#[tokio::test]
async fn a_finished_file_is_the_first_working_copy() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = article(&admin).await;
    let back = xliff::write(&translated(file(&admin, &article, "hi").await));
    let answer = take(&admin, &article, "hi", &back).await;
    answer.check(201);
    assert_eq!(answer.header("location"), at(&article, "hi"));
    let copy = answer.json();
    assert_eq!(copy["title"], "‹The old bridge reopens›");
    assert_eq!(copy["status"], "draft");
    assert_eq!(
        (&copy["revision"], &copy["based_on_revision"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        (&copy["stale"], &copy["source_changes"]),
        (&json!(false), &Value::Null)
    );
    let body = copy["body"].as_str().unwrap();
    assert!(body.contains("**‹old bridge›**"), "{body}");
    assert!(body.contains("[‹buses›](https://bus.example)"), "{body}");
    assert!(
        body.contains("## ‹What it cost›") && body.contains("- ‹one lane›"),
        "{body}"
    );
    let seen = admin.get(&at(&article, "hi")).await;
    assert_eq!(
        seen.etag().split('-').next(),
        answer.etag().split('-').next()
    );
}

#[tokio::test]
async fn a_file_taken_back_as_it_went_out_changes_nothing() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = article(&admin).await;
    // More paragraphs than the source has, and other blanks between them.
    let body = "पुराने **पुल** पर\n\n\nफिर बसें।\n\n### लागत\n\nकोई नहीं बताता।\n* एक लेन\n";
    let words = json!({"title": "पुराना पुल फिर खुला", "subtitle": "उपशीर्षक", "body": body, "translators": ["म. जोशी"]});
    admin.put(&at(&article, "hi"), words).await.expect(201);
    let before = admin.get(&at(&article, "hi")).await;
    let out = hand_out(&admin, &article, "hi").await;
    let answer = take(&admin, &article, "hi", &out.text).await;
    answer.check(200);
    assert_eq!(answer.json()["revision"], 1);
    let after = admin.get(&at(&article, "hi")).await;
    assert_eq!(after.etag(), before.etag());
    assert_eq!(after.json()["body"], body);
    assert_eq!(hand_out(&admin, &article, "hi").await.text, out.text);
}

#[tokio::test]
async fn a_file_of_an_earlier_source_is_taken_and_stale_with_the_difference() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = article(&admin).await;
    let back = xliff::write(&translated(file(&admin, &article, "hi").await));
    let changed = json!({"body": BODY.replace("Nobody will say.", "Eleven crore rupees.")});
    admin.patch(&at(&article, "en"), changed).await.expect(200);
    admin
        .post(&format!("{}/publish", at(&article, "en")), json!({}))
        .await
        .expect(200);
    let copy = take(&admin, &article, "hi", &back).await.expect(201);
    assert_eq!(
        (&copy["stale"], &copy["behind_by"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(copy["changed_fields"], json!(["body"]));
    assert_eq!(copy["source_changes"]["from"], 1);
    assert_eq!(copy["source_changes"]["to"], 2);
    let changes = copy["source_changes"]["fields"][0]["changes"]
        .as_array()
        .unwrap();
    let inserted: Vec<&Value> = changes
        .iter()
        .filter(|change| change["op"] == "insert")
        .collect();
    assert_eq!(inserted[0]["text"], "Eleven crore rupees");
    // Its next file marks what has to be done again, and only that.
    let next = file(&admin, &article, "hi").await;
    let open: Vec<String> = units(&next)
        .iter()
        .filter(|unit| unit.state == State::Initial)
        .map(|unit| text(&unit.source))
        .collect();
    assert_eq!(open, ["Eleven crore rupees."]);
}

#[tokio::test]
async fn unit_ids_stay_when_the_source_changes_elsewhere() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = article(&admin).await;
    let before = file(&admin, &article, "hi").await;
    let changed = json!({"body": format!("A new first paragraph.\n\n{BODY}")});
    admin.patch(&at(&article, "en"), changed).await.expect(200);
    let after = file(&admin, &article, "hi").await;
    let ids = |document: &Document| -> Vec<String> {
        units(document).iter().map(|unit| unit.id.clone()).collect()
    };
    let kept: Vec<String> = ids(&after)
        .into_iter()
        .filter(|id| ids(&before).contains(id))
        .collect();
    assert_eq!(kept, ids(&before));
    assert_eq!(ids(&after).len(), ids(&before).len() + 1);
}

#[tokio::test]
async fn how_far_a_segment_is_comes_back_with_it() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = article(&admin).await;
    let mut back = translated(file(&admin, &article, "hi").await);
    back.files[0].units[0].state = State::Reviewed;
    back.files[0].units[1].state = State::Final;
    take(&admin, &article, "hi", &xliff::write(&back))
        .await
        .expect(201);
    let states = |document: &Document| -> Vec<State> {
        units(document).iter().map(|unit| unit.state).collect()
    };
    assert_eq!(states(&file(&admin, &article, "hi").await), states(&back));
    // Said again and otherwise, without other words: no revision, and kept.
    back.files[0].units[2].state = State::Final;
    let copy = take(&admin, &article, "hi", &xliff::write(&back))
        .await
        .expect(200);
    assert_eq!(copy["revision"], 1);
    assert_eq!(states(&file(&admin, &article, "hi").await), states(&back));
    // What is published is final.
    admin
        .patch(&at(&article, "hi"), json!({"title": "पुल"}))
        .await
        .expect(200);
    admin
        .post(&format!("{}/publish", at(&article, "hi")), json!({}))
        .await
        .expect(200);
    for unit in units(&file(&admin, &article, "hi").await) {
        assert_eq!(unit.state, State::Final);
    }
}

#[tokio::test]
async fn what_a_tool_has_divided_is_put_together_again() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = article(&admin).await;
    let out = hand_out(&admin, &article, "hi").await.text;
    let original = out
        .split("original=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let divided = format!(
        "<xliff xmlns=\"urn:oasis:names:tc:xliff:document:2.2\" version=\"2.2\" srcLang=\"en\" trgLang=\"hi\">\
        <file id=\"r1\" original=\"{original}\"><notes><note>From a tool</note></notes>\
        <unit id=\"title\"><segment state=\"final\"><source>The old bridge</source><target>पुराना पुल</target></segment>\
        <ignorable><source> </source></ignorable>\
        <segment><source>reopens</source><target>फिर खुला</target></segment></unit></file></xliff>"
    );
    let copy = take(&admin, &article, "hi", &divided).await.expect(201);
    assert_eq!(copy["title"], "पुराना पुल फिर खुला");
    // What the file does not translate stands in the source's words, the body that is.
    assert_eq!(copy["body"], BODY);
    assert_eq!(copy["subtitle"], Value::Null);
}

#[tokio::test]
async fn a_file_that_does_not_belong_here_is_refused() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let (one, other) = (article(&admin).await, article(&admin).await);
    let file = xliff::write(&translated(file(&admin, &one, "hi").await));
    let refused = async |article: &str, locale: &str, file: &str| {
        let answer = take(&admin, article, locale, file).await;
        faults(&answer.problem(422, "validation-failed"))
    };
    let wrong = [(String::new(), "wrong_file".to_owned())];
    assert_eq!(refused(&other, "hi", &file).await, wrong);
    assert_eq!(refused(&one, "mr", &file).await, wrong);
    let backwards = file.replace("srcLang=\"en\"", "srcLang=\"mr\"");
    assert_eq!(refused(&one, "hi", &backwards).await[0].1, "wrong_file");
    let unknown = file.replace("id=\"subtitle\"", "id=\"nothing\"");
    assert_eq!(refused(&one, "hi", &unknown).await[0].1, "unknown_unit");
    let future = file.replace("/revisions/1", "/revisions/9");
    assert_eq!(refused(&one, "hi", &future).await[0].1, "unknown_revision");
    let long = file.replace("‹The old bridge reopens›", &"a".repeat(301));
    assert_eq!(
        refused(&one, "hi", &long).await,
        [("/title".to_owned(), "too_long".to_owned())]
    );
    take(&admin, &one, "en", &file)
        .await
        .problem(422, "validation-failed");
    hand_out(&admin, &one, "en").await.problem(404, "not-found");
    hand_out(&admin, &one, "fr").await.problem(404, "not-found");
    let french = file
        .replace("trgLang=\"hi\"", "trgLang=\"fr\"")
        .replace("xml:lang=\"hi\"", "xml:lang=\"fr\"");
    take(&admin, &one, "fr", &french)
        .await
        .problem(404, "not-found");
    admin
        .get(&at(&one, "hi"))
        .await
        .problem(404, "translation-not-available");
}

#[tokio::test]
async fn without_its_revision_a_file_is_taken_on_the_newest_that_fits() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = article(&admin).await;
    let back = xliff::write(&translated(file(&admin, &article, "hi").await));
    let original = format!(" original=\"{}/revisions/1\"", at(&article, "en"));
    let nameless = back.replace(&original, "");
    assert_ne!(nameless, back);
    admin
        .patch(&at(&article, "en"), json!({"body": "Quite another text."}))
        .await
        .expect(200);
    let copy = take(&admin, &article, "hi", &nameless).await.expect(201);
    assert_eq!(copy["based_on_revision"], 1);
    assert_eq!(copy["source_changes"]["to"], 2);
}

#[tokio::test]
async fn hostile_files_are_refused() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = article(&admin).await;
    let good = xliff::write(&translated(file(&admin, &article, "hi").await));
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    let bomb = "<!DOCTYPE xliff [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    let outside = "<!DOCTYPE xliff [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>";
    let files = [
        good.replace(head, &format!("{head}{bomb}")),
        good.replace(head, &format!("{head}{outside}")),
        good.replace("‹The old", "&a;"),
        good.replace("</xliff>", ""),
        "<a>".repeat(100_000),
        String::new(),
        "{}".to_owned(),
        "\u{0}".to_owned(),
    ];
    for file in files {
        let answer = take(&admin, &article, "hi", &file).await;
        let problem = answer.problem(422, "validation-failed");
        assert_eq!(problem["errors"][0]["code"], "invalid_xliff", "{problem}");
        assert!(!problem.to_string().contains("root:"), "{problem}");
    }
    let large = " ".repeat(8 * 1024 * 1024 + 1);
    take(&admin, &article, "hi", &large)
        .await
        .problem(413, "content-too-large");
    let announced = admin
        .request("PUT", &format!("{}/xliff", at(&article, "hi")))
        .header("content-type", TYPE)
        .header("content-length", "104857600");
    // The connection may be closed on who goes on sending; an answer is a 413.
    if let Ok(answer) = announced.body(good.clone()).send().await {
        assert_eq!(answer.status().as_u16(), 413);
    }
    let json = admin
        .request("PUT", &format!("{}/xliff", at(&article, "hi")))
        .json(&json!({}));
    let answer = Answer::of(json).await;
    assert!(answer.header("accept").contains(TYPE));
    answer.problem(415, "unsupported-media-type");
    admin
        .get(&at(&article, "hi"))
        .await
        .problem(404, "translation-not-available");
}

#[tokio::test]
async fn scripts_in_a_file_never_reach_readers() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = article(&admin).await;
    let mut back = translated(file(&admin, &article, "hi").await);
    let script = Piece::Code {
        id: "x".into(),
        data: Some("<script>alert(1)</script><img src=x onerror=alert(1)>".into()),
    };
    for unit in &mut back.files[0].units {
        if unit.id.starts_with("body-") {
            unit.target.as_mut().unwrap().push(script.clone());
        }
    }
    let copy = take(&admin, &article, "hi", &xliff::write(&back))
        .await
        .expect(201);
    let html = copy["body_html"].as_str().unwrap();
    assert!(
        !html.contains("<script") && !html.contains("onerror"),
        "{html}"
    );
}

#[tokio::test]
async fn who_may_hand_out_and_take_back() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = article(&admin).await;
    let good = xliff::write(&translated(file(&admin, &article, "mr").await));
    hand_out(&app.guest(), &article, "mr")
        .await
        .problem(401, "unauthenticated");
    hand_out(&app.caller(&["content:write"]).await, &article, "mr")
        .await
        .problem(403, "forbidden");
    take(&app.guest(), &article, "mr", &good)
        .await
        .problem(401, "unauthenticated");
    let reader = app.caller(&["content:read"]).await;
    take(&reader, &article, "mr", &good)
        .await
        .problem(403, "forbidden");
    let hindi = app
        .caller_in(&["content:read", "content:write"], Some(&["hi"]))
        .await;
    let problem = take(&hindi, &article, "mr", &good)
        .await
        .problem(403, "forbidden");
    assert!(problem["detail"].as_str().unwrap().contains("mr"));
    let translator = app
        .caller_in(&["content:read", "content:write"], Some(&["mr"]))
        .await;
    hand_out(&translator, &article, "mr").await.check(200);
    take(&translator, &article, "mr", &good).await.check(201);
}

#[tokio::test]
async fn a_file_is_taken_on_the_state_that_it_names() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = article(&admin).await;
    let good = xliff::write(&translated(file(&admin, &article, "hi").await));
    let put = async |name: &str, value: &str| {
        let request = admin
            .request("PUT", &format!("{}/xliff", at(&article, "hi")))
            .header("content-type", TYPE)
            .header(name, value)
            .body(good.clone());
        Answer::of(request).await
    };
    put("if-match", "\"t1\"")
        .await
        .problem(412, "precondition-failed");
    put("if-none-match", "*").await.check(201);
    put("if-none-match", "*")
        .await
        .problem(412, "precondition-failed");
    let out = hand_out(&admin, &article, "hi").await;
    admin
        .patch(&at(&article, "hi"), json!({"title": "पुल"}))
        .await
        .expect(200);
    put("if-match", &out.etag())
        .await
        .problem(412, "precondition-failed");
    let now = hand_out(&admin, &article, "hi").await;
    put("if-match", &now.etag()).await.check(200);
}

#[tokio::test]
async fn two_who_take_a_file_back_at_once_make_one_working_copy() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = article(&admin).await;
    let good = xliff::write(&translated(file(&admin, &article, "hi").await));
    let all =
        futures_util::future::join_all((0..8).map(|_| take(&admin, &article, "hi", &good))).await;
    let mut statuses: Vec<u16> = all.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 201]);
    assert_eq!(
        admin.get(&at(&article, "hi")).await.expect(200)["revision"],
        1
    );
}
