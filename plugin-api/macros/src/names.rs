//! Composes names, which `macro_rules` cannot do.

use proc_macro::{Delimiter, Group, Ident, Punct, TokenStream, TokenTree};

/// Returns the tokens with each `[<..>]` replaced by one name.
pub(crate) fn name(tokens: TokenStream) -> TokenStream {
    let named = |token| match token {
        TokenTree::Group(group) => made(&group).map_or_else(|| within(&group), TokenTree::from),
        other => other,
    };
    tokens.into_iter().map(named).collect()
}

fn within(group: &Group) -> TokenTree {
    let mut named = Group::new(group.delimiter(), name(group.stream()));
    named.set_span(group.span());
    named.into()
}

/// The name for `[<..>]`; `None` if the brackets are ordinary ones.
fn made(group: &Group) -> Option<Ident> {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let [TokenTree::Punct(open), parts @ .., TokenTree::Punct(close)] = tokens.as_slice() else {
        return None;
    };
    let is = |punct: &Punct, character| punct.as_char() == character;
    if group.delimiter() != Delimiter::Bracket || !is(open, '<') || !is(close, '>') {
        return None;
    }
    let TokenTree::Ident(first) = parts.first()? else { return None };
    let text = match &parts[1..] {
        [TokenTree::Ident(end)] => format!("{first}{end}"),
        [TokenTree::Punct(colon), TokenTree::Ident(case)]
            if is(colon, ':') && case.to_string() == "upper" =>
        {
            first.to_string().to_uppercase()
        }
        _ => return None,
    };
    Some(Ident::new(&text, first.span()))
}
