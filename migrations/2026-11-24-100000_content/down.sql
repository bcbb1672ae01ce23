drop function tag_name, rfc3339;
alter table articles drop constraint articles_source_fkey;
alter table translations drop constraint translations_revision_fkey;
alter table translations drop constraint translations_published_revision_fkey;
drop table revisions, translations, slugs, article_tags, articles, tag_terms, tag_handles,
    tag_translations, tags, locales;
