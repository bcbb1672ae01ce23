drop trigger tags_counts on tags;
drop trigger locales_tag_counts on locales;
drop table edition_authors, edition_tags, tag_counts, editions;
drop function count_edition_tags_up, count_edition_tags_down, create_tag_counts;
