//! The methods of an `impl`: their names, and where they begin and end.

use proc_macro::{Delimiter, Group, Ident, TokenTree};

use crate::is_ident;

/// A method, with its `cfg` attributes: one that is compiled out is not written.
pub(crate) struct Method {
    pub(crate) name: Ident,
    /// `#[cfg(..)]`, one after the other.
    conditions: String,
    /// The position of its `fn` in the tokens of the body.
    pub(crate) place: usize,
    pub(crate) is_async: bool,
    /// The group in its parentheses.
    pub(crate) arguments: Option<Group>,
    /// The tokens between its arguments and its body.
    pub(crate) output: Vec<TokenTree>,
}

/// Finds the methods of this body.
pub(crate) fn methods(body: &Group) -> Vec<Method> {
    let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    let mut methods = Vec::new();
    let mut conditions = String::new();
    let mut is_async = false;
    let mut place = 0;
    while let Some(token) = tokens.get(place) {
        match (token, tokens.get(place + 1)) {
            (TokenTree::Punct(punct), Some(TokenTree::Group(attribute)))
                if punct.as_char() == '#' =>
            {
                let first = attribute.stream().into_iter().next();
                if first.is_some_and(|first| is_ident(&first, "cfg")) {
                    conditions += &format!("#{attribute}");
                }
                place += 1;
            }
            (token, _) if is_ident(token, "async") => is_async = true,
            (token, Some(TokenTree::Ident(name))) if is_ident(token, "fn") => {
                let rest = tokens.get(place + 2..).unwrap_or_default();
                let signature = rest.split(ends).next().unwrap_or_default();
                methods.push(Method {
                    name: name.clone(),
                    conditions: std::mem::take(&mut conditions),
                    place,
                    is_async: std::mem::take(&mut is_async),
                    arguments: signature.iter().find_map(parenthesised),
                    output: output(signature),
                });
                place += 1 + signature.len();
            }
            // The end of an item that is not a method.
            (token, _) if ends(token) => {
                conditions.clear();
                is_async = false;
            }
            _ => {}
        }
        place += 1;
    }
    methods
}

/// `"user_may_invite", #[cfg(..)] "user_may_join_room",`
pub(crate) fn listed(methods: &[Method]) -> String {
    let one = |method: &Method| format!("{} {:?},", method.conditions, method.name.to_string());
    methods.iter().map(one).collect()
}

/// Whether an item ends with this token.
fn ends(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    }
}

fn parenthesised(token: &TokenTree) -> Option<Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
            Some(group.clone())
        }
        _ => None,
    }
}

fn output(signature: &[TokenTree]) -> Vec<TokenTree> {
    let arguments = signature.iter().position(|token| parenthesised(token).is_some());
    signature.iter().skip(arguments.map_or(signature.len(), |place| place + 1)).cloned().collect()
}
