//! The tables as Diesel knows them. `migrations/` is what makes them.
#![allow(missing_docs, reason = "the migrations say what each column means")]

diesel::table! {
    locales (code) {
        code -> Text,
        name -> Text,
        native_name -> Text,
        direction -> Text,
        is_default -> Bool,
        enabled -> Bool,
        fallbacks -> Array<Text>,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    tags (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        description -> Nullable<Text>,
        locale -> Text,
        parent_id -> Nullable<Uuid>,
        synonyms -> Array<Text>,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    tag_translations (tag_id, locale) {
        tag_id -> Uuid,
        locale -> Text,
        name -> Text,
        slug -> Text,
        description -> Nullable<Text>,
    }
}

diesel::table! {
    tag_handles (handle, tag_id, kind) {
        handle -> Text,
        tag_id -> Uuid,
        kind -> Text,
    }
}

diesel::table! {
    tag_terms (term, tag_id) {
        term -> Text,
        tag_id -> Uuid,
    }
}

diesel::table! {
    articles (id) {
        id -> Uuid,
        external_id -> Nullable<Text>,
        source_locale -> Text,
        authors -> Array<Text>,
        lead_image -> Nullable<Jsonb>,
        metadata -> Jsonb,
        comments_open -> Bool,
        comments_close_at -> Nullable<Timestamptz>,
        comments_threads -> Text,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
        translated_into -> Array<Text>,
        preview_generation -> Integer,
    }
}

diesel::table! {
    article_tags (article_id, tag_id) {
        article_id -> Uuid,
        tag_id -> Uuid,
        position -> Integer,
    }
}

diesel::table! {
    slugs (locale, slug) {
        locale -> Text,
        slug -> Text,
        article_id -> Nullable<Uuid>,
        published_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    translations (article_id, locale) {
        article_id -> Uuid,
        locale -> Text,
        slug -> Text,
        title -> Text,
        status -> Text,
        revision -> Integer,
        based_on_revision -> Nullable<Integer>,
        version -> BigInt,
        published_revision -> Nullable<Integer>,
        published_at -> Nullable<Timestamptz>,
        first_published_at -> Nullable<Timestamptz>,
        republished_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        source_locale -> Text,
        publish_at -> Nullable<Timestamptz>,
        unpublish_at -> Nullable<Timestamptz>,
        stale_since -> Nullable<Timestamptz>,
        trashed -> Bool,
        due_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    revisions (article_id, locale, number) {
        article_id -> Uuid,
        locale -> Text,
        number -> Integer,
        slug -> Text,
        title -> Text,
        subtitle -> Nullable<Text>,
        dateline -> Nullable<Text>,
        summary -> Nullable<Text>,
        excerpt -> Text,
        body -> Text,
        body_html -> Nullable<Text>,
        seo_title -> Nullable<Text>,
        seo_description -> Nullable<Text>,
        lead_image_alt -> Nullable<Text>,
        lead_image_caption -> Nullable<Text>,
        translators -> Array<Text>,
        word_count -> Integer,
        digest -> Bytea,
        based_on_revision -> Nullable<Integer>,
        actor -> Nullable<Text>,
        created_at -> Timestamptz,
        text_digest -> Bytea,
        published_at -> Nullable<Timestamptz>,
        segment_states -> Nullable<Jsonb>,
    }
}

diesel::table! {
    comment_history (id) {
        id -> BigInt,
        comment_id -> Uuid,
        occurred_at -> Timestamptz,
        actor -> Nullable<Text>,
        from_status -> Text,
        to_status -> Text,
        reason -> Nullable<Text>,
        author_name -> Nullable<Text>,
        author_url -> Nullable<Text>,
        body -> Nullable<Text>,
    }
}

diesel::table! {
    comments (id) {
        id -> Uuid,
        article_id -> Uuid,
        parent_id -> Nullable<Uuid>,
        ancestors -> Array<Uuid>,
        root_id -> Uuid,
        locale -> Text,
        author_name -> Nullable<Text>,
        author_email -> Nullable<Text>,
        author_url -> Nullable<Text>,
        body -> Nullable<Text>,
        body_html -> Nullable<Text>,
        status -> Text,
        moderation_reason -> Nullable<Text>,
        reply_count -> Integer,
        edit_token_hash -> Nullable<Bytea>,
        version -> BigInt,
        created_at -> Timestamptz,
        edited_at -> Nullable<Timestamptz>,
        likes -> Integer,
        dislikes -> Integer,
        report_count -> Integer,
        held_for -> Array<Text>,
        address_hash -> Nullable<Bytea>,
        address_key -> Nullable<Integer>,
        reply_notice -> Nullable<Text>,
        score -> Integer,
        visible -> Bool,
    }
}

diesel::table! {
    comment_counts (article_id) {
        article_id -> Uuid,
        approved -> BigInt,
    }
}

diesel::table! {
    events (id) {
        id -> BigInt,
        transaction -> BigInt,
        occurred_at -> Timestamptz,
        #[sql_name = "type"]
        kind -> Text,
        actor -> Nullable<Text>,
        article_id -> Nullable<Uuid>,
        locale -> Nullable<Text>,
        data -> Jsonb,
        surrogate_keys -> Array<Text>,
    }
}

diesel::table! {
    tokens (id) {
        id -> Uuid,
        name -> Text,
        hash -> Bytea,
        scopes -> Array<Text>,
        locales -> Nullable<Array<Text>>,
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    secrets (name) {
        name -> Text,
        value -> Bytea,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    locales,
    tags,
    tag_translations,
    tag_handles,
    tag_terms,
    articles,
    article_tags,
    slugs,
    translations,
    revisions,
    comments,
    comment_counts,
    events,
    tokens,
    secrets,
);
