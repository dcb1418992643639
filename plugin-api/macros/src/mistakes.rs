//! Mistakes for which the compiler's errors would be misleading: they are reported here, and
//! corrected in the code that the compiler sees.

use proc_macro::{Group, Ident, Span, TokenStream, TokenTree};

use crate::bodies;
use crate::methods::{Method, methods};
use crate::{Kind, error, is_ident, respan};

/// Returns the corrected `impl`, and the errors to report.
pub(crate) fn mended(kind: &Kind, mut tokens: Vec<TokenTree>) -> (TokenStream, TokenStream) {
    let mut mistakes = TokenStream::new();
    if let Some(place) = foreign_attribute(&tokens) {
        let span = tokens[place].span();
        tokens.drain(place..place + 2);
        mistakes.extend(respan(error(&foreign(kind)), span));
    }
    if let Some(TokenTree::Group(body)) = tokens.last() {
        let (body, of_methods) = with_async(kind, body);
        let (body, of_bodies) = bodies::mended(&body);
        mistakes.extend([of_methods, of_bodies]);
        tokens.pop();
        tokens.push(body.into());
    }
    (tokens.into_iter().collect(), mistakes)
}

/// The position of `#[async_trait]` above the `impl`.
fn foreign_attribute(tokens: &[TokenTree]) -> Option<usize> {
    let start = tokens.iter().position(|token| is_ident(token, "impl"))?;
    let place = tokens[..start].iter().position(|token| match token {
        TokenTree::Group(attribute) => {
            attribute.stream().into_iter().any(|token| is_ident(&token, "async_trait"))
        }
        _ => false,
    })?;
    place.checked_sub(1)
}

fn foreign(kind: &Kind) -> String {
    format!("remove `#[async_trait]`: the methods of a {} trait are plain `async fn`s", kind.what)
}

/// Returns the body with all methods `async fn`s.
fn with_async(kind: &Kind, body: &Group) -> (Group, TokenStream) {
    let mut mistakes = Vec::new();
    let mut tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    // From the last one on, so that the positions of the earlier ones stay valid.
    for method in methods(body).iter().rev() {
        let name = &method.name;
        if takes_self_mutably(method) {
            mistakes.push(respan(error(&mutable(kind, name)), name.span()));
        }
        if expanded_elsewhere(method) {
            mistakes.push(respan(error(&foreign(kind)), name.span()));
        } else if kind.plain.contains(&name.to_string().as_str()) {
            continue;
        } else if !method.is_async && answers_at_once(method) {
            let message = format!(
                "a {} may wait for something: write `async fn {name}`, even where it waits for \
                 nothing",
                kind.what
            );
            mistakes.push(respan(error(&message), name.span()));
            let span = tokens[method.place].span();
            tokens.insert(
                method.place,
                Ident::new("async", span.resolved_at(Span::call_site())).into(),
            );
        }
    }
    let mut mended = Group::new(body.delimiter(), tokens.into_iter().collect());
    mended.set_span(body.span());
    (mended, mistakes.into_iter().rev().collect())
}

fn mutable(kind: &Kind, name: &Ident) -> String {
    format!(
        "write `&self` in `{name}`: a {} is asked several things at once, so what changes in it \
         must be in a `Mutex` or an atomic",
        kind.whom
    )
}

/// `&mut self`, `&'a mut self`.
fn takes_self_mutably(method: &Method) -> bool {
    let Some(arguments) = &method.arguments else { return false };
    let first = arguments.stream().into_iter().take(5);
    let before: Vec<TokenTree> = first.take_while(|token| !is_punct(token, ',')).collect();
    matches!(before.as_slice(), [and, .., mutable, this]
        if is_punct(and, '&') && is_ident(mutable, "mut") && is_ident(this, "self"))
}

/// `-> Result<..>`, or nothing: not a future, also not under another name.
fn answers_at_once(method: &Method) -> bool {
    let path = method.output.iter().take_while(|token| !is_punct(token, '<'));
    let name = path.filter(|token| matches!(token, TokenTree::Ident(_))).last();
    name.is_none_or(|name| is_ident(name, "Result"))
}

/// Whether `#[async_trait]`, written above this attribute, has already expanded the method.
fn expanded_elsewhere(method: &Method) -> bool {
    method.output.iter().any(|token| is_ident(token, "async_trait"))
}

pub(crate) fn is_punct(token: &TokenTree, char: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == char)
}
