//! A reader's languages as SQL: negotiation is decided where the editions are, in the one query that
//! reads them.

use crate::db::Statement;
use crate::values::negotiation::Negotiation;

/// A statement that begins with `with preference as (…)`: one row with the languages wanted, best
/// first (`ranked`), and whether the article's source is good enough after them (`chain`).
///
/// The chain is that of the first language asked for that this installation has, then its default.
pub fn preference<Row>(negotiation: &Negotiation) -> Statement<Row> {
    let candidates = negotiation.candidates();
    Statement::new("with preference as materialized (select ")
        .bind(candidates.clone())
        .sql("::text[] || case when ")
        .bind(negotiation.chain())
        .sql(
            " then coalesce((select l.fallbacks from unnest(",
        )
        .bind(candidates)
        .sql(
            "::text[]) with ordinality as asked(code, place) join locales l on l.code = asked.code and l.enabled \
                order by place limit 1), '{}') || array(select code from locales where is_default) \
            else '{}'::text[] end || ",
        )
        .bind(negotiation.custom())
        .sql("::text[] as ranked, ")
        .bind(negotiation.chain())
        .sql(" as chain)")
}

/// SQL of how far down the reader's list a row's locale is; null: not on it at all. `source` is the
/// column with the article's source locale.
pub fn rank_sql(alias: &str, source: &str) -> String {
    format!(
        "coalesce(array_position(preference.ranked, {alias}.locale), \
            case when preference.chain and {alias}.locale = {source} then 1000 end)"
    )
}
