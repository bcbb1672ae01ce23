//! Who is calling, and what they may do. A handler says in its parameters whom it lets in.

pub mod scope;

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, ResponseError};

use crate::db::Reader;
use crate::error::{Code, Error, Problem, Result};
use crate::tokens::Token;
use crate::values::locale::Locale;
pub use crate::values::scope::Scope;

/// Anyone: with a token, which then is valid, or without.
#[derive(Debug, Clone)]
pub struct Caller(Option<Token>);

impl Caller {
    /// Whether a token with this scope was sent.
    pub fn may(&self, scope: Scope) -> bool {
        self.0.as_ref().is_some_and(|token| token.may(scope))
    }

    /// The token, when it has the scope.
    ///
    /// # Errors
    /// 401 without a token, 403 with one that lacks the scope.
    pub fn require(&self, scope: Scope) -> Result<&Token> {
        let token = self.token()?;
        if token.may(scope) {
            Ok(token)
        } else {
            Err(missing_scope(scope))
        }
    }

    /// The token.
    ///
    /// # Errors
    /// 401 without one.
    pub fn token(&self) -> Result<&Token> {
        self.0.as_ref().ok_or_else(unauthenticated)
    }

    /// The name that events are written under.
    pub fn actor(&self) -> Option<&str> {
        self.0.as_ref().map(|token| token.name.as_str())
    }
}

/// A caller whose token has the scope `S`.
#[derive(Debug, Clone)]
pub struct Holder<S> {
    token: Token,
    scope: PhantomData<S>,
}

/// May read drafts, revisions and worklists.
pub type Insider = Holder<scope::ContentRead>;
/// May create and edit articles and translations.
pub type Writer = Holder<scope::ContentWrite>;
/// May publish and unpublish.
pub type Publisher = Holder<scope::ContentPublish>;
/// May change tags.
pub type Tagger = Holder<scope::TagsWrite>;
/// May see and change comments that are not public.
pub type Moderator = Holder<scope::CommentsModerate>;
/// May make and revoke tokens.
pub type TokenManager = Holder<scope::TokensManage>;
/// May do everything.
pub type Admin = Holder<scope::Admin>;

impl<S> Holder<S> {
    /// The token itself.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// The name that events are written under.
    pub fn actor(&self) -> Option<&str> {
        Some(&self.token.name)
    }

    /// Lets pass who also has this scope.
    ///
    /// # Errors
    /// 403 that names it.
    pub fn also(&self, scope: Scope) -> Result<()> {
        if self.token.may(scope) {
            Ok(())
        } else {
            Err(missing_scope(scope))
        }
    }

    /// Lets pass who may write translations in this locale.
    ///
    /// # Errors
    /// 403 that names it.
    pub fn in_locale(&self, locale: &str) -> Result<()> {
        match &self.token.locales {
            Some(locales) if !locales.iter().any(|known| known == locale) => {
                Err(missing_locale(locale))
            }
            _ => Ok(()),
        }
    }
}

impl<S> Holder<S> {
    /// The locale as a path names it, where the token may write in it.
    ///
    /// # Errors
    /// As [`Holder::in_locale`].
    pub fn writes(&self, locale: &Locale) -> Result<()> {
        self.in_locale(locale.as_str())
    }
}

/// The layer that finds out who is calling, once for each request and before anything else is read:
/// who may not call learns that first.
///
/// # Errors
/// None of its own.
pub async fn identify(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if request.path().starts_with("/v1/") {
        match find_token(&request).await {
            Ok(Some(token)) => drop(request.extensions_mut().insert(token)),
            Ok(None) => {}
            Err(error) => return Ok(request.into_response(error.error_response())),
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// The token that was sent, if one was.
async fn find_token(request: &ServiceRequest) -> Result<Option<Token>> {
    let Some(secret) = bearer(request.headers())? else {
        return Ok(None);
    };
    let reader = request.app_data::<Reader>().cloned();
    let reader = reader.ok_or_else(|| Error::Internal("this worker has no reader".into()))?;
    let token = Token::find_by_secret(&reader, &secret).await?;
    token.map(Some).ok_or_else(unauthenticated)
}

impl FromRequest for Caller {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Caller(request.extensions().get::<Token>().cloned())))
    }
}

impl<S: scope::IsScope> FromRequest for Holder<S> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = Caller(request.extensions().get::<Token>().cloned());
        ready(caller.require(S::SCOPE).map(|token| Holder {
            token: token.clone(),
            scope: PhantomData,
        }))
    }
}

/// The token in the `Authorization` header (RFC 6750 section 2.1); `None` without such a header.
fn bearer(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(header) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let given = header.to_str().ok().and_then(|value| value.split_once(' '));
    match given {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(Some(token.trim().to_owned()))
        }
        _ => Err(unauthenticated()),
    }
}

fn unauthenticated() -> Error {
    Problem::new(Code::Unauthenticated, "this needs a valid bearer token")
        .header("www-authenticate", "Bearer realm=\"dateline\"")
        .into()
}

fn missing_scope(scope: Scope) -> Error {
    Error::problem(
        Code::Forbidden,
        format!("the token lacks the scope `{}`", scope.name()),
    )
}

fn missing_locale(locale: &str) -> Error {
    Error::problem(
        Code::Forbidden,
        format!("the token may not write in the locale `{locale}`"),
    )
}
