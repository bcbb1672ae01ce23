-- pg_trgm stays: it may have been there before, and others may use it.
drop function estimated_matches;
drop table edition_words, title_spellings;
