//! The attributes `#[callbacks]` of hsmod-plugin-api and `#[requests]` of hsmod-loader. They do
//! without syn, because every author builds this crate.
//!
//! The names of the methods that were written go into a companion trait, whose path an attribute
//! cannot know: the crate may be renamed in `Cargo.toml`, or re-exported. So the attributes refer
//! only to the trait that the author named: a macro of the trait's name lies beside it, is imported
//! with it, and knows the rest.
#![forbid(unsafe_code)]

mod bodies;
mod denials;
mod methods;
mod mistakes;
mod names;
mod optional;

use proc_macro::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};

use methods::{listed, methods};

/// Goes above `impl SpamChecker for MyModule`: records which callbacks are written there, so that
/// the others cost the homeserver nothing.
///
/// A trait cannot tell whether a default was overridden; this attribute can.
/// `register_spam_checker_callbacks` registers the callbacks that it records.
///
/// If one of them may deny, the homeserver must know and call it, or the module does not start.
/// `#[callbacks(optional(accept_make_join))]` lets the module start without these callbacks,
/// whether or not they may deny; `#[callbacks(optional)]` is for a module that registers the
/// callbacks it needs by name.
#[proc_macro_attribute]
pub fn callbacks(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(&CALLBACKS, arguments, item)
}

/// Goes above `impl Rooms for MyRooms` of a homeserver: records which requests are written there,
/// so that modules can ask what is supported.
#[proc_macro_attribute]
pub fn requests(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(&REQUESTS, arguments, item)
}

/// For the macros of hsmod-plugin-api: joins `[<user_may_invite _listens>]` into one name, and
/// turns `[<user_may_invite:upper>]` into the name of a constant.
#[doc(hidden)]
#[proc_macro]
pub fn named(tokens: TokenStream) -> TokenStream {
    names::name(tokens)
}

fn expand(kind: &Kind, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    let Some(header) = Header::parse(&tokens) else {
        return with(
            item,
            error(&format!(
                "write `#[{}]` above the `impl` of a {} trait for a {}",
                kind.attribute, kind.what, kind.whom
            )),
        );
    };
    let callback_trait = &header.callback_trait;
    if !kind.traits.contains(&callback_trait.to_string().as_str()) {
        let (what, known) = (kind.what, kind.traits.join("`, `"));
        let error =
            error(&format!("`{callback_trait}` is not a {what} trait; these are: `{known}`"));
        return with(item, respan(error, callback_trait.span()));
    }
    let (item, mistakes) = mistakes::mended(kind, tokens);
    with(with(item, header.written(kind, arguments)), mistakes)
}

/// Keeps the valid parts, so that one mistake is not reported as many.
fn with(mut item: TokenStream, added: TokenStream) -> TokenStream {
    item.extend(added);
    item
}

/// One of the two attributes.
struct Kind {
    attribute: &'static str,
    what: &'static str,
    whom: &'static str,
    /// The traits that have a companion, whose name ends with `suffix`.
    traits: &'static [&'static str],
    suffix: &'static str,
    /// Methods of the traits that are not callbacks or requests, and are not async.
    plain: &'static [&'static str],
    /// Whether `optional` is allowed.
    has_optional: bool,
}

/// `hsmod_plugin_api::callbacks` declares the traits and their companions.
const CALLBACKS: Kind = Kind {
    attribute: "callbacks",
    what: "callback",
    whom: "module",
    traits: &[
        "AccountData",
        "AccountValidity",
        "AddExtraFieldsToUnsignedClientEvent",
        "BackgroundUpdateController",
        "Federation",
        "MediaRepository",
        "PasswordAuthProvider",
        "PresenceRouter",
        "Ratelimit",
        "SpamChecker",
        "ThirdPartyRules",
    ],
    suffix: "Callbacks",
    plain: &[],
    has_optional: true,
};

/// `hsmod_plugin_api::requests` declares the traits and their companions.
const REQUESTS: Kind = Kind {
    attribute: "requests",
    what: "request",
    whom: "homeserver",
    traits: &[
        "Caches",
        "Events",
        "Http",
        "Logins",
        "Mail",
        "Membership",
        "Presence",
        "PublicRooms",
        "Push",
        "Rooms",
        "Time",
        "Storage",
        "Templates",
        "Threepids",
        "UserAccountData",
        "Users",
    ],
    suffix: "Requests",
    plain: &["give_up"],
    has_optional: false,
};

/// `impl<G> path::Trait for Type where W { body }`, in parts.
struct Header {
    generics: TokenStream,
    /// The path before the trait's name: `path::`.
    path: TokenStream,
    callback_trait: Ident,
    module_and_where: TokenStream,
    body: Group,
}

impl Header {
    fn parse(tokens: &[TokenTree]) -> Option<Self> {
        let start = tokens.iter().position(|token| is_ident(token, "impl"))? + 1;
        let Some((TokenTree::Group(body), head)) = tokens.split_last() else { return None };
        if body.delimiter() != Delimiter::Brace {
            return None;
        }
        let head = head.get(start..)?;
        let (generics, head) = head.split_at(generics_length(head));
        let end = head.iter().position(|token| is_ident(token, "for"))?;
        let (TokenTree::Ident(callback_trait), path) = head[..end].split_last()? else {
            return None;
        };
        Some(Self {
            generics: generics.iter().cloned().collect(),
            path: path.iter().cloned().collect(),
            callback_trait: callback_trait.clone(),
            module_and_where: head[end + 1..].iter().cloned().collect(),
            body: body.clone(),
        })
    }

    /// The companion `impl` that lists the written methods: a call of the macro beside the trait.
    fn written(self, kind: &Kind, arguments: TokenStream) -> TokenStream {
        let Self { generics, path, callback_trait, module_and_where, body } = self;
        let name = callback_trait.to_string();
        let span = callback_trait.span();
        let written = methods(&body);
        let (optional, mistake) = match optional::read(kind, arguments, &written) {
            Ok(optional) => (optional, TokenStream::new()),
            Err(mistake) => (TokenStream::new(), mistake),
        };
        let Ok(names) = listed(&written).parse::<TokenStream>() else {
            return error(&format!("`#[{}]` cannot read this `impl`", kind.attribute));
        };
        let companion = Ident::new(&format!("{name}{}", kind.suffix), span);
        let mut arguments = vec![
            TokenTree::from(companion),
            group(Delimiter::Bracket, generics, span),
            group(Delimiter::Bracket, module_and_where, span),
            group(Delimiter::Bracket, respan(names, span), span),
        ];
        if kind.has_optional {
            arguments.push(group(Delimiter::Bracket, respan(optional, span), span));
        }
        let mut call = path;
        call.extend([
            TokenTree::from(callback_trait),
            Punct::new('!', Spacing::Alone).into(),
            group(Delimiter::Brace, arguments.into_iter().collect(), span),
        ]);
        call.extend(mistake);
        call
    }
}

/// The number of tokens of `<..>` at the beginning.
fn generics_length(tokens: &[TokenTree]) -> usize {
    let mut depth = 0;
    let mut arrow = false;
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '<' => depth += 1,
            TokenTree::Punct(punct) if punct.as_char() == '>' && !arrow => depth -= 1,
            _ => {}
        }
        arrow = mistakes::is_punct(token, '-');
        if depth == 0 {
            return if index == 0 { 0 } else { index + 1 };
        }
    }
    0
}

fn group(delimiter: Delimiter, tokens: TokenStream, span: Span) -> TokenTree {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(span);
    group.into()
}

fn is_ident(token: &TokenTree, text: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident.to_string() == text)
}

/// Makes errors in the companion `impl` point to the trait's name.
fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    let respan_one = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            let inner = respan(group.stream(), span);
            token = Group::new(group.delimiter(), inner).into();
        }
        token.set_span(span.resolved_at(token.span()));
        token
    };
    tokens.into_iter().map(respan_one).collect()
}

fn error(message: &str) -> TokenStream {
    format!("::core::compile_error!({message:?});").parse().unwrap_or_default()
}
