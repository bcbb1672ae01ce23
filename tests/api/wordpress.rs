//! A WordPress site moves in.

use std::fs;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::make::members;
use crate::process::{Ended, Folder, dateline, run};

const SITE: &str = include_str!("wordpress/site.xml");

fn import(app: &TestApp, folder: &Folder, arguments: &[&str]) -> Ended {
    let mut command = dateline(folder, &[&["import", "site.xml"], arguments].concat());
    command.env("DATABASE_URL", &app.database_url);
    run(command)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_moves_in_with_its_languages_tags_and_discussion() {
    let app = TestApp::start_with(&["--embed-hosts", "player.example"]).await;
    let (admin, guest, folder) = (app.admin(), app.guest(), Folder::new());
    fs::write(folder.path().join("site.xml"), SITE).unwrap();
    let tried = import(&app, &folder, &["--dry-run"]).expect(1).stdout;
    let said = import(&app, &folder, &[]).expect(1).stdout;
    for line in [
        "articles: 3 created",
        "tags: 5 created",
        "comments: 4 created",
        "left out: 1 pingbacks and trackbacks",
        "refused: 1",
    ] {
        assert!(said.contains(line), "{line}: {said}");
        assert!(tried.contains(line), "{line}: {tried}");
    }
    assert!(said.contains("language fr: it was not set up"), "{said}");
    assert!(
        said.contains("it is a part of itself by way of its parents"),
        "{said}"
    );
    // What is cut off is told of; what calls for the bomb says what it said.
    let report = fs::read_to_string(folder.path().join("site.xml.refused.ndjson")).unwrap();
    let report: Vec<Value> = report
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(report.len(), 1, "{report:?}");
    let bomb = guest.get("/v1/articles/bomb").await.expect(200);
    assert!(!bomb["body"].as_str().unwrap().contains("bomb"), "{bomb}");

    let english = guest.get("/v1/articles/the-ferry").await.expect(200);
    for (member, expected) in [
        ("external_id", json!("wordpress:courier.example:10")),
        ("title", json!("The ferry sails again")),
        ("summary", json!("It is back.")),
        ("authors", json!(["Asha Pawar"])),
        ("source_locale", json!("en")),
        ("published_at", json!("2018-07-01T06:30:00Z")),
    ] {
        assert_eq!(english[member], expected, "{member}");
    }
    assert_eq!(
        english["lead_image"]["url"],
        "https://courier.example/files/harbour.jpg"
    );
    assert_eq!(english["lead_image"]["alt"], "The harbour at dawn");
    let html = english["body_html"].as_str().unwrap();
    for part in [
        "<strong>ten years</strong>",
        "href=\"https://harbour.example/times\"",
        "<td>Monday</td>",
        "<iframe src=\"https://player.example/7\"",
        "sandbox=",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("alert"), "{html}");
    let slugs: Vec<&Value> = english["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["slug"])
        .collect();
    assert_eq!(slugs, ["rivers", "ferry"]);
    let rivers = guest.get("/v1/tags/rivers").await.expect(200);
    assert_eq!(rivers["parent"]["slug"], "city");

    // One article in three languages, of which one was not set up: it waits to be enabled.
    let hindi = guest.get("/v1/articles/नौका").await.expect(200);
    assert_eq!(
        (&hindi["id"], &hindi["locale"]),
        (&english["id"], &json!("hi"))
    );
    assert_eq!(
        hindi["body_html"],
        "<p>दस साल बाद।</p>\n<p>एक और अनुच्छेद।</p>\n"
    );
    guest
        .get("/v1/articles/le-bac")
        .await
        .problem(404, "not-found");
    let french = admin.get("/v1/locales/fr").await.expect(200);
    assert_eq!(french["enabled"], false);
    admin
        .put("/v1/locales/fr", json!({"enabled": true}))
        .await
        .expect(200);
    assert_eq!(
        guest.get("/v1/articles/le-bac").await.expect(200)["id"],
        english["id"]
    );

    let path = format!("/v1/articles/{}/comments", english["id"].as_str().unwrap());
    let page = guest.get(&path).await.expect(200);
    assert_eq!(members(&page, "body_html"), ["<p>At <em>last</em>!</p>\n"]);
    assert_eq!(
        members(&page["data"][0]["replies"], "author_name"),
        ["Arjun"]
    );
    let all = admin.get("/v1/comments?status=pending").await.expect(200);
    assert_eq!(members(&all, "locale"), ["hi"]);
    let all = admin.get("/v1/comments?status=spam").await.expect(200);
    assert_eq!(members(&all, "body"), ["Buy now"]);

    // Nobody has looked at what was private, and it is named by what it says.
    let drafts = admin
        .get("/v1/articles?view=draft&status=draft")
        .await
        .expect(200);
    assert_eq!(members(&drafts, "title"), ["Only a few words stand here."]);

    let again = import(&app, &folder, &[]).expect(1).stdout;
    assert!(
        again.contains("articles: 0 created, 0 updated, 3 unchanged"),
        "{again}"
    );
    assert!(
        again.contains("comments: 0 created, 0 updated, 4 unchanged"),
        "{again}"
    );
    let mut command = dateline(&folder, &["redirects", "map.json"]);
    command.env("DATABASE_URL", &app.database_url);
    run(command).expect(0);
    let map: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("map.json")).unwrap()).unwrap();
    assert_eq!(map["/2018/07/the-ferry/"], "/en/the-ferry");
    assert_eq!(map["/fr/2018/07/le-bac/"], "/fr/le-bac");
}
