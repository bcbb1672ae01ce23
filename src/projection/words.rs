//! The words that editions are found by: taken from what readers have, in the transaction that gives it
//! to them.

use std::collections::BTreeSet;

use diesel::Queryable;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::run;
use crate::db::Statement;
use crate::error::Result;
use crate::values::markdown;
use crate::values::search::{Analysis, skeletons, words};

/// The state of the art in which words are taken. To be raised whenever `values::search` takes other words
/// from a text than before: the worker then takes those of all editions again.
const VERSION: i32 = 1;

/// The most bytes of words that are taken from one text, so that what PostgreSQL makes of them stays below
/// the megabyte that it can hold.
const MOST: usize = 256 * 1024;

/// How many editions' words are taken at a time.
const BATCH: usize = 100;

/// Ends the title and what stands above the body, so that positions go on behind words that PostgreSQL
/// leaves out; it is taken out in the end. No stemmer changes a number.
const END: &str = "888888888888888888888888888888888888888888";

/// What readers have of an edition, as words are taken from it.
#[derive(Debug, Queryable)]
struct Text {
    article_id: Uuid,
    locale: String,
    revision: i32,
    title: String,
    /// Subtitle and summary.
    lead: String,
    /// The body as HTML; as Markdown where there is no HTML.
    body: String,
    is_html: bool,
}

/// The SQL types of [`Text`].
type TextSql = (
    sql::Uuid,
    sql::Text,
    sql::Integer,
    sql::Text,
    sql::Text,
    sql::Text,
    sql::Bool,
);

/// SQL of [`Text`]s.
const TEXTS: &str = "select t.article_id, t.locale, r.number, r.title, \
        concat_ws(chr(10), r.subtitle, coalesce(r.summary, r.excerpt)), coalesce(r.body_html, r.body), \
        r.body_html is not null \
    from editions e \
    join translations t on t.article_id = e.article_id and t.locale = e.locale \
    join revisions r on (r.article_id, r.locale, r.number) = (t.article_id, t.locale, t.published_revision) ";

/// Makes the words of these articles' editions what they should be. Those that are so already are left
/// alone.
///
/// # Errors
/// When the database fails.
pub(super) async fn index(conn: &mut AsyncPgConnection, articles: &[Uuid]) -> Result<()> {
    take_missing(conn, articles).await?;
    let refresh = Statement::new(
        "update edition_words w set published_at = e.published_at, source_locale = e.source_locale, \
            locales = o.locales \
        from editions e cross join lateral (\
            select array_agg(locale order by locale) as locales from editions o where o.article_id = e.article_id) o \
        where e.article_id = w.article_id and e.locale = w.locale \
          and (e.published_at, e.source_locale, o.locales) is distinct from (w.published_at, w.source_locale, w.locales) \
          and e.article_id = any(",
    );
    run(conn, refresh.bind(articles.to_vec()).sql(")")).await
}

/// Takes the words of those editions of these articles whose words are others by now, or have not been taken.
///
/// # Errors
/// When the database fails.
pub(super) async fn take_missing(conn: &mut AsyncPgConnection, articles: &[Uuid]) -> Result<()> {
    let behind: Statement<(sql::Uuid, sql::Text)> = Statement::new(
        "select e.article_id, e.locale from editions e \
        join translations t on t.article_id = e.article_id and t.locale = e.locale \
        left join edition_words w on w.article_id = e.article_id and w.locale = e.locale \
        where (w.article_id is null or w.revision <> t.published_revision or w.version < ",
    )
    .bind(VERSION)
    .sql(") and e.article_id = any(")
    .bind(articles.to_vec())
    .sql(")");
    let mut behind: Vec<(Uuid, String)> = behind.load(conn).await?;
    // All writers take them in one order.
    behind.sort_unstable_by(|one, other| (&one.1, one.0).cmp(&(&other.1, other.0)));
    for batch in behind.chunks(BATCH) {
        let texts = texts(conn, batch).await?;
        write(conn, &texts).await?;
    }
    Ok(())
}

/// What readers have of these.
async fn texts(conn: &mut AsyncPgConnection, editions: &[(Uuid, String)]) -> Result<Vec<Text>> {
    let (articles, locales): (Vec<Uuid>, Vec<String>) = editions.iter().cloned().unzip();
    let texts: Statement<TextSql> = Statement::new(TEXTS)
        .sql("where (e.article_id, e.locale) in (select * from unnest(")
        .bind(articles)
        .sql(", ")
        .bind(locales)
        .sql("))");
    Ok(texts.load(conn).await?)
}

/// Takes the words of some editions again whose words were taken in an older way, or not yet; of which
/// nobody else does so. Tells how many; none: all are up to date.
///
/// # Errors
/// When the database fails.
pub async fn index_older(conn: &mut AsyncPgConnection) -> Result<usize> {
    let older: Statement<(sql::Uuid, sql::Text)> =
        Statement::new("select article_id, locale from edition_words where version < ")
            .bind(VERSION)
            .sql(format!(
                " order by version limit {BATCH} for update skip locked"
            ));
    let older: Vec<(Uuid, String)> = older.load(conn).await?;
    if older.is_empty() {
        return Ok(0);
    }
    // Read behind the lock: nobody publishes other words of these until this is committed.
    let texts = texts(conn, &older).await?;
    write(conn, &texts).await?;
    Ok(texts.len())
}

/// The words of many editions, column by column.
#[derive(Debug, Default)]
struct Columns {
    articles: Vec<Uuid>,
    locales: Vec<String>,
    revisions: Vec<i32>,
    body_at: Vec<i32>,
    configs: Vec<String>,
    titles: Vec<String>,
    leads: Vec<String>,
    bodies: Vec<String>,
    /// Words of the title in other letters than Latin, in Latin letters.
    romanised: Vec<String>,
    title_words: Vec<String>,
    /// Words of titles in Latin letters, whichever titles.
    spellings: BTreeSet<String>,
}

impl Columns {
    fn add(&mut self, text: &Text) {
        let analysis = Analysis::of(&text.locale);
        let body = match text.is_html {
            true => markdown::plain_text_of(&text.body),
            false => markdown::plain_text(&text.body),
        };
        let mut title_words: Vec<String> = words(&text.title).map(|word| word.folded).collect();
        let romanised = match title_words.iter().all(|word| word.is_ascii()) {
            true => vec![],
            false => skeletons(&text.title),
        };
        title_words.extend_from_slice(&romanised);
        let (title, lead) = (
            analysis.indexed(&text.title, MOST),
            analysis.indexed(&text.lead, MOST),
        );
        // Each ends with one more.
        let above = title.split_whitespace().count() + lead.split_whitespace().count() + 2;
        self.articles.push(text.article_id);
        self.locales.push(text.locale.clone());
        self.revisions.push(text.revision);
        self.body_at.push(i32::try_from(above).unwrap_or(i32::MAX));
        self.configs.push(analysis.config().to_owned());
        self.titles.push(title);
        self.leads.push(lead);
        self.bodies.push(analysis.indexed(&body, MOST));
        let romanised = romanised.iter().map(|word| format!("~{word}"));
        self.romanised.push(romanised.collect::<Vec<_>>().join(" "));
        self.title_words.push(title_words.join(" "));
        let spellings = title_words.into_iter().filter(|word| may_be_misspelt(word));
        self.spellings.extend(spellings);
    }
}

/// Has PostgreSQL stem and count the words of these texts, and keeps them.
async fn write(conn: &mut AsyncPgConnection, texts: &[Text]) -> Result<()> {
    let mut columns = Columns::default();
    texts.iter().for_each(|text| columns.add(text));
    let write = Statement::new(
        "insert into edition_words (article_id, locale, published_at, source_locale, locales, revision, version, \
            body_at, words, title_words) \
        select e.article_id, e.locale, e.published_at, e.source_locale, \
            array(select o.locale from editions o where o.article_id = e.article_id order by o.locale), n.revision, ",
    )
    .bind(VERSION)
    .sql(format!(
        ", n.body_at, ts_delete(setweight(to_tsvector(n.config::regconfig, n.title || ' {END}'), 'A') \
                || setweight(to_tsvector(n.config::regconfig, n.lead || ' {END}'), 'B') \
                || to_tsvector(n.config::regconfig, n.body), '{END}') \
            || array_to_tsvector(array_append(string_to_array(n.romanised, ' '), '@' || n.locale)), \
            array_to_tsvector(array_append(string_to_array(n.title_words, ' '), '@' || n.locale)) from unnest("
    ))
    .bind(columns.articles)
    .sql(", ")
    .bind(columns.locales)
    .sql(", ")
    .bind(columns.revisions)
    .sql("::int[], ")
    .bind(columns.body_at)
    .sql("::int[], ")
    .bind(columns.configs)
    .sql(", ")
    .bind(columns.titles)
    .sql(", ")
    .bind(columns.leads)
    .sql(", ")
    .bind(columns.bodies)
    .sql(", ")
    .bind(columns.romanised)
    .sql(", ")
    .bind(columns.title_words)
    .sql(
        ") as n(article_id, locale, revision, body_at, config, title, lead, body, romanised, title_words) \
        join editions e on e.article_id = n.article_id and e.locale = n.locale \
        order by e.locale, e.article_id \
        on conflict (article_id, locale) do update set published_at = excluded.published_at, \
            revision = excluded.revision, version = excluded.version, body_at = excluded.body_at, \
            words = excluded.words, title_words = excluded.title_words",
    );
    run(conn, write).await?;
    let spellings: Vec<String> = columns.spellings.into_iter().collect();
    let spell = Statement::new("insert into title_spellings select word from unnest(")
        .bind(spellings)
        .sql(") as new(word) where not exists (select from title_spellings t where t.word collate \"C\" = new.word)");
    run(conn, spell).await
}

/// Whether a word is one that may be found although it is misspelt: in Latin letters, long enough to be told
/// from others, and no number.
fn may_be_misspelt(word: &str) -> bool {
    (3..=40).contains(&word.len()) && word.is_ascii() && !word.bytes().any(|b| b.is_ascii_digit())
}
