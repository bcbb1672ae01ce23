drop index translations_first_published;
drop trigger editions_sitemap_up on editions;
drop trigger editions_sitemap_changed on editions;
drop table sitemap_entries;
drop table sitemap_changes;
drop function fold_sitemap_changes();
drop function note_sitemap_change();
drop function note_sitemap_entry();
drop function file_in_sitemap();
