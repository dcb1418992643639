//! The arguments of `#[callbacks(..)]`: which callbacks a homeserver may lack.

use proc_macro::{Delimiter, Ident, Literal, TokenStream, TokenTree};

use crate::methods::Method;
use crate::{Kind, error, is_ident, respan};

/// Returns the names in `optional(a, b)` as literals, `all` for `optional` alone, nothing without
/// arguments.
///
/// # Errors
/// The tokens of a compile error: the arguments are anything else, or name a callback that
/// was not written.
pub(crate) fn read(
    kind: &Kind,
    arguments: TokenStream,
    written: &[Method],
) -> Result<TokenStream, TokenStream> {
    let tokens: Vec<TokenTree> = arguments.into_iter().collect();
    match tokens.as_slice() {
        [] => Ok(TokenStream::new()),
        _ if !kind.has_optional => {
            Err(error(&format!("`#[{}]` takes no arguments", kind.attribute)))
        }
        [optional] if is_ident(optional, "optional") => {
            Ok(TokenTree::from(Ident::new("all", optional.span())).into())
        }
        [optional, TokenTree::Group(names)]
            if is_ident(optional, "optional") && names.delimiter() == Delimiter::Parenthesis =>
        {
            named(names.stream(), written)
        }
        _ => Err(error(
            "`#[callbacks]` takes nothing but `optional`: write \
             `#[callbacks(optional(user_may_invite))]` for callbacks that a homeserver may lack, or \
             `#[callbacks(optional)]` if all of them are registered by name",
        )),
    }
}

/// Names separated by commas, each of a callback that was written.
fn named(names: TokenStream, written: &[Method]) -> Result<TokenStream, TokenStream> {
    let mut literals = TokenStream::new();
    let mut wants_name = true;
    for token in names {
        match &token {
            TokenTree::Ident(name) if wants_name => {
                let text = name.to_string();
                if !written.iter().any(|method| method.name.to_string() == text) {
                    return Err(respan(error(&not_written(&text, written)), name.span()));
                }
                literals.extend([TokenTree::from(Literal::string(&text))]);
            }
            TokenTree::Punct(comma) if !wants_name && comma.as_char() == ',' => {}
            other => {
                let message = "`optional(..)` takes the names of callbacks, with commas between";
                return Err(respan(error(message), other.span()));
            }
        }
        wants_name = !wants_name;
    }
    if literals.is_empty() {
        return Err(error(
            "`optional()` names no callback: name those that a homeserver may lack, or write \
             `#[callbacks]` if it may lack none",
        ));
    }
    Ok(literals)
}

fn not_written(name: &str, written: &[Method]) -> String {
    let written: Vec<String> = written.iter().map(|method| format!("`{}`", method.name)).collect();
    let these = if written.is_empty() { "none".to_owned() } else { written.join(", ") };
    format!(
        "`{name}` is not written in this `impl`, so no homeserver has to have it: remove it from \
         `optional(..)`, or name one of those that are written ({these})"
    )
}
