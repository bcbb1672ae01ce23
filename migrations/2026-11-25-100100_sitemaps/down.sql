drop index translations_first_published;
drop trigger editions_sitemap_up on editions;
drop trigger editions_sitemap_changed on editions;
drop table sitemap_entries;
drop table sitemap_changes;
drop function file_in_sitemap, note_sitemap_end, note_sitemap_page, note_sitemap_change, fold_sitemap_changes;
