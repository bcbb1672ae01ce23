//! Content on its way out: the statements that write it as lines of the import format.

mod article;
mod stream;

pub use article::article_sql;
pub use stream::lines;

/// How much of a comment is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What readers see.
    Public,
    /// All there is, e-mail addresses included.
    Everything,
}

/// SQL of a time as a line has it: RFC 3339 in UTC, with as many decimals as it needs. Times are a third of what it takes
/// to write an article: this is twice as fast as to have PostgreSQL's formatter do it.
fn time_sql(time: &str) -> String {
    format!("(rtrim(to_json({time} at time zone 'UTC')::text, '\"') || 'Z\"')::json")
}

/// SQL of members that are columns of their names, for `json_build_object`.
fn times_sql(of: &str, names: &[&str]) -> String {
    let members = names.iter().map(|name| {
        let time = time_sql(&format!("{of}.{name}"));
        format!("'{name}', {time}")
    });
    members.collect::<Vec<_>>().join(", ")
}

/// SQL of everything as lines, in the order in which they can be read in again.
fn statements(extent: Extent) -> [String; 4] {
    let articles = article_sql();
    [
        locales_sql(),
        tags_sql(),
        format!("select {articles} from articles a order by a.id"),
        comments_sql(extent),
    ]
}

fn locales_sql() -> String {
    let times = times_sql("l", &["created_at", "updated_at"]);
    format!(
        "select json_build_object('type', 'locale', 'code', l.code, 'name', l.name, \
            'native_name', l.native_name, 'direction', l.direction, 'is_default', l.is_default, \
            'fallbacks', l.fallbacks, 'enabled', l.enabled, {times})::text \
        from locales l order by l.is_default desc, l.code"
    )
}

/// Those that others are a part of come before these.
fn tags_sql() -> String {
    let times = times_sql("g", &["created_at", "updated_at"]);
    format!(
        "with recursive tree(id, depth) as (\
            select id, 0 from tags where parent_id is null \
            union all select g.id, tree.depth + 1 from tags g join tree on g.parent_id = tree.id) \
        select json_build_object('type', 'tag', 'id', g.id, 'slug', g.slug, 'name', g.name, \
            'description', g.description, 'locale', g.locale, \
            'parent', (select p.slug from tags p where p.id = g.parent_id), 'synonyms', g.synonyms, \
            'former_slugs', coalesce((select json_agg(h.handle order by h.handle) from tag_handles h \
                where h.tag_id = g.id and h.kind = 'former'), '[]'), \
            'translations', coalesce((select json_object_agg(n.locale, json_build_object('name', n.name, \
                'slug', n.slug, 'description', n.description) order by n.locale) \
                from tag_translations n where n.tag_id = g.id), '{{}}'), {times})::text \
        from tree join tags g on g.id = tree.id order by tree.depth, g.slug"
    )
}

/// By article, what is answered before what answers it. Of what readers see, only threads whose beginning they
/// see.
fn comments_sql(extent: Extent) -> String {
    let times = times_sql("c", &["created_at", "edited_at"]);
    let (own, which) = match extent {
        Extent::Everything => (
            "'author_email', c.author_email, 'moderation_reason', c.moderation_reason, 'held_for', c.held_for, \
            'reply_notice', c.reply_notice, ",
            "",
        ),
        Extent::Public => (
            "",
            "and c.visible and not exists (select from comments u where u.id = any(c.ancestors) and not u.visible) ",
        ),
    };
    format!(
        "select c.line from articles a cross join lateral (\
            select json_build_object('type', 'comment', 'id', c.id, 'external_id', c.external_id, \
                'article_id', c.article_id, 'parent_id', c.parent_id, 'locale', c.locale, \
                'author_name', c.author_name, 'author_url', c.author_url, {own}'body', c.body, 'status', c.status, \
                'reactions', json_build_object('like', c.likes, 'dislike', c.dislikes), \
                {times})::text as line \
            from comments c where c.article_id = a.id {which}order by cardinality(c.ancestors), c.id) c \
        order by a.id"
    )
}
