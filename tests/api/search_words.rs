//! What `values::search` hands to PostgreSQL is taken there as it is meant.

use std::collections::BTreeSet;

use dateline::values::search::{Analysis, Query, words};
use tokio_postgres::Client;

use crate::app::connect;
use crate::postgres::cluster;

async fn database() -> Client {
    connect(&cluster().url("postgres")).await
}

#[tokio::test]
async fn every_word_is_one_token() {
    let analysis = Analysis::of("und");
    // Every letter, mark and digit that is handed over as it is: within a word, at its end and between digits.
    let characters: Vec<char> = ('\u{80}'..='\u{ffff}').collect();
    let texts = characters.chunks(100).map(|some| {
        let words = some.iter().map(|c| format!("a{c}b क{c} 1{c}2"));
        words.collect::<Vec<_>>().join(" ")
    });
    let indexed = texts.map(|text| analysis.indexed(&text, usize::MAX));
    let indexed: Vec<String> = indexed.filter(|indexed| !indexed.is_ascii()).collect();
    let parsed = database()
        .await
        .query(
            "select (select array_agg(token) from ts_parse('default', text) where tokid <> 12)
             from unnest($1::text[]) with ordinality as given (text, at) order by at",
            &[&indexed],
        )
        .await
        .unwrap();
    let mut unknown = BTreeSet::new();
    for (indexed, row) in indexed.iter().zip(parsed) {
        let tokens: BTreeSet<String> = row.get::<_, Vec<String>>(0).into_iter().collect();
        let apart = indexed.split(' ').filter(|word| !tokens.contains(*word));
        unknown.extend(
            apart
                .flat_map(str::chars)
                .filter(|c| !c.is_alphanumeric() || *c > 'ॿ'),
        );
    }
    assert!(unknown.is_empty(), "PostgreSQL parts words at {unknown:?}");
}

#[tokio::test]
async fn positions_are_those_of_the_words() {
    let text = "The NATO's co-op (3.14e5, v1.2.3, a_b, www.example.com/x?y=1) और हिन्दी का १९वीं 中国 \
                1e5 0x1f -7 ßẞ e\u{301} ﬁ ½ CO₂ 𠮷野家 user@example.org /usr/lib &amp; <b>x</b>";
    let client = database().await;
    for locale in ["en", "hi", "mr", "ja"] {
        let analysis = Analysis::of(locale);
        let indexed = analysis.indexed(text, usize::MAX);
        let sql = format!(
            "select count(*), count(*) filter (where not tokens.token = word.word)
             from unnest(string_to_array($1, ' ')) with ordinality as word (word, at)
             full join (select row_number() over () as at, token from ts_parse('default', $1) where tokid <> 12)
                 as tokens using (at), to_tsvector('{}', $1)",
            analysis.config()
        );
        let row = client.query_one(&sql, &[&indexed]).await.unwrap();
        let tokens = usize::try_from(row.get::<_, i64>(0)).unwrap();
        assert_eq!(tokens, words(text).count(), "{locale}");
        assert_eq!(row.get::<_, i64>(1), 0, "{locale}");
    }
}

#[tokio::test]
async fn queries_find_what_they_ask_for() {
    let client = database().await;
    let found = async |locale: &str, text: &str, q: &str| -> bool {
        let analysis = Analysis::of(locale);
        let sql = format!(
            "select to_tsvector('{0}', $1) @@ websearch_to_tsquery('{0}', $2)",
            analysis.config()
        );
        let asked = Query::parse(q).unwrap().websearch(analysis);
        let row = client
            .query_one(&sql, &[&analysis.indexed(text, usize::MAX), &asked])
            .await;
        row.unwrap().get(0)
    };
    for (locale, text, q, is_found) in [
        ("en", "The old bridge reopens", "bridges reopened", true),
        ("en", "The old bridge reopens", "\"old bridge\"", true),
        ("en", "The old bridge reopens", "\"bridge old\"", false),
        ("en", "The old bridge reopens", "bridge -old", false),
        ("en", "The old bridge reopens", "ferry or bridge", true),
        ("en", "The old bridge reopens", "ferry or \"or\"", false),
        ("en", "The old bridge reopens", "the", false),
        ("en", "They cooperate", "co-operate", false),
        ("en", "They co-operate", "co-operate", true),
        ("hi", "पुराना पुल फिर खुला", "पुलों", true),
        ("hi", "क़ानून बनाया गया", "कानून", true),
        ("hi", "हिन्दी में", "हिंदी", true),
        ("hi", "के लिए का", "के का", false),
        ("hi", "१९४७ में", "1947", true),
        ("mr", "पुलावर पाणी आले", "पूल", true),
        ("mr", "शाळांमध्ये सुट्टी", "शाळेत", true),
        ("mr", "पुलावर आणि", "आणि", false),
        ("ja", "東京で会議", "東京", true),
        ("ja", "京東で会議", "東京", false),
        ("ja", "𠮷野家", "𠮷野家", true),
        ("de", "Die Straße", "strassen", true),
        ("fr", "L’école d’été", "école", true),
        ("tr", "İSTANBUL", "istanbul", true),
        ("ne", "उनीहरू घर जान्छन्", "जान्छन", true),
    ] {
        assert_eq!(
            found(locale, text, q).await,
            is_found,
            "{locale}: {q} in {text}"
        );
    }
}
