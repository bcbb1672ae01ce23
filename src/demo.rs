//! The sample content: a report in three languages, its tags, and what readers say of it.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde::Deserialize;
use serde_json::Value;

use crate::articles::{Article, ArticleRef, NewArticle};
use crate::comments::model::Comment;
use crate::comments::posting::{self, Locks, Post, Terms};
use crate::comments::screening::Screened;
use crate::comments::subject::Subject;
use crate::comments::text::NewComment;
use crate::db::{Database, Statement};
use crate::error::{Error, Result};
use crate::events::Event;
use crate::projection;
use crate::schema::articles;
use crate::tags::Tag;
use crate::tags::model::{NewTag, NewTagTranslation};
use crate::translations::publishing::Publication;
use crate::translations::{NewTranslation, Translation};
use crate::values::fields::{self, Decode};
use crate::values::locale::Locale;

const CONTENT: &str = include_str!("demo/content.json");
const ACTOR: Option<&str> = Some("sample content");

#[derive(Deserialize)]
struct Content {
    article: Value,
    translations: Vec<Value>,
    tags: Vec<Value>,
    comments: Vec<SampleComment>,
}

#[derive(Deserialize)]
struct SampleComment {
    author_name: String,
    locale: Locale,
    body: String,
    status: String,
    #[serde(default)]
    replies: Vec<SampleComment>,
}

/// Loads the sample content, all of it or nothing; not into a database that has articles.
///
/// # Errors
/// When the database fails.
pub async fn load(db: &Database) -> Result<bool> {
    let content: Content =
        serde_json::from_str(CONTENT).map_err(|error| Error::Internal(error.to_string()))?;
    let mut conn = db.connection().await?;
    conn.transaction(async |conn| {
        let queue: Statement<()> = Statement::new("select pg_advisory_xact_lock(hashtext('demo'))");
        queue.execute(conn).await?;
        let any: bool = diesel::select(diesel::dsl::exists(articles::table.select(articles::id)))
            .get_result(conn)
            .await?;
        if any {
            return Ok(false);
        }
        load_tags(conn, content.tags).await?;
        let article = load_article(conn, content.article, content.translations).await?;
        load_comments(conn, &article, &content.comments).await?;
        Ok(true)
    })
    .await
}

async fn load_tags(conn: &mut AsyncPgConnection, tags: Vec<Value>) -> Result<()> {
    for mut tag in tags {
        let translations = take(&mut tag, "translations");
        let new: NewTag = read(tag)?;
        let tag = Tag::create(conn, &new).await?;
        for (locale, translation) in translations.as_object().into_iter().flatten() {
            let locale: Locale = locale.parse().map_err(|_| damaged())?;
            tag.translate(
                conn,
                &locale,
                &read::<NewTagTranslation>(translation.clone())?,
            )
            .await?;
        }
        Event::new("tag.created", ACTOR)
            .key(format!("tag-{}", tag.id))
            .write(conn)
            .await?;
    }
    Ok(())
}

async fn load_article(
    conn: &mut AsyncPgConnection,
    mut article: Value,
    translations: Vec<Value>,
) -> Result<Article> {
    let source = take(&mut article, "source_locale");
    let source = source.as_str().ok_or_else(damaged)?;
    let new: NewArticle = read(article)?;
    let tags = Tag::resolve(conn, new.tags.as_deref().unwrap_or_default(), "/tags").await?;
    let article = Article::create(conn, source, &new, &tags).await?;
    Event::new("article.created", ACTOR)
        .article(article.id)
        .write(conn)
        .await?;
    for mut translation in translations {
        let locale = take(&mut translation, "locale");
        let locale = locale.as_str().ok_or_else(damaged)?;
        let new: NewTranslation = read(translation)?;
        let translation = Translation::create(conn, &article, locale, new, ACTOR).await?;
        let published = translation
            .publish(conn, Publication::default(), ACTOR)
            .await?;
        if let Some(event) = published {
            event.write(conn).await?;
        }
    }
    projection::project(conn, &[article.id]).await?;
    Ok(article)
}

async fn load_comments(
    conn: &mut AsyncPgConnection,
    article: &Article,
    samples: &[SampleComment],
) -> Result<()> {
    let reference = ArticleRef::Id(article.id);
    for sample in samples {
        let root = load_comment(conn, &reference, sample, None).await?;
        for reply in &sample.replies {
            load_comment(conn, &reference, reply, Some(&root)).await?;
        }
    }
    Ok(())
}

async fn load_comment(
    conn: &mut AsyncPgConnection,
    article: &ArticleRef,
    sample: &SampleComment,
    parent: Option<&Comment>,
) -> Result<Comment> {
    let new = NewComment {
        author_name: sample.author_name.clone(),
        author_email: None,
        author_url: None,
        body: sample.body.clone(),
        locale: Some(sample.locale.clone()),
        parent_id: parent.map(|parent| parent.id),
        form_token: None,
        website_confirm: None,
        notify_replies: false,
    };
    let subject: Subject = Subject::find_sql(article, new.parent_id)
        .get_result(conn)
        .await?;
    let place = subject.place(&new)?;
    let (mut post, _) = Post::new(new, place, Screened::approved())?;
    post.comment.status.clone_from(&sample.status);
    post.actor = ACTOR.map(str::to_owned);
    let mut written = posting::write(conn, &[post], Terms::none(), Locks::Wait).await?;
    let posted = written.pop().flatten().ok_or_else(damaged)??;
    Ok(posted.comment)
}

fn take(value: &mut Value, member: &str) -> Value {
    value
        .as_object_mut()
        .and_then(|members| members.remove(member))
        .unwrap_or(Value::Null)
}

fn read<T: Decode>(value: Value) -> Result<T> {
    fields::decode(value).map_err(Error::invalid)
}

fn damaged() -> Error {
    Error::Internal("the sample content is damaged".into())
}
