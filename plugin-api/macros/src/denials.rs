//! Detects `Verdict::Deny` without its denial, and `Verdict::deny` with two arguments. Neither
//! could compile: beside `Verdict::Allow`, the bare variant is a function, and `Verdict::deny`
//! takes one argument.

use proc_macro::{Delimiter, Group, Ident, TokenStream, TokenTree};

use crate::bodies::with_stream;
use crate::mistakes::is_punct;
use crate::{error, is_ident, respan};

const ALONE: &str =
    "a denial says what the client is told: write `Verdict::deny(ErrorCode::Forbidden)`";

const WITH_TEXT: &str = "`Verdict::deny` takes the code alone: to say why, write \
                         `Verdict::deny(ErrorCode::Forbidden).message(\"..\")`";

/// The number of tokens of `Verdict::Deny`.
const LENGTH: usize = 4;

/// Corrects the tokens, and returns the errors to report.
pub(crate) fn mend(tokens: &mut [TokenTree]) -> TokenStream {
    let mut mistakes = TokenStream::new();
    arms(tokens, &mut mistakes);
    for place in 0..tokens.len() {
        answer(tokens, place, &mut mistakes);
        branches(tokens, place, &mut mistakes);
        with_text(tokens, place, &mut mistakes);
    }
    mistakes
}

/// `Ok(Verdict::Deny)`, which the compiler would correct to `Verdict::Deny(/* Denial */)`.
fn answer(tokens: &mut [TokenTree], place: usize, mistakes: &mut TokenStream) {
    let [ok, TokenTree::Group(answer), ..] = &tokens[place..] else { return };
    if is_ident(ok, "Ok")
        && answer.stream().into_iter().count() == LENGTH
        && ends_as(answer, "Deny")
    {
        let answer = allowing(answer, mistakes);
        tokens[place + 1] = answer.into();
    }
}

/// `{ Verdict::Deny } else { Verdict::Allow }`, and the other way round.
fn branches(tokens: &mut [TokenTree], place: usize, mistakes: &mut TokenStream) {
    let [TokenTree::Group(first), or, TokenTree::Group(second), ..] = &tokens[place..] else {
        return;
    };
    if !is_ident(or, "else") {
        return;
    }
    if ends_as(first, "Deny") && ends_as(second, "Allow") {
        tokens[place] = allowing(&first.clone(), mistakes).into();
    } else if ends_as(first, "Allow") && ends_as(second, "Deny") {
        tokens[place + 2] = allowing(&second.clone(), mistakes).into();
    }
}

/// `=> Verdict::Deny` in a `match` that also has `=> Verdict::Allow`.
fn arms(tokens: &mut [TokenTree], mistakes: &mut TokenStream) {
    let arms = |tokens: &[TokenTree], name: &str| -> Vec<usize> {
        (2..tokens.len()).filter(|place| is_arm(tokens, *place, name)).collect()
    };
    if arms(tokens, "Allow").is_empty() {
        return;
    }
    for place in arms(tokens, "Deny") {
        allow(&mut tokens[place + LENGTH - 1], mistakes);
    }
}

/// Whether an arm of a `match` consists of this variant, which begins at `place`.
fn is_arm(tokens: &[TokenTree], place: usize, name: &str) -> bool {
    let end = place + LENGTH;
    is_punct(&tokens[place - 2], '=')
        && is_punct(&tokens[place - 1], '>')
        && tokens.get(place..end).is_some_and(|words| is_variant(words, name))
        && tokens.get(end).is_none_or(|next| is_punct(next, ','))
}

/// `Verdict::deny(ErrorCode::Forbidden, "..")`, which the compiler would correct by removing the
/// message.
fn with_text(tokens: &mut [TokenTree], place: usize, mistakes: &mut TokenStream) {
    let [words @ .., TokenTree::Group(arguments)] =
        tokens.get(place..=place + LENGTH).unwrap_or_default()
    else {
        return;
    };
    if !is_variant(words, "deny") || arguments.delimiter() != Delimiter::Parenthesis {
        return;
    }
    let given: Vec<TokenTree> = arguments.stream().into_iter().collect();
    let Some(comma) = given.iter().position(|token| is_punct(token, ',')) else { return };
    if comma + 1 < given.len() && !given.iter().any(|token| is_punct(token, '<')) {
        mistakes.extend(respan(error(WITH_TEXT), words[LENGTH - 1].span()));
        tokens[place + LENGTH] = with_stream(arguments, given[..comma].iter().cloned()).into();
    }
}

/// Whether these tokens are `Verdict::` followed by this name.
fn is_variant(tokens: &[TokenTree], name: &str) -> bool {
    matches!(tokens, [verdict, first, second, variant]
        if is_ident(verdict, "Verdict") && is_punct(first, ':') && is_punct(second, ':')
            && is_ident(variant, name))
}

/// Whether a group's value is this variant.
fn ends_as(group: &Group, name: &str) -> bool {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let Some(start) = tokens.len().checked_sub(LENGTH) else { return false };
    let begins = start == 0 || is_punct(&tokens[start - 1], ';');
    begins && is_variant(&tokens[start..], name)
}

/// The group with `Allow` as its last value.
fn allowing(group: &Group, mistakes: &mut TokenStream) -> Group {
    let mut tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    if let Some(variant) = tokens.last_mut() {
        allow(variant, mistakes);
    }
    with_stream(group, tokens)
}

fn allow(variant: &mut TokenTree, mistakes: &mut TokenStream) {
    let span = variant.span();
    mistakes.extend(respan(error(ALONE), span));
    *variant = Ident::new("Allow", span).into();
}
