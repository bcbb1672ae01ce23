//! Rows sent by PostgreSQL's `COPY`, in its binary format.

use std::pin::pin;

use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Transaction};
use uuid::Uuid;

use super::rows::{ACTOR, Batch};

/// One event for each article, whatever has become of it since.
const LOG: &str = "insert into events (type, actor, article_id, surrogate_keys) \
    select 'article.created', $1, id, array['article-' || id] from unnest($2::uuid[]) as id";

/// What a table takes.
pub(super) trait Row {
    const TABLE: &str;
    /// Names and types.
    const COLUMNS: &[(&str, Type)];

    /// In the order of the columns.
    fn values(&self) -> Vec<&(dyn ToSql + Sync)>;
}

/// Adds these rows.
pub(super) async fn copy<R: Row>(transaction: &Transaction<'_>, rows: &[R]) -> Result<(), Error> {
    let (names, types): (Vec<&str>, Vec<Type>) = R::COLUMNS.iter().cloned().unzip();
    let table = R::TABLE;
    let columns = names.join(", ");
    let sink = transaction
        .copy_in(&format!(
            "copy {table} ({columns}) from stdin (format binary)"
        ))
        .await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
    for row in rows {
        writer.as_mut().write(&row.values()).await?;
    }
    writer.finish().await?;
    Ok(())
}

impl Batch {
    /// Adds all of it, or nothing.
    pub(super) async fn copy(&self, client: &mut Client) -> Result<(), Error> {
        let transaction = client.transaction().await?;
        copy(&transaction, &self.articles).await?;
        copy(&transaction, &self.article_tags).await?;
        copy(&transaction, &self.slugs).await?;
        copy(&transaction, &self.translations).await?;
        copy(&transaction, &self.revisions).await?;
        copy(&transaction, &self.comments).await?;
        let ids: Vec<Uuid> = self.articles.iter().map(|article| article.id).collect();
        transaction.execute(LOG, &[&ACTOR, &ids]).await?;
        transaction.commit().await
    }
}
