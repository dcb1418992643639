//! Detects mistakes in the bodies of methods. Only code that could never compile is reported, so
//! correct code is never refused.

use proc_macro::{Delimiter, Group, Ident, TokenStream, TokenTree};

use crate::denials;
use crate::methods::{Method, methods};
use crate::mistakes::is_punct;
use crate::{error, is_ident, respan};

/// Returns the body of an `impl` with corrected methods, and the errors to report.
pub(crate) fn mended(body: &Group) -> (Group, TokenStream) {
    let mut mistakes = TokenStream::new();
    let mut tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    for method in methods(body) {
        let Some((place, block)) = block_behind(&tokens, method.place) else { continue };
        let mut reader = Reader { event: event_of(&method, &block), mistakes: TokenStream::new() };
        if let Some(block) = reader.mended(&block) {
            tokens[place] = block.into();
            mistakes.extend(reader.mistakes);
        }
    }
    if mistakes.is_empty() {
        return (body.clone(), mistakes);
    }
    (with_stream(body, tokens), mistakes)
}

/// The braces of the method whose `fn` has this position.
fn block_behind(tokens: &[TokenTree], place: usize) -> Option<(usize, Group)> {
    tokens.iter().enumerate().skip(place).find_map(|(place, token)| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            Some((place, group.clone()))
        }
        _ => None,
    })
}

/// Searches the body of one method.
struct Reader {
    /// The name of its event argument.
    event: Option<String>,
    mistakes: TokenStream,
}

impl Reader {
    /// Returns the corrected group; `None` if there are no mistakes.
    fn mended(&mut self, group: &Group) -> Option<Group> {
        let mut tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        let mut found = false;
        for token in &mut tokens {
            let TokenTree::Group(inner) = &*token else { continue };
            if let Some(inner) = self.mended(inner) {
                *token = inner.into();
                found = true;
            }
        }
        let denials = denials::mend(&mut tokens);
        found |= !denials.is_empty();
        self.mistakes.extend(denials);
        for place in 0..tokens.len() {
            found |= self.error_with_status(&mut tokens, place);
        }
        // From the last position on, because an insertion moves the tokens after it.
        for place in (0..tokens.len()).rev() {
            found |= self.content_of_no_type(&mut tokens, place);
        }
        found.then(|| with_stream(group, tokens))
    }

    /// `ModuleError::new(403, ..)`, which the compiler would correct to `ModuleError::new(403)`, a
    /// plain failure.
    fn error_with_status(&mut self, tokens: &mut [TokenTree], place: usize) -> bool {
        let [of, first, second, new, TokenTree::Group(arguments), ..] = &tokens[place..] else {
            return false;
        };
        let path = is_ident(of, "ModuleError") && is_punct(first, ':') && is_punct(second, ':');
        if !path || !is_ident(new, "new") {
            return false;
        }
        let Some(behind) = behind_status(arguments) else { return false };
        let remedy = "`ModuleError::new` takes a text and is a failure of the module, a 500 for \
                      clients: to refuse with a status, write `ModuleError::http(403, \
                      ErrorCode::Forbidden, \"..\")`";
        self.mistakes.extend(respan(error(remedy), new.span()));
        // With two more arguments `http` was meant; with one it fits neither function.
        if behind.iter().any(|token| is_punct(token, ',')) {
            tokens[place + 3] = Ident::new("http", new.span()).into();
        } else {
            tokens[place + 4] = with_stream(arguments, behind).into();
        }
        true
    }

    /// `event.content()["body"]` or `event.content()?.get("body")`: their type cannot be inferred,
    /// and the former indexes a `Result`.
    fn content_of_no_type(&mut self, tokens: &mut Vec<TokenTree>, place: usize) -> bool {
        let Some(event) = &self.event else { return false };
        let [receiver, dot, content, TokenTree::Group(nothing), rest @ ..] = &tokens[place..]
        else {
            return false;
        };
        let called =
            is_ident(receiver, event) && is_punct(dot, '.') && is_ident(content, "content");
        let asked = rest.first().is_some_and(|token| is_punct(token, '?'));
        if !called || !nothing.stream().is_empty() || !looks_inside(&rest[usize::from(asked)..]) {
            return false;
        }
        let remedy = format!(
            "say what the content is read into: write `let content: serde_json::Value = \
             {event}.content()?;`, then `content[\"body\"]`; or use a struct of your own instead \
             of `Value`"
        );
        let span = content.span();
        self.mistakes.extend(respan(error(&remedy), span));
        if !asked {
            tokens.splice(place + 4..place + 4, parsed("?", span));
        }
        tokens.splice(place + 3..place + 3, parsed("::<serde_json::Value>", span));
        true
    }
}

/// `["body"]` or `.get("body")`.
fn looks_inside(tokens: &[TokenTree]) -> bool {
    match tokens {
        [TokenTree::Group(index), ..] => index.delimiter() == Delimiter::Bracket,
        [dot, get, TokenTree::Group(_), ..] => is_punct(dot, '.') && is_ident(get, "get"),
        _ => false,
    }
}

/// The tokens after `403,`.
fn behind_status(arguments: &Group) -> Option<Vec<TokenTree>> {
    let mut tokens = arguments.stream().into_iter();
    tokens.next()?.to_string().parse::<u16>().ok()?;
    tokens.next().filter(|comma| is_punct(comma, ','))?;
    let behind: Vec<TokenTree> = tokens.collect();
    (!behind.is_empty()).then_some(behind)
}

/// The name of the argument that is an event, unless the body gives the name another meaning, so
/// that it is only used for method calls.
fn event_of(method: &Method, body: &Group) -> Option<String> {
    let arguments: Vec<TokenTree> = method.arguments.as_ref()?.stream().into_iter().collect();
    let name = arguments.windows(4).find_map(|words| match words {
        [TokenTree::Ident(name), colon, and, event]
            if is_punct(colon, ':') && is_punct(and, '&') && is_ident(event, "Event") =>
        {
            Some(name.to_string())
        }
        _ => None,
    })?;
    is_only_asked(&name, body).then_some(name)
}

fn is_only_asked(name: &str, group: &Group) -> bool {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    tokens.iter().enumerate().all(|(place, token)| match token {
        TokenTree::Group(inner) => is_only_asked(name, inner),
        token if is_ident(token, name) => {
            tokens.get(place + 1).is_some_and(|next| is_punct(next, '.'))
        }
        _ => true,
    })
}

/// A group with the same delimiter and span, but other tokens.
pub(crate) fn with_stream(group: &Group, tokens: impl IntoIterator<Item = TokenTree>) -> Group {
    let mut other = Group::new(group.delimiter(), tokens.into_iter().collect());
    other.set_span(group.span());
    other
}

fn parsed(text: &str, span: proc_macro::Span) -> Vec<TokenTree> {
    respan(text.parse().unwrap_or_default(), span).into_iter().collect()
}
