//! SQL written by hand, sent as a prepared statement.
//!
//! Diesel's `sql_query` is prepared anew at every call; this one is cached by its text, so a read
//! costs one round trip. The text is put together from pieces of the program alone: whatever comes
//! from a client is a bind.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types as sql;
use std::borrow::Cow;
use std::marker::PhantomData;
use uuid::Uuid;

/// A statement whose rows have the SQL types `Row`.
#[derive(Debug, Clone)]
pub struct Statement<Row> {
    pieces: Vec<Piece>,
    cached: bool,
    row: PhantomData<fn() -> Row>,
}

#[derive(Debug, Clone)]
enum Piece {
    Sql(Cow<'static, str>),
    Bind(Bind),
}

/// A value that is sent beside the text.
#[derive(Debug, Clone)]
pub enum Bind {
    /// `text`
    Text(String),
    /// `text`, or null
    OptionalText(Option<String>),
    /// `text[]`
    Texts(Vec<String>),
    /// `uuid`
    Uuid(Uuid),
    /// `uuid[]`
    Uuids(Vec<Uuid>),
    /// `uuid[]`, some of them null
    OptionalUuids(Vec<Option<Uuid>>),
    /// `timestamptz`
    Time(DateTime<Utc>),
    /// `timestamptz`, or null
    OptionalTime(Option<DateTime<Utc>>),
    /// `integer`
    Integer(i32),
    /// `integer`, or null
    OptionalInteger(Option<i32>),
    /// `integer[]`
    Integers(Vec<i32>),
    /// `bigint`
    Number(i64),
    /// `boolean`
    Flag(bool),
    /// `bytea`
    Bytes(Vec<u8>),
    /// `bytea[]`
    ByteStrings(Vec<Vec<u8>>),
    /// The `timestamptz` behind all others
    Infinity,
}

macro_rules! binds {
    ($($from:ty => $variant:ident),+ $(,)?) => {
        $(impl From<$from> for Bind {
            fn from(value: $from) -> Self {
                Bind::$variant(value.into())
            }
        })+
    };
}
binds! {
    String => Text, &str => Text, Option<String> => OptionalText, Vec<String> => Texts,
    Uuid => Uuid, Vec<Uuid> => Uuids, DateTime<Utc> => Time,
    Option<DateTime<Utc>> => OptionalTime, i32 => Integer, Option<i32> => OptionalInteger, Vec<i32> => Integers, i64 => Number, bool => Flag, Vec<u8> => Bytes,
    Vec<Vec<u8>> => ByteStrings,
}

impl<Row> Statement<Row> {
    /// A statement that begins with this text.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Statement {
            pieces: vec![Piece::Sql(text.into())],
            cached: true,
            row: PhantomData,
        }
    }

    /// The same with more text.
    #[must_use]
    pub fn sql(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.pieces.push(Piece::Sql(text.into()));
        self
    }

    /// The same with a value in this place.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Bind>) -> Self {
        self.pieces.push(Piece::Bind(value.into()));
        self
    }

    /// The same with another statement's text and values behind.
    #[must_use]
    pub fn append<Other>(mut self, other: Statement<Other>) -> Self {
        self.pieces.extend(other.pieces);
        self.cached &= other.cached;
        self
    }

    /// The same, prepared for this one use: for texts of too many shapes to keep them all.
    #[must_use]
    pub fn uncached(mut self) -> Self {
        self.cached = false;
        self
    }
}

impl<Row> QueryFragment<Pg> for Statement<Row> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if !self.cached {
            out.unsafe_to_cache_prepared();
        }
        for piece in &self.pieces {
            match piece {
                Piece::Sql(text) => out.push_sql(text),
                Piece::Bind(bind) => bind.push(&mut out)?,
            }
        }
        Ok(())
    }
}

impl Bind {
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Bind::Text(value) => out.push_bind_param::<sql::Text, _>(value),
            Bind::OptionalText(value) => out.push_bind_param::<sql::Nullable<sql::Text>, _>(value),
            Bind::Texts(value) => out.push_bind_param::<sql::Array<sql::Text>, _>(value),
            Bind::Uuid(value) => out.push_bind_param::<sql::Uuid, _>(value),
            Bind::Uuids(value) => out.push_bind_param::<sql::Array<sql::Uuid>, _>(value),
            Bind::OptionalUuids(value) => {
                out.push_bind_param::<sql::Array<sql::Nullable<sql::Uuid>>, _>(value)
            }
            Bind::Time(value) => out.push_bind_param::<sql::Timestamptz, _>(value),
            Bind::OptionalTime(value) => {
                out.push_bind_param::<sql::Nullable<sql::Timestamptz>, _>(value)
            }
            Bind::Integer(value) => out.push_bind_param::<sql::Integer, _>(value),
            Bind::OptionalInteger(value) => {
                out.push_bind_param::<sql::Nullable<sql::Integer>, _>(value)
            }
            Bind::Integers(value) => out.push_bind_param::<sql::Array<sql::Integer>, _>(value),
            Bind::Number(value) => out.push_bind_param::<sql::BigInt, _>(value),
            Bind::Infinity => {
                out.push_sql("'infinity'::timestamptz");
                Ok(())
            }
            Bind::Bytes(value) => out.push_bind_param::<sql::Bytea, _>(value),
            Bind::ByteStrings(value) => out.push_bind_param::<sql::Array<sql::Bytea>, _>(value),
            Bind::Flag(value) => out.push_bind_param::<sql::Bool, _>(value),
        }
    }
}

impl<Row> Query for Statement<Row> {
    type SqlType = Row;
}

impl<Row, Conn> diesel::RunQueryDsl<Conn> for Statement<Row> {}

impl<Row> QueryId for Statement<Row> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
