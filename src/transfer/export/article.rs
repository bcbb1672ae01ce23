//! An article as a line.

use super::{time_sql, times_sql};

/// SQL of the article `a` with all its languages: a line of the import format.
pub fn article_sql() -> String {
    let head = revision_sql("r");
    let published = revision_sql("p");
    let earlier = revision_sql("e");
    let own_times = times_sql(
        "a",
        &[
            "comments_close_at",
            "created_at",
            "updated_at",
            "deleted_at",
        ],
    );
    let times = times_sql("t", &TIMES);
    format!(
        "json_build_object('type', 'article', 'id', a.id, 'external_id', a.external_id, \
            'source_locale', a.source_locale, 'authors', a.authors, 'lead_image', a.lead_image, \
            'tags', coalesce((select json_agg(g.slug order by link.position, link.tag_id) \
                from article_tags link join tags g on g.id = link.tag_id where link.article_id = a.id), '[]'), \
            'metadata', a.metadata, 'comments_open', a.comments_open, \
            'comments_threads', a.comments_threads, {own_times}, 'translations', (\
                select json_agg(json_build_object('locale', t.locale, 'status', t.status, {head}, \
                    {times}, \
                    'published', case when p.number is not null then json_build_object({published}) end, \
                    'revisions', case when t.locale = a.source_locale then {EARLIER_1}{earlier}{EARLIER_2} \
                        else '[]' end, \
                    'former_slugs', coalesce((select json_agg(s.slug order by s.slug) from slugs s \
                        where s.article_id = a.id and s.locale = t.locale and s.slug <> t.slug \
                          and s.slug is distinct from p.slug), '[]'), \
                    'former_addresses', coalesce((select json_agg(f.address order by f.address) \
                        from former_addresses f where f.article_id = a.id and f.locale = t.locale), '[]')\
                    ) order by t.locale <> a.source_locale, t.locale) \
                from translations t \
                join revisions r on (r.article_id, r.locale, r.number) = (t.article_id, t.locale, t.revision) \
                left join revisions p on (p.article_id, p.locale, p.number) \
                    = (t.article_id, t.locale, t.published_revision) and t.published_revision <> t.revision \
                where t.article_id = a.id))::text"
    )
}

const TIMES: [&str; 7] = [
    "publish_at",
    "unpublish_at",
    "published_at",
    "first_published_at",
    "republished_at",
    "created_at",
    "updated_at",
];

/// Of the source's earlier revisions those that translations follow, and what readers got after the first of
/// them: what `stale_since` looks at.
const EARLIER_1: &str = "coalesce((select json_agg(json_build_object(";
const EARLIER_2: &str = ") order by e.number) from revisions e where e.article_id = a.id and e.locale = t.locale \
    and e.number < t.revision and e.number is distinct from t.published_revision \
    and (e.number in (select f.based_on_revision from translations f where f.article_id = a.id) \
        or e.published_at is not null and e.number > (\
            select min(f.based_on_revision) from translations f where f.article_id = a.id))), '[]')";

/// SQL of the members of a revision, for `json_build_object`.
fn revision_sql(r: &str) -> String {
    let revised = time_sql(&format!("{r}.created_at"));
    let shown = time_sql(&format!("{r}.published_at"));
    format!(
        "'revision', {r}.number, 'slug', {r}.slug, 'title', {r}.title, 'subtitle', {r}.subtitle, \
        'dateline', {r}.dateline, 'summary', {r}.summary, 'body', {r}.body, \
        'seo', json_build_object('title', {r}.seo_title, 'description', {r}.seo_description), \
        'lead_image_alt', {r}.lead_image_alt, 'lead_image_caption', {r}.lead_image_caption, \
        'translators', {r}.translators, 'based_on_revision', {r}.based_on_revision, \
        'revised_at', {revised}, 'shown_at', {shown}, \
        'segment_states', {r}.segment_states"
    )
}
