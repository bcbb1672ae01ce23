drop index events_actor;
drop function fold_counts;
drop trigger articles_count_insert on articles;
drop trigger articles_count_update on articles;
drop trigger articles_count_delete on articles;
drop trigger articles_trashed on articles;
drop trigger translations_count_insert on translations;
drop trigger translations_count_update on translations;
drop trigger translations_count_delete on translations;
drop trigger translations_languages_up on translations;
drop trigger translations_languages_down on translations;
drop trigger translations_due_set on translations;
drop function count_articles, count_translations, trash_translations, list_languages, tell_due;
drop table translation_counts, article_counts;
alter table articles drop column translated_into, drop column preview_generation;
-- What was put away is a draft to a program that knows no schedules.
update translations set status = 'draft' where status = 'scheduled';
alter table translations drop constraint translations_publish_at_check,
    drop constraint translations_unpublish_at_check, drop constraint translations_archived_check;
drop index translations_work, translations_due;
alter table translations drop column due_at, drop column trashed, drop column stale_since,
    drop column unpublish_at, drop column publish_at, drop column source_locale;
drop function stale_since, changed_fields;
drop index revisions_published;
alter table revisions drop column segment_states, drop column published_at, drop column text_digest;
drop function digest_of;
