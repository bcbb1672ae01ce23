-- Content that comes from elsewhere: what it was called there, and where it stood.

-- The name of a comment in the system that it comes from.
alter table comments add column external_id text;
create unique index comments_external_id_key on comments (external_id) where external_id is not null;

-- Where an edition stood before it came here: what is asked for there is to be sent to where it stands now.
create table former_addresses (
    address text primary key,
    article_id uuid not null,
    locale text not null,
    constraint former_addresses_translation_fkey foreign key (article_id, locale)
        references translations on delete cascade
);
create index former_addresses_translation on former_addresses (article_id, locale);
