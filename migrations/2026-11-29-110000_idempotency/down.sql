create or replace function file_in_sitemap() returns trigger language plpgsql as $$
declare
    given bigint;
begin
    insert into sitemap_entries (article_id, locale) values (new.article_id, new.locale)
        returning position into given;
    perform note_sitemap_change(given);
    return null;
end $$;
drop table idempotent_answers;
