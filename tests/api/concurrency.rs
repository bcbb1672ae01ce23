//! Writers at the same time: exactly one wins, the others are told, and nothing is left half done.
//!
//! Which of two requests comes first is left to chance, and each test holds for either order.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::make::{draft, id, members, published, tag, translate};

/// Sends these at the same time; the answers in their order.
async fn together<F>(requests: Vec<F>) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let mut running = JoinSet::new();
    for (place, request) in requests.into_iter().enumerate() {
        running.spawn(async move { (place, request.await) });
    }
    let mut answers = running.join_all().await;
    answers.sort_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// A request on its way: method, path, header, body.
async fn send(
    caller: Client,
    method: &'static str,
    path: String,
    header: Option<(&'static str, String)>,
    body: Value,
) -> Answer {
    let request = caller.request(method, &path);
    let request = match header {
        Some((name, value)) => request.header(name, value),
        None => request,
    };
    Answer::of(if body.is_null() {
        request
    } else {
        request.json(&body)
    })
    .await
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

/// Every answer has one of these statuses.
#[track_caller]
fn only(answers: &[Answer], allowed: &[u16]) {
    for answer in answers {
        assert!(
            allowed.contains(&answer.status),
            "{}: {}",
            answer.status,
            answer.text
        );
    }
}

fn at(article: &str, locale: &str) -> String {
    format!("/v1/articles/{article}/translations/{locale}")
}

/// The names of the tags of an article's edition.
async fn tags_of(guest: &Client, article: &str, locale: &str) -> Vec<String> {
    let edition = guest
        .get(&format!("/v1/articles/{article}?locale={locale}"))
        .await
        .expect(200);
    let tags = edition["tags"].as_array().unwrap();
    tags.iter()
        .map(|tag| tag["name"].as_str().unwrap().to_owned())
        .collect()
}

/// What a tag's count says, and what there is.
async fn counts(guest: &Client, tag: &str, locale: &str) -> (u64, u64) {
    let counted = guest
        .get(&format!("/v1/tags/{tag}?locale={locale}"))
        .await
        .expect(200);
    let listed = guest
        .get(&format!(
            "/v1/articles?locale={locale}&tag={tag}&total=exact"
        ))
        .await;
    (
        counted["article_count"].as_u64().unwrap(),
        listed.expect(200)["total"].as_u64().unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_writers_with_one_entity_tag_one_wins() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let (whole, copy) = (format!("/v1/articles/{article}"), at(&article, "en"));
    for round in 0..20 {
        for (path, look, member) in [
            (&whole, format!("{whole}?view=draft"), "external_id"),
            (&copy, copy.clone(), "subtitle"),
        ] {
            let etag = admin.get(&look).await.etag();
            let writers = (0..2).map(|writer| {
                let body = json!({member: format!("round {round} writer {writer}")});
                send(
                    admin.clone(),
                    "PATCH",
                    path.clone(),
                    Some(("if-match", etag.clone())),
                    body,
                )
            });
            let answers = together(writers.collect()).await;
            assert_eq!(statuses(&answers), [200, 412], "{path}");
            let winner = answers
                .iter()
                .position(|answer| answer.status == 200)
                .unwrap();
            let now = admin.get(&look).await;
            assert_eq!(now.json()[member], format!("round {round} writer {winner}"));
            assert_eq!(now.etag(), answers[winner].etag());
        }
    }
    let revisions = admin.get(&copy).await.expect(200)["revision"].clone();
    assert_eq!(revisions, 21, "the first and one for each winner");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_writer_and_a_publisher_with_one_entity_tag_one_wins() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = draft(&admin, "Title 0").await;
    let path = at(&article, "en");
    for round in 1..=20 {
        let etag = admin.get(&path).await.etag();
        let header = || Some(("if-match", etag.clone()));
        let answers = together(vec![
            send(
                admin.clone(),
                "PATCH",
                path.clone(),
                header(),
                json!({"title": format!("Title {round}")}),
            ),
            send(
                admin.clone(),
                "POST",
                format!("{path}/publish"),
                header(),
                json!({}),
            ),
        ])
        .await;
        assert_eq!(statuses(&answers), [200, 412]);
        let copy = admin.get(&path).await.expect(200);
        let seen = guest.get(&format!("/v1/articles/{article}")).await;
        match answers[1].status {
            200 => assert_eq!(seen.expect(200)["title"], copy["title"]),
            _ => assert_eq!(copy["title"], format!("Title {round}")),
        }
        // The next round has something to publish.
        admin
            .patch(&path, json!({"subtitle": format!("{round}")}))
            .await
            .check(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_article_gets_the_slug_that_ten_ask_for() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for round in 0..4 {
        let writers = (0..10).map(|writer| {
            let slug = format!("wanted-{round}");
            let body = json!({
                "source_locale": "en", "publish": writer % 2 == 0,
                "translation": {"title": format!("By {writer}"), "slug": slug}
            });
            send(admin.clone(), "POST", "/v1/articles".into(), None, body)
        });
        let answers = together(writers.collect()).await;
        assert_eq!(statuses(&answers), [[201].as_slice(), &[409; 9]].concat());
        for answer in answers.into_iter().filter(|answer| answer.status == 409) {
            answer.problem(409, "conflict");
        }
    }
    let drafts = admin
        .get("/v1/articles?view=draft&total=exact")
        .await
        .expect(200);
    assert_eq!(drafts["total"], 4, "what was refused left nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_articles_of_one_title_get_ten_slugs() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let writers = (0..10).map(|_| {
        let body =
            json!({"source_locale": "hi", "translation": {"title": "पुणे में वर्षा"}, "publish": true});
        send(admin.clone(), "POST", "/v1/articles".into(), None, body)
    });
    let answers = together(writers.collect()).await;
    only(&answers, &[201]);
    let slugs: BTreeSet<String> = answers
        .iter()
        .map(|answer| answer.json()["slug"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(slugs.len(), 10, "{slugs:?}");
    assert!(slugs.contains("पुणे-में-वर्षा"));
    assert!(
        slugs.iter().all(|slug| slug.starts_with("पुणे-में-वर्षा")),
        "{slugs:?}"
    );
    for slug in slugs {
        assert_eq!(
            app.guest()
                .get(&format!("/v1/articles/{slug}"))
                .await
                .expect(200)["slug"],
            slug
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_articles_that_swap_to_one_slug_do_not_both_get_it() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let articles = [
        published(&admin, "Rain").await,
        published(&admin, "Hail").await,
    ];
    for round in 0..10 {
        let slug = format!("storm-{round}");
        let writers = articles.iter().map(|article| {
            send(
                admin.clone(),
                "PATCH",
                at(article, "en"),
                None,
                json!({"slug": slug}),
            )
        });
        let answers = together(writers.collect()).await;
        assert_eq!(statuses(&answers), [200, 409]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_article_gets_the_external_id_that_ten_ask_for() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let writers = (0..10).map(|_| {
        let body = json!({"source_locale": "en", "translation": {"title": "Rain"}, "external_id": "ghost:1"});
        send(admin.clone(), "POST", "/v1/articles".into(), None, body)
    });
    let answers = together(writers.collect()).await;
    assert_eq!(statuses(&answers), [[201].as_slice(), &[409; 9]].concat());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_moderators_with_one_entity_tag_one_decides() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    for round in 0..20 {
        let comment = json!({"author_name": "A", "body": format!("Words {round}"), "locale": "en"});
        let made = guest
            .post(&format!("/v1/articles/{article}/comments"), comment)
            .await;
        let path = format!("/v1/comments/{}", id(&made.check(201).json()));
        let etag = admin.get(&path).await.etag();
        let moderators = ["approved", "rejected"].map(|status| {
            let header = Some(("if-match", etag.clone()));
            send(
                admin.clone(),
                "PATCH",
                path.clone(),
                header,
                json!({"status": status}),
            )
        });
        let answers = together(moderators.into()).await;
        assert_eq!(statuses(&answers), [200, 412]);
        let winner = answers.iter().find(|answer| answer.status == 200).unwrap();
        assert_eq!(
            admin.get(&path).await.expect(200)["status"],
            winner.json()["status"]
        );
    }
    let seen = guest
        .get(&format!("/v1/articles/{article}/comments?limit=100"))
        .await
        .expect(200);
    let counted = guest
        .get(&format!("/v1/articles/{article}"))
        .await
        .expect(200);
    assert_eq!(
        counted["comments"]["approved_count"],
        seen["data"].as_array().unwrap().len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn languages_published_at_the_same_time_all_know_each_other() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    for round in 0..8 {
        let article = draft(&admin, &format!("Rain {round}")).await;
        for locale in ["hi", "mr"] {
            admin
                .put(
                    &at(&article, locale),
                    json!({"title": format!("{locale} {round}")}),
                )
                .await
                .check(201);
        }
        let all = ["en", "hi", "mr"];
        let publish = all.map(|locale| {
            send(
                admin.clone(),
                "POST",
                format!("{}/publish", at(&article, locale)),
                None,
                json!({}),
            )
        });
        only(&together(publish.into()).await, &[200]);
        for locale in all {
            let edition = guest
                .get(&format!("/v1/articles/{article}?locale={locale}"))
                .await
                .expect(200);
            let known: Vec<&str> = edition["translations"]
                .as_array()
                .unwrap()
                .iter()
                .map(|other| other["locale"].as_str().unwrap())
                .collect();
            assert_eq!(known, all, "what {locale} knows");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishing_many_articles_that_share_tags_counts_every_one() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let mut tags = vec![];
    for name in ["One", "Two", "Three", "Four"] {
        tags.push(tag(&admin, name).await);
    }
    let mut articles = vec![];
    for number in 0..10 {
        let article = draft(&admin, &format!("Story {number}")).await;
        tags.rotate_left(1);
        if number % 2 == 0 {
            tags.reverse();
        }
        admin
            .patch(
                &format!("/v1/articles/{article}"),
                json!({"tags": tags[..3]}),
            )
            .await
            .check(200);
        admin
            .put(
                &at(&article, "hi"),
                json!({"title": format!("कथा {number}")}),
            )
            .await
            .check(201);
        articles.push(article);
    }
    for action in ["publish", "unpublish", "publish"] {
        let requests = articles.iter().flat_map(|article| {
            ["hi", "en"].map(|locale| {
                send(
                    admin.clone(),
                    "POST",
                    format!("{}/{action}", at(article, locale)),
                    None,
                    json!({}),
                )
            })
        });
        only(&together(requests.collect()).await, &[200]);
        for tag in &tags {
            for locale in ["en", "hi"] {
                let (counted, listed) = counts(&guest, tag, locale).await;
                assert_eq!(counted, listed, "{tag} in {locale} after {action}");
            }
        }
    }
    let requests = articles.iter().enumerate().map(|(place, article)| {
        tags.rotate_left(1);
        match place % 3 {
            0 => send(
                admin.clone(),
                "DELETE",
                format!("/v1/articles/{article}"),
                None,
                Value::Null,
            ),
            1 => {
                let path = format!("/v1/articles/{article}");
                send(admin.clone(), "PATCH", path, None, json!({"tags": tags}))
            }
            _ => send(
                admin.clone(),
                "POST",
                format!("{}/unpublish", at(article, "en")),
                None,
                json!({}),
            ),
        }
    });
    only(&together(requests.collect()).await, &[200, 204]);
    for tag in &tags {
        for locale in ["en", "hi", "mr"] {
            let (counted, listed) = counts(&guest, tag, locale).await;
            assert_eq!(counted, listed, "{tag} in {locale}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_renamed_meanwhile_has_its_new_name_in_every_edition() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let weather = tag(&admin, "Weather 0").await;
    for round in 1..=6 {
        let mut articles = vec![];
        for number in 0..4 {
            articles.push(draft(&admin, &format!("Story {round} {number}")).await);
        }
        let put = |article: &String| format!("/v1/articles/{article}/tags/{weather}");
        admin.put(&put(&articles[0]), json!({})).await.check(200);
        let name = format!("Weather {round}");
        let patch = |article: &String| format!("/v1/articles/{article}");
        let requests = vec![
            send(admin.clone(), "PUT", put(&articles[1]), None, json!({})),
            send(
                admin.clone(),
                "POST",
                format!("{}/publish", at(&articles[1], "en")),
                None,
                json!({}),
            ),
            send(
                admin.clone(),
                "POST",
                format!("{}/publish", at(&articles[0], "en")),
                None,
                json!({}),
            ),
            send(
                admin.clone(),
                "PATCH",
                format!("/v1/tags/{weather}"),
                None,
                json!({"name": name}),
            ),
            send(
                admin.clone(),
                "POST",
                format!("{}/publish", at(&articles[2], "en")),
                None,
                json!({}),
            ),
            send(
                admin.clone(),
                "PATCH",
                patch(&articles[2]),
                None,
                json!({"tags": [weather]}),
            ),
            send(admin.clone(), "PUT", put(&articles[3]), None, json!({})),
            send(
                admin.clone(),
                "POST",
                format!("{}/publish", at(&articles[3], "en")),
                None,
                json!({}),
            ),
        ];
        only(&together(requests).await, &[200]);
        for article in &articles {
            assert_eq!(tags_of(&guest, article, "en").await, [name.as_str()]);
        }
        let (counted, listed) = counts(&guest, &weather, "en").await;
        assert_eq!((counted, listed), (4 * round, 4 * round));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_translated_meanwhile_has_its_name_in_every_edition() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let weather = tag(&admin, "Weather").await;
    let mut articles = vec![];
    for number in 0..4 {
        let article = published(&admin, &format!("Story {number}")).await;
        admin
            .put(
                &at(&article, "hi"),
                json!({"title": format!("कथा {number}")}),
            )
            .await
            .check(201);
        admin
            .put(&format!("/v1/articles/{article}/tags/{weather}"), json!({}))
            .await
            .check(200);
        articles.push(article);
    }
    for round in 0..6 {
        let action = if round % 2 == 0 {
            "publish"
        } else {
            "unpublish"
        };
        let name = format!("मौसम {round}");
        let mut requests = vec![send(
            admin.clone(),
            "PUT",
            format!("/v1/tags/{weather}/translations/hi"),
            None,
            json!({"name": name}),
        )];
        requests.extend(articles.iter().map(|article| {
            send(
                admin.clone(),
                "POST",
                format!("{}/{action}", at(article, "hi")),
                None,
                json!({}),
            )
        }));
        only(&together(requests).await, &[200, 201]);
        if action == "publish" {
            for article in &articles {
                assert_eq!(tags_of(&guest, article, "hi").await, [name.as_str()]);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_merged_or_deleted_meanwhile_leaves_no_trace() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let kept = tag(&admin, "Kept").await;
    let mut articles = vec![];
    for number in 0..4 {
        articles.push(published(&admin, &format!("Story {number}")).await);
    }
    for round in 0..8 {
        let going = tag(&admin, &format!("Going {round}")).await;
        let other = format!("/v1/articles/{}", articles[0]);
        admin
            .patch(&other, json!({"tags": [going]}))
            .await
            .check(200);
        let merges = round % 2 == 0;
        let end = if merges {
            send(
                admin.clone(),
                "POST",
                format!("/v1/tags/{going}/merge"),
                None,
                json!({"into": kept}),
            )
        } else {
            send(
                admin.clone(),
                "DELETE",
                format!("/v1/tags/{going}?detach=true"),
                None,
                Value::Null,
            )
        };
        let patch = |article: &String| {
            let body = json!({"tags": [going, kept]});
            send(
                admin.clone(),
                "PATCH",
                format!("/v1/articles/{article}"),
                None,
                body,
            )
        };
        let requests = vec![
            patch(&articles[1]),
            send(
                admin.clone(),
                "PUT",
                format!("/v1/articles/{}/tags/{going}", articles[2]),
                None,
                json!({}),
            ),
            end,
            send(
                admin.clone(),
                "PUT",
                format!("/v1/articles/{}/tags/{going}", articles[3]),
                None,
                json!({}),
            ),
            send(
                admin.clone(),
                "POST",
                format!("{}/unpublish", at(&articles[0], "en")),
                None,
                json!({}),
            ),
            send(
                admin.clone(),
                "POST",
                format!("{}/publish", at(&articles[0], "en")),
                None,
                json!({}),
            ),
            patch(&articles[2]),
        ];
        let answers = together(requests).await;
        only(&answers, &[200, 204, 404, 409, 422]);
        only(&answers[2..3], &[200, 204]);
        if answers[5].status != 200 || answers[4].status == 409 {
            admin
                .post(&format!("{}/publish", at(&articles[0], "en")), json!({}))
                .await
                .check(200);
        }
        admin
            .post(&format!("{}/publish", at(&articles[0], "en")), json!({}))
            .await
            .check(200);
        for article in &articles {
            let names = tags_of(&guest, article, "en").await;
            assert!(names.is_empty() || names == ["Kept"], "{names:?}");
            let copy = admin
                .get(&format!("/v1/articles/{article}?view=draft"))
                .await
                .expect(200);
            assert_eq!(
                copy["tags"].as_array().unwrap().len(),
                names.len(),
                "readers and editors"
            );
        }
        let (counted, listed) = counts(&guest, &kept, "en").await;
        assert_eq!(counted, listed);
        let gone = guest.get(&format!("/v1/tags/{going}")).await;
        assert!(matches!(gone.status, 301 | 404), "{}", gone.text);
        let left = guest
            .get(&format!("/v1/articles?tag={going}"))
            .await
            .expect(200);
        assert_eq!(left["data"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tags_merged_into_each_other_leave_one() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    for round in 0..8 {
        let (one, two) = (
            tag(&admin, &format!("One {round}")).await,
            tag(&admin, &format!("Two {round}")).await,
        );
        let both = json!({"tags": [one, two]});
        admin
            .patch(&format!("/v1/articles/{article}"), both)
            .await
            .check(200);
        let merge = |from: &String, into: &String| {
            send(
                admin.clone(),
                "POST",
                format!("/v1/tags/{from}/merge"),
                None,
                json!({"into": into}),
            )
        };
        let answers = together(vec![merge(&one, &two), merge(&two, &one)]).await;
        assert_eq!(
            answers.iter().filter(|answer| answer.status == 200).count(),
            1
        );
        only(&answers, &[200, 404, 422]);
        assert_eq!(tags_of(&guest, &article, "en").await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tags_do_not_become_parts_of_each_other() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for round in 0..8 {
        let (one, two) = (
            tag(&admin, &format!("One {round}")).await,
            tag(&admin, &format!("Two {round}")).await,
        );
        let under = |child: &String, parent: &String| {
            send(
                admin.clone(),
                "PATCH",
                format!("/v1/tags/{child}"),
                None,
                json!({"parent": parent}),
            )
        };
        let answers = together(vec![under(&one, &two), under(&two, &one)]).await;
        assert_eq!(statuses(&answers), [200, 422], "{answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locale_deleted_meanwhile_has_a_translation_or_is_gone() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let path = at(&article, "fr");
    for round in 0..10 {
        admin.put("/v1/locales/fr", json!({})).await.check(201);
        let requests = vec![
            send(
                admin.clone(),
                "PUT",
                path.clone(),
                None,
                json!({"title": format!("Pluie {round}")}),
            ),
            send(
                admin.clone(),
                "DELETE",
                "/v1/locales/fr".into(),
                None,
                Value::Null,
            ),
            send(
                admin.clone(),
                "POST",
                "/v1/tags".into(),
                None,
                json!({"name": format!("Mot {round}"), "locale": "fr"}),
            ),
            send(
                admin.clone(),
                "POST",
                "/v1/tags".into(),
                None,
                json!({"name": format!("Word {round}")}),
            ),
        ];
        let answers = together(requests).await;
        only(&answers[..1], &[201, 404, 422]);
        only(&answers[1..2], &[204, 409]);
        only(&answers[2..3], &[201, 422]);
        only(&answers[3..], &[201]);
        let written = answers[0].status == 201 || answers[2].status == 201;
        assert_eq!(answers[1].status == 409, written, "{answers:?}");
        if answers[0].status == 201 {
            admin.delete(&path).await.check(204);
        }
        if answers[2].status == 201 {
            admin
                .delete(&format!("/v1/tags/{}", id(&answers[2].json())))
                .await
                .check(204);
        }
        if written {
            admin.delete("/v1/locales/fr").await.check(204);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tags_and_locales_made_at_the_same_time_are_counted() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let locales = ["fr", "de", "ja", "ta", "ur", "bn"];
    let requests = locales.iter().enumerate().flat_map(|(place, locale)| {
        [
            send(
                admin.clone(),
                "PUT",
                format!("/v1/locales/{locale}"),
                None,
                json!({}),
            ),
            send(
                admin.clone(),
                "POST",
                "/v1/tags".into(),
                None,
                json!({"name": format!("Tag {place}")}),
            ),
        ]
    });
    only(&together(requests.collect()).await, &[201]);
    for locale in locales {
        for sort in ["-article_count", "name"] {
            let listed = guest
                .get(&format!("/v1/tags?locale={locale}&sort={sort}"))
                .await
                .expect(200);
            assert_eq!(
                listed["data"].as_array().unwrap().len(),
                6,
                "{locale} by {sort}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_locale_is_made_by_many_at_once() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for locale in ["fr", "de", "ja"] {
        let create = (0..6).map(|_| {
            let header = Some(("if-none-match", "*".to_owned()));
            send(
                admin.clone(),
                "PUT",
                format!("/v1/locales/{locale}"),
                header,
                json!({}),
            )
        });
        let answers = together(create.collect()).await;
        only(&answers, &[201, 409, 412]);
        assert_eq!(
            answers.iter().filter(|answer| answer.status == 201).count(),
            1
        );
    }
    let defaults = ["fr", "de", "ja", "en"].map(|locale| {
        send(
            admin.clone(),
            "PUT",
            format!("/v1/locales/{locale}"),
            None,
            json!({"is_default": true}),
        )
    });
    only(&together(defaults.into()).await, &[200, 409]);
    let listed = admin.get("/v1/locales").await.expect(200);
    assert_eq!(
        members(&listed, "is_default")
            .iter()
            .filter(|is| **is == json!(true))
            .count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fallbacks_changed_meanwhile_name_the_tags_of_every_edition() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let weather = tag(&admin, "Weather").await;
    let named = format!("/v1/tags/{weather}/translations/hi");
    admin.put(&named, json!({"name": "मौसम"})).await.check(201);
    let mut articles = vec![];
    for number in 0..6 {
        let article = published(&admin, &format!("Story {number}")).await;
        admin
            .put(&format!("/v1/articles/{article}/tags/{weather}"), json!({}))
            .await
            .check(200);
        admin
            .put(
                &at(&article, "mr"),
                json!({"title": format!("कथा {number}")}),
            )
            .await
            .check(201);
        articles.push(article);
    }
    for round in 0..8 {
        let renamed = format!("Weather {round}");
        let (chain, name) = if round % 2 == 0 {
            (json!(["en"]), renamed.as_str())
        } else {
            (json!(["hi", "en"]), "मौसम")
        };
        let mut requests: Vec<_> = articles
            .iter()
            .map(|article| {
                send(
                    admin.clone(),
                    "POST",
                    format!("{}/publish", at(article, "mr")),
                    None,
                    json!({}),
                )
            })
            .collect();
        let change = json!({"fallbacks": chain});
        requests.insert(
            3,
            send(admin.clone(), "PUT", "/v1/locales/mr".into(), None, change),
        );
        let rename = json!({"name": renamed, "synonyms": [format!("word {round}")]});
        requests.push(send(
            admin.clone(),
            "PATCH",
            format!("/v1/tags/{weather}"),
            None,
            rename,
        ));
        only(&together(requests).await, &[200]);
        for article in &articles {
            assert_eq!(
                tags_of(&guest, article, "mr").await,
                [name],
                "round {round}"
            );
            admin
                .post(&format!("{}/unpublish", at(article, "mr")), json!({}))
                .await
                .check(200);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_to_a_comment_deleted_meanwhile_hangs_under_a_tombstone_or_is_refused() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    let comments = format!("/v1/articles/{article}/comments");
    for round in 0..20 {
        let body = json!({"author_name": "A", "body": format!("Root {round}"), "locale": "en"});
        let root = id(&admin.post(&comments, body).await.expect(201));
        let reply = json!({
            "author_name": "B", "body": format!("Reply {round}"), "locale": "en", "parent_id": root
        });
        let answers = together(vec![
            send(admin.clone(), "POST", comments.clone(), None, reply),
            send(
                admin.clone(),
                "DELETE",
                format!("/v1/comments/{root}"),
                None,
                Value::Null,
            ),
        ])
        .await;
        only(&answers[..1], &[201, 422, 404]);
        only(&answers[1..], &[204]);
        let left = guest.get(&format!("{comments}?limit=1")).await.expect(200);
        if answers[0].status == 201 {
            let tombstone = &left["data"][0];
            assert_eq!(
                (&tombstone["id"], &tombstone["status"]),
                (&json!(root), &json!("deleted"))
            );
            let reply = id(&answers[0].json());
            assert_eq!(tombstone["replies"]["data"][0]["id"], reply);
            admin
                .delete(&format!("/v1/comments/{reply}"))
                .await
                .check(204);
        } else {
            assert_eq!(left["data"], json!([]));
        }
        assert_eq!(guest.get(&comments).await.expect(200)["data"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn comments_of_one_thread_deleted_at_the_same_time_leave_nothing() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    let comments = format!("/v1/articles/{article}/comments");
    for round in 0..10 {
        let mut thread: Vec<String> = vec![];
        for depth in 0..4 {
            let body = json!({
                "author_name": "A", "body": format!("Words {round} {depth}"), "locale": "en",
                "parent_id": thread.last()
            });
            thread.push(id(&admin.post(&comments, body).await.expect(201)));
        }
        if round % 2 == 0 {
            thread.reverse();
        }
        let delete = thread.iter().map(|comment| {
            send(
                admin.clone(),
                "DELETE",
                format!("/v1/comments/{comment}"),
                None,
                Value::Null,
            )
        });
        only(&together(delete.collect()).await, &[204, 404]);
        assert_eq!(
            guest.get(&comments).await.expect(200)["data"],
            json!([]),
            "round {round}"
        );
        let counted = guest
            .get(&format!("/v1/articles/{article}"))
            .await
            .expect(200);
        assert_eq!(counted["comments"]["approved_count"], 0);
    }
    let left = admin.get("/v1/comments?total=exact").await.expect(200);
    assert_eq!(
        left["total"], 0,
        "the last of them took the tombstones along"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_posted_and_moderated_at_the_same_time_are_counted() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    let comments = format!("/v1/articles/{article}/comments");
    let body = json!({"author_name": "A", "body": "Root", "locale": "en"});
    let root = id(&admin.post(&comments, body).await.expect(201));
    let replies = (0..16).map(|number| {
        let body = json!({
            "author_name": "B", "body": format!("Reply {number}"), "locale": "en", "parent_id": root
        });
        send(admin.clone(), "POST", comments.clone(), None, body)
    });
    let answers = together(replies.collect()).await;
    only(&answers, &[201]);
    let reject = answers.iter().enumerate().map(|(place, answer)| {
        let path = format!("/v1/comments/{}", id(&answer.json()));
        if place % 2 == 0 {
            send(
                admin.clone(),
                "PATCH",
                path,
                None,
                json!({"status": "rejected"}),
            )
        } else {
            send(admin.clone(), "DELETE", path, None, Value::Null)
        }
    });
    only(&together(reject.skip(4).collect()).await, &[200, 204]);
    let seen = guest.get(&format!("/v1/comments/{root}")).await.expect(200);
    assert_eq!(seen["reply_count"], 4);
    let counted = guest
        .get(&format!("/v1/articles/{article}"))
        .await
        .expect(200);
    assert_eq!(counted["comments"]["approved_count"], 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_begin_a_translation_one_creates_it() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for round in 0..10 {
        let article = draft(&admin, &format!("Rain {round}")).await;
        let header = || (round % 2 == 0).then(|| ("if-none-match", "*".to_owned()));
        let put = (0..5).map(|writer| {
            let body = json!({"title": format!("वर्षा {round} {writer}")});
            send(admin.clone(), "PUT", at(&article, "hi"), header(), body)
        });
        let answers = together(put.collect()).await;
        let others = if round % 2 == 0 { 412 } else { 200 };
        let expected: Vec<u16> = if others == 412 {
            vec![201, 412, 412, 412, 412]
        } else {
            vec![200, 200, 200, 200, 201]
        };
        assert_eq!(statuses(&answers), expected);
        let copy = admin.get(&at(&article, "hi")).await.expect(200);
        assert_eq!(copy["revision"], if others == 412 { 1 } else { 5 });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_article_deleted_meanwhile_takes_no_more_writes() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let weather = tag(&admin, "Weather").await;
    for round in 0..10 {
        let article = published(&admin, &format!("Rain {round}")).await;
        translate(&admin, &article, "hi", &format!("वर्षा {round}")).await;
        let whole = format!("/v1/articles/{article}");
        let query = if round % 2 == 0 {
            "?permanent=true"
        } else {
            ""
        };
        let comment = json!({"author_name": "A", "body": "Words", "locale": "en"});
        let requests = vec![
            send(
                admin.clone(),
                "PATCH",
                at(&article, "en"),
                None,
                json!({"title": "Hail"}),
            ),
            send(
                admin.clone(),
                "POST",
                format!("{}/publish", at(&article, "en")),
                None,
                json!({}),
            ),
            send(
                admin.clone(),
                "DELETE",
                format!("{whole}{query}"),
                None,
                Value::Null,
            ),
            send(
                admin.clone(),
                "PUT",
                format!("{whole}/tags/{weather}"),
                None,
                json!({}),
            ),
            send(
                admin.clone(),
                "PUT",
                at(&article, "mr"),
                None,
                json!({"title": "पाऊस"}),
            ),
            send(
                guest.clone(),
                "POST",
                format!("{whole}/comments"),
                None,
                comment,
            ),
        ];
        only(&together(requests).await, &[200, 201, 204, 404]);
        guest.get(&whole).await.problem(404, "not-found");
        let (counted, listed) = counts(&guest, &weather, "en").await;
        assert_eq!((counted, listed), (0, 0));
    }
    let counted = guest
        .get(&format!("/v1/tags/{weather}?locale=hi"))
        .await
        .expect(200);
    assert_eq!(counted["article_count"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_are_one_service() {
    let app = TestApp::start().await;
    let second = app.second_node(&[]).await;
    let (here, there) = (app.admin(), second.admin());
    let article = published(&here, "Rain").await;
    for round in 0..10 {
        let path = at(&article, "en");
        let etag = here.get(&path).await.etag();
        assert_eq!(there.get(&path).await.etag(), etag);
        let writers = [&here, &there].map(|node| {
            let header = Some(("if-match", etag.clone()));
            send(
                node.clone(),
                "PATCH",
                path.clone(),
                header,
                json!({"title": format!("Title {round}")}),
            )
        });
        assert_eq!(statuses(&together(writers.into()).await), [200, 412]);
        there
            .post(&format!("{path}/publish"), json!({}))
            .await
            .check(200);
        let title = async |node: &TestApp| {
            let article = format!("/v1/articles/{article}");
            node.guest().get(&article).await.expect(200)["title"].clone()
        };
        assert_eq!(title(&second).await, format!("Title {round}"));
        // The node that did not take it may need a moment.
        let deadline = Instant::now() + Duration::from_secs(30);
        while title(&app).await != format!("Title {round}") {
            assert!(Instant::now() < deadline, "it is never seen");
        }
    }
    for number in 0..4 {
        published(&there, &format!("Story {number}")).await;
    }
    let page = second.guest().get("/v1/articles?limit=3").await.expect(200);
    let cursor = page["page"]["next_cursor"].as_str().unwrap();
    let next = app
        .guest()
        .get(&format!("/v1/articles?limit=3&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(
        next["data"].as_array().unwrap().len(),
        2,
        "a cursor of one is taken by the other"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_never_sees_a_change_half_done() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Title 0").await;
    let first = json!({"slug": "title-0", "body": "Body 0"});
    admin.patch(&at(&article, "en"), first).await.check(200);
    admin
        .post(&format!("{}/publish", at(&article, "en")), json!({}))
        .await
        .check(200);
    translate(&admin, &article, "hi", "शीर्षक").await;
    let number = |text: &Value, before: &str| -> String {
        text.as_str()
            .unwrap()
            .strip_prefix(before)
            .unwrap_or_else(|| panic!("{text}"))
            .to_owned()
    };
    let mut readers = JoinSet::new();
    for path in [
        format!("/v1/articles/{article}?locale=en"),
        format!("/v1/articles/{article}?locale=hi"),
        "/v1/articles?locale=en".to_owned(),
        "/v1/articles?locale=hi".to_owned(),
    ] {
        let guest = guest.clone();
        readers.spawn(async move {
            for _ in 0..40 {
                let document = guest.get(&path).await.expect(200);
                let edition = document.get("data").map_or(&document, |data| &data[0]);
                let english = &edition["translations"][0];
                let round = number(&english["title"], "Title ");
                assert_eq!(number(&english["slug"], "title-"), round);
                if edition["locale"] == "en" {
                    assert_eq!(number(&edition["title"], "Title "), round);
                    assert_eq!(number(&edition["slug"], "title-"), round);
                    assert_eq!(number(&edition["summary"], "Body "), round);
                }
                if let Some(body) = edition.get("body").filter(|_| edition["locale"] == "en") {
                    assert_eq!(number(body, "Body "), round);
                    assert_eq!(
                        edition["body_html"].as_str().unwrap().trim(),
                        format!("<p>Body {round}</p>")
                    );
                }
            }
        });
    }
    for round in 1..=20 {
        let words = json!({
            "title": format!("Title {round}"), "slug": format!("title-{round}"), "body": format!("Body {round}")
        });
        admin.patch(&at(&article, "en"), words).await.check(200);
        admin
            .post(&format!("{}/publish", at(&article, "en")), json!({}))
            .await
            .check(200);
    }
    readers.join_all().await;
}
