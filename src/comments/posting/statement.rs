//! The one statement that new comments are written by.

use chrono::Duration;

use super::columns::Columns;
use super::{Locks, OutcomeSql, Post, Terms};
use crate::comments::model::article_visible_sql;
use crate::db::{FOR_REAL, Statement};
use crate::document::comments_open_sql;

/// Writes those of these comments that nothing speaks against, and tells of all what came of them.
pub(super) fn statement(posts: &[Post], terms: Terms, locks: Locks) -> Statement<OutcomeSql> {
    let skip = match locks {
        Locks::Wait => "",
        Locks::Skip => " skip locked",
    };
    Columns::of(posts, terms)
        .wanted()
        .sql(format!(
            ", subject as materialized (select w.number, {open} as open \
                from wanted w join articles a on a.id = w.article_id where {visible} \
                for key share of a{skip}), \
            parent as materialized (select w.number from wanted w join comments p on p.id = w.parent_id \
                where p.article_id = w.article_id and p.status = 'approved' for key share of p{skip}), \
            banned as materialized (select distinct k.number from known k \
                join bans b on b.kind = k.kind and b.hash = k.hash and coalesce(b.expires_at > now(), true)), ",
            open = comments_open_sql(),
            visible = article_visible_sql("a.id"),
        ))
        .append(ready(terms))
        .append(counted(terms))
        .sql(WRITTEN)
        .sql(FOR_REAL)
        .sql(TOLD)
}

/// `ready`: those that only their number or their words can speak against now, and whether they need to wait.
fn ready(terms: Terms) -> Statement<()> {
    let trusted: Statement<()> = Statement::new(
        "w.trustable = 1 and w.author_email <> '' and (select count(*) filter (where n.status = 'approved') >= ",
    )
    .bind(i64::from(terms.trust_after))
    .sql(
        " and count(*) filter (where n.status = 'spam') = 0 from (select t.status from comments t \
            where t.author_email is not null and lower(t.author_email) = lower(w.author_email) \
            order by t.created_at desc, t.id desc limit 100) n)",
    );
    Statement::new("ready as materialized (select w.*, case when ")
        .append(match terms.trust_after {
            0 => Statement::new("false"),
            _ => trusted,
        })
        .sql(
            " then 'approved' else w.status end as decided \
            from wanted w join subject s on s.number = w.number and s.open \
            where not exists (select from banned b where b.number = w.number) \
              and (w.parent_id is null or exists (select from parent p where p.number = w.number))), ",
        )
}

/// `allowed`: those that are not one too many. Each that is counted pushes back the time at which the allowance
/// is whole again (GCRA); the row of an address is locked by it, so that no two see the same.
fn counted(terms: Terms) -> Statement<()> {
    let mut from = "ready";
    let mut all = Statement::new("");
    for (name, key, rate) in [
        ("rated", "from_key", terms.rate),
        ("article_rated", "article_key", terms.article_rate),
    ] {
        let Some(rate) = rate else {
            all = all.sql(format!(
                "{name} as (select ''::bytea as key, now() as whole_at where false), \
                {name}_passed as (select * from {from}), "
            ));
            from = if name == "rated" {
                "rated_passed"
            } else {
                from
            };
            continue;
        };
        let interval = milliseconds(rate.interval());
        let tolerance = milliseconds(rate.per - rate.interval());
        all = all
            .sql(format!(
                "{name} as (insert into comment_rates as r (key, whole_at) select w.{key}, now() + "
            ))
            .append(interval.clone())
            .sql(format!(
                " from {from} w where w.{key} <> '' order by w.{key} \
                on conflict (key) do update set whole_at = greatest(r.whole_at, now()) + "
            ))
            .append(interval)
            .sql(" where r.whole_at <= now() + ")
            .append(tolerance)
            .sql(format!(
                " returning r.key, r.whole_at), {name}_passed as materialized (select w.* from {from} w \
                where w.{key} = '' or exists (select from {name} r where r.key = w.{key})), "
            ));
        from = if name == "rated" {
            "rated_passed"
        } else {
            from
        };
    }
    all
}

fn milliseconds(time: Duration) -> Statement<()> {
    Statement::new("")
        .bind(time.num_milliseconds())
        .sql("::bigint * interval '1 millisecond'")
}

/// Writes what is left, with the events where it is for real.
///
/// What was said more than a day ago may be said again.
const WRITTEN: &str = "\
    fresh as (insert into recent_comments as r (fingerprint, comment_id) \
        select w.fingerprint, w.id from article_rated_passed w where w.fingerprint <> '' order by w.fingerprint \
        on conflict (fingerprint) do update set comment_id = excluded.comment_id \
            where r.comment_id < (select day_ago from measure) \
        returning r.comment_id), \
    added as (insert into comments (id, article_id, parent_id, ancestors, locale, author_name, author_email, \
            author_url, body, body_html, words, status, held_for, edit_token_hash, address_hash, address_key, \
            reply_notice, reply_told) \
        select w.id, w.article_id, w.parent_id, w.ancestors::uuid[], w.locale, w.author_name, \
            nullif(w.author_email, ''), nullif(w.author_url, ''), w.body, w.body_html, \
            array_to_tsvector(string_to_array(w.words, chr(31))), w.decided, \
            case when w.decided = 'approved' then '{}' else w.held_for::text[] end, w.edit_token_hash, \
            nullif(w.address_hash, ''), nullif(w.address_key, 0), nullif(w.reply_notice, ''), w.decided = 'approved' and exists (select from comments p where p.id = w.parent_id \
                and p.status = 'approved' and p.reply_notice = 'confirmed' \
                and lower(p.author_email) is distinct from nullif(lower(w.author_email), '')) \
        from article_rated_passed w \
        where w.fingerprint = '' or exists (select from fresh f where f.comment_id = w.id) order by w.id \
        returning id, article_id, parent_id, locale, status, reply_notice, reply_told, created_at), \
    news as (select n.*, 'comment.created' as type, jsonb_build_object('comment_id', n.id, 'status', n.status) \
            as data, n.status = 'approved' as seen from added n \
        union all select n.*, 'comment.notice_requested', jsonb_build_object('comment_id', n.id), false \
            from added n where n.reply_notice is not null and n.status <> 'spam' \
        union all select n.*, 'comment.replied', \
            jsonb_build_object('comment_id', n.parent_id, 'reply_id', n.id), false from added n where n.reply_told), \
    noted as (insert into events (type, actor, article_id, locale, data, surrogate_keys) \
        select n.type, case when n.type <> 'comment.replied' then nullif(w.actor, '') end, \
            n.article_id, n.locale, n.data, \
            case when n.seen then array['article-' || n.article_id] else '{}' end \
        from news n join wanted w on w.id = n.id where ";

/// What came of each.
const TOLD: &str = " order by n.id, n.type returning id, type, data->>'comment_id' as of) \
    select w.number, \
        case when n.id is not null then 'written' \
            when s.number is null then 'article' when not s.open then 'closed' \
            when exists (select from banned b where b.number = w.number) then 'banned' \
            when r.number is null then 'parent' \
            when not exists (select from rated_passed a where a.number = w.number) then 'rate' \
            when not exists (select from article_rated_passed a where a.number = w.number) then 'article_rate' \
            else 'duplicate' end, \
        coalesce(n.status, w.status), coalesce(n.created_at, now()), \
        greatest(0, (extract(epoch from coalesce( \
            case when exists (select from rated_passed a where a.number = w.number) \
                    and not exists (select from article_rated_passed a where a.number = w.number) \
                then (select whole_at from comment_rates x where x.key = w.article_key) \
                else coalesce((select whole_at from rated x where x.key = w.from_key), \
                    (select whole_at from comment_rates x where x.key = w.from_key)) end, \
            now()) - now()) * 1000)::bigint), \
        array(select e.id from noted e where e.of = w.id::text and e.type = 'comment.created') \
    from wanted w left join subject s on s.number = w.number left join ready r on r.number = w.number \
    left join added n on n.id = w.id cross join measure";
