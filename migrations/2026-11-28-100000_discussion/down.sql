-- What a tag is called in a locale: its name there, else in the locale's fallbacks, else its own.
create function tag_name(tag tags, wanted text) returns text language sql stable as $$
    select coalesce(
        (select named.name
         from locales l
         cross join unnest(array[l.code] || l.fallbacks) with ordinality as step(code, place)
         join (select tt.locale, tt.name, 1 as rank from tag_translations tt where tt.tag_id = tag.id
               union all select tag.locale, tag.name, 2) as named on named.locale = step.code
         where l.code = wanted
         order by place, rank limit 1),
        tag.name)
$$;

drop table settings, recent_comments, comment_rates, address_keys, bans, comment_reports, comment_reactions,
    comment_history;
drop function new_address_key, estimated_comments;
drop trigger comments_count_added on comments;
drop trigger comments_count_removed on comments;
drop trigger comments_count_changed on comments;
drop function count_added_comments, count_removed_comments, count_changed_comments, count_comments;
drop type comment_change;
drop index comments_roots, comments_roots_by_locale, comments_top, comments_top_by_locale, comments_replies,
    comments_top_replies, comments_reported, comments_by_email, comments_by_address,
    comments_queue_by_locale, comments_words, comments_wordless;
alter table comments drop column visible, drop column score;
drop function comment_score;
alter table comments drop column likes, drop column dislikes, drop column report_count, drop column held_for,
    drop column address_hash, drop column address_key, drop column reply_notice, drop column reply_told, drop column approved_below,
    drop column words;

create index comments_roots on comments (article_id, created_at desc, id desc)
    where parent_id is null and status in ('approved', 'deleted');
create index comments_roots_by_locale on comments (article_id, locale, created_at desc, id desc)
    where parent_id is null and status in ('approved', 'deleted');
create index comments_in_thread on comments (root_id) where status = 'approved';
create index comments_replies on comments (parent_id, created_at, id);
drop index comments_by_article;
create index comments_by_article on comments (article_id, created_at desc, id desc);

-- Counts follow the status of every comment, whoever changes it. Rows are taken parent first, then
-- article, everywhere.
create function count_comment() returns trigger language plpgsql as $$
declare
    before integer := case when tg_op <> 'INSERT' then (old.status = 'approved')::int else 0 end;
    after_ integer := case when tg_op <> 'DELETE' then (new.status = 'approved')::int else 0 end;
    about comments;
begin
    if before = after_ then
        return null;
    end if;
    if tg_op = 'DELETE' then about := old; else about := new; end if;
    if about.parent_id is not null then
        update comments set reply_count = reply_count + after_ - before where id = about.parent_id;
    end if;
    update comment_counts set approved = approved + after_ - before where article_id = about.article_id;
    return null;
end $$;
create trigger comments_count after insert or delete or update of status on comments
    for each row execute function count_comment();
