//! Shows that a module which is newer than its homeserver is told what that lacks, by its name, and
//! gets everything else.
//!
//! The older homeserver has the tables of the fake one, each copied up to where it ends into memory
//! of just that size, so that a sanitizer sees whoever steps over the end:
//! `RUSTFLAGS=-Zsanitizer=address cargo +nightly test --target x86_64-unknown-linux-gnu
//! -p hsmod-plugin-api --features testing --lib api::tests`.

use std::fmt::Debug;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::pin;
use std::ptr::without_provenance;
use std::time::Duration;

use abi_stable::prefix_type::{PrefixRef, PrefixRefTrait, WithMetadata_};

use super::*;
use crate::callbacks::spam_checker::SpamCheckerCallbacks;
use crate::prelude::*;
use crate::requests::threepids::ROWS;
use crate::testing::START;
use crate::testing::prelude::*;

const ALICE: &UserId = UserId::new("@alice:example.com");

/// What lies before the second field of a table.
#[repr(C)]
struct Head {
    /// A bit for each field that the table has.
    fields: usize,
    layout: *const (),
    abi_minor: u32,
}

/// A table, word by word.
type Words = Box<[*const ()]>;

/// The place of the first field among the words.
const FIRST: usize = 2;

fn fields<T: PrefixRefTrait + Copy>(table: T) -> Vec<&'static str> {
    table.to_prefix_ref().type_layout().get_field_names_vec()
}

/// A copy of a table that has so many fields.
///
/// # Safety
/// But for the number that it begins with, the table is made of pointers, as many at least.
unsafe fn copied<T: PrefixRefTrait + Copy>(table: T, fields: usize) -> Words {
    let words: *const *const () = table.to_prefix_ref().to_raw_ptr().cast();
    // SAFETY: `WithMetadata_` is `repr(C)`, and begins so.
    let head = unsafe { words.cast::<Head>().read() };
    let version = usize::try_from(head.abi_minor).unwrap();
    let head = [without_provenance((1 << fields) - 1), head.layout, without_provenance(version)];
    // SAFETY: the caller's promise.
    let pointers = (1..fields).map(|field| unsafe { words.add(FIRST + field).read() });
    head.into_iter().chain(pointers).collect()
}

/// The table that `words` are.
///
/// # Safety
/// They were copied from such a table, and outlive what is returned.
unsafe fn table<T: PrefixRefTrait>(words: &Words) -> T {
    let words = words.as_ptr().cast::<WithMetadata_<T::PrefixFields, T::PrefixFields>>();
    // SAFETY: the caller's promise.
    T::from_prefix_ref(unsafe { PrefixRef::from_raw(words) })
}

/// A homeserver one of whose tables ends early.
struct Older {
    /// Borrows the reference of `whole`.
    api: ManuallyDrop<ModuleApi>,
    _whole: ModuleApi,
    _tables: [Words; 3],
}

impl Older {
    /// Its tables have so many fields: that of the homeserver, that of the groups of requests, and
    /// that of `threepids`. `None` for all.
    fn new(host: &FakeHost, [functions, groups, threepids]: [Option<usize>; 3]) -> Self {
        let whole = host.api();
        let raw = whole.raw;
        let requests = raw.table.requests().unwrap();
        let group = requests.threepids().unwrap();
        let upto = |end: Option<usize>, all: Vec<_>| end.unwrap_or(all.len());
        let place = |all: Vec<&str>, name| all.iter().position(|field| *field == name).unwrap();
        // SAFETY: these are made of functions and of other tables.
        let (mut functions, mut groups, threepids) = unsafe {
            (
                copied(raw.table, upto(functions, fields(raw.table))),
                copied(requests, upto(groups, fields(requests))),
                copied(group, upto(threepids, fields(group))),
            )
        };
        if let Some(word) = groups.get_mut(FIRST + place(fields(requests), "threepids")) {
            *word = threepids.as_ptr().cast();
        }
        if let Some(word) = functions.get_mut(FIRST + place(fields(raw.table), "requests")) {
            *word = groups.as_ptr().cast();
        }
        // SAFETY: the words are kept as long as what refers to them.
        let raw = RawApi { host: raw.host, table: unsafe { table(&functions) } };
        let api = ManuallyDrop::new(ModuleApi { raw });
        Self { api, _whole: whole, _tables: [functions, groups, threepids] }
    }
}

/// A homeserver of which everything can be told from what a module takes on where it has no answer.
fn unusual() -> FakeHost {
    FakeHost::new("example.com").in_process(|process| {
        process.public_baseurl = Some("https://example.com/".to_owned());
        process.worker_name = Some("worker1".to_owned());
        process.worker_app = Some("generic_worker".to_owned());
        process.email_app_name = Some("Example".to_owned());
        process.run_background_tasks = false;
        process.trial = true;
    })
}

/// How a request went, if it is one that is answered at once.
fn outcome<T: Debug>(request: impl Future<Output = Result<T, ModuleError>>) -> String {
    poll_once(pin!(request)).map_or_else(|| "waits".to_owned(), told)
}

fn told<T: Debug>(answer: Result<T, ModuleError>) -> String {
    match answer {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => format!("{:?}: {error}", error.unanswered()),
    }
}

fn lacking(name: &str) -> String {
    format!("Some(Unsupported): this homeserver does not answer `{name}`")
}

/// The least that a homeserver has: the number, `retain` and `release`, which go together.
const LEAST: usize = 3;

/// What a module sees of a function.
type Seen = fn(&ModuleApi) -> String;

/// What modules see of the functions, and what they see where the homeserver has no such function.
fn functions() -> [(&'static str, Seen, String); 11] {
    let text = str::to_owned;
    [
        ("server_name", |api| api.server_name().to_owned(), text("")),
        ("public_baseurl", |api| format!("{:?}", api.public_baseurl()), text("None")),
        ("worker_name", |api| format!("{:?}", api.worker_name()), text("None")),
        ("is_trial", |api| api.is_trial().to_string(), text("false")),
        ("supports", |api| api.supports("is_user_admin").to_string(), text("false")),
        ("requests", |api| outcome(api.is_user_admin(ALICE)), lacking("is_user_admin")),
        ("worker_app", |api| format!("{:?}", api.worker_app()), text("None")),
        ("email_app_name", |api| api.email_app_name().to_owned(), text("Matrix")),
        (
            "should_run_background_tasks",
            |api| api.should_run_background_tasks().to_string(),
            text("true"),
        ),
        (
            "get_current_time_msec",
            |api| (i64::try_from(api.get_current_time_msec()) == Ok(START)).to_string(),
            text("false"),
        ),
        (
            "defer_to_thread",
            |api| told(block_on(api.defer_to_thread(|| 3))),
            lacking("defer_to_thread"),
        ),
    ]
}

#[test]
fn a_function_that_the_homeserver_lacks_is_done_without() {
    let host = unusual();
    let names = fields(host.api().raw.table);
    for end in LEAST..=names.len() {
        let older = Older::new(&host, [Some(end), None, None]);
        for (name, seen, without) in functions() {
            let whole = seen(&host.api());
            assert_ne!(whole, without, "{name}: this test could not fail");
            let has = names[..end].contains(&name);
            assert_eq!(seen(&older.api), if has { whole } else { without }, "{name} of {end}");
        }
    }
}

/// What is handed over.
struct Guest {
    _token: Arc<()>,
}

impl SpamChecker for Guest {}

impl SpamCheckerCallbacks for Guest {
    const WRITTEN: &'static [&'static str] = &[];
}

impl WebResource for Guest {}

/// A fake homeserver that is given no module keeps nothing either.
#[test]
fn what_cannot_be_handed_over_is_given_back() {
    let host = unusual();
    for end in LEAST..=fields(host.api().raw.table).len() {
        let older = Older::new(&host, [Some(end), None, None]);
        let (api, token) = (&*older.api, Arc::new(()));
        let guest = || Guest { _token: Arc::clone(&token) };
        api.register_web_resource("/x", guest());
        api.register_spam_checker_callbacks(&Arc::new(guest()));
        let own = Arc::clone(&token);
        api.looping_background_call("x", Duration::from_secs(1), move || {
            let own = Arc::clone(&own);
            async move {
                drop(own);
                Ok(())
            }
        });
        let own = Arc::clone(&token);
        let later = api.run_as_background_process("x", || async {
            drop(own);
            Ok(())
        });
        later.cancel();
        let own = Arc::clone(&token);
        drop(block_on(api.defer_to_thread(|| drop(own))));
        assert_eq!(Arc::strong_count(&token), 1, "{end}");

        let cache = Cached::<String, u8>::new("org.example.cache", 1);
        api.register_cached_function(&cache);
        let invalidated = poll_once(pin!(api.invalidate_cache(&cache, &"key".to_owned())));
        assert!(invalidated.is_some());
        api.give_up("storage", 7);
    }
}

/// A request of each group that homeservers answer, and of two others.
fn asked(api: &ModuleApi) -> Vec<(&'static str, &'static str, String)> {
    let (none, room) = (JsonStr::new("null"), RoomId::new("!lobby:example.com"));
    let alias = RoomAlias::new("#lobby:example.com");
    let list = api.public_room_list_manager();
    let (join, data) = ("join", JsonStr::new("{}"));
    let joined = api.update_room_membership(ALICE, ALICE, room, join, none, none);
    vec![
        ("users", "is_user_admin", outcome(api.is_user_admin(ALICE))),
        ("logins", "register_device", outcome(api.register_device(ALICE, None, None))),
        ("rooms", "lookup_room_alias", outcome(api.lookup_room_alias(alias))),
        ("events", "get_room_state", outcome(api.get_room_state(room, none))),
        ("membership", "update_room_membership", outcome(joined)),
        (
            "account_data",
            "put_global",
            outcome(api.account_data_manager().put_global(ALICE, "x", data)),
        ),
        ("threepids", "get_threepids_for_user", outcome(api.get_threepids_for_user(ALICE))),
        ("presence", "set_presence_for_users", outcome(api.set_presence_for_users(data))),
        (
            "push",
            "check_push_rule_actions",
            outcome(api.check_push_rule_actions(JsonStr::new("[]"))),
        ),
        (
            "public_rooms",
            "add_room_to_public_room_list",
            outcome(list.add_room_to_public_room_list(room)),
        ),
        ("time", "sleep", outcome(api.sleep(Duration::ZERO))),
        ("mail", "send_mail", outcome(api.send_mail("a@example.com", "", "", ""))),
    ]
}

fn host() -> FakeHost {
    let lobby = room("!lobby:example.com").alias("#lobby:example.com");
    FakeHost::new("example.com").user(user(ALICE.as_str())).room(lobby)
}

#[test]
fn a_group_that_the_homeserver_lacks_is_told_by_the_name_of_the_request() {
    let names = fields(host().api().raw.table.requests().unwrap());
    for end in 1..=names.len() {
        let older = Older::new(&host(), [None, Some(end), None]);
        for (group, request, outcome) in asked(&older.api) {
            let has = names[..end].contains(&group);
            assert_eq!(outcome == lacking(request), !has, "{end}: {group}: {outcome}");
            assert_eq!(outcome.starts_with("Some("), !has, "{end}: {group}: {outcome}");
        }
    }
}

#[test]
fn a_request_that_the_homeserver_lacks_is_told_by_its_name() {
    for end in 0..=ROWS.len() {
        let older = Older::new(&host(), [None, None, Some(1 + end)]);
        let (api, email) = (&*older.api, "a@example.com");
        let outcomes = [
            outcome(api.get_threepids_for_user(ALICE)),
            outcome(api.store_remote_3pid_association(ALICE, "email", email, "example.org")),
            outcome(api.add_threepid(ALICE, "email", email, 0)),
            outcome(api.delete_threepid(ALICE, "email", email)),
        ];
        let whole = ["[]", "()", "()", "true"];
        let expected = ROWS.iter().zip(whole).enumerate().map(|(index, (row, whole))| {
            if index < end { whole.to_owned() } else { lacking(row.name) }
        });
        assert_eq!(outcomes.to_vec(), expected.collect::<Vec<_>>(), "{end}");
        // The groups behind this one are where they were.
        assert_eq!(outcome(api.check_push_rule_actions(JsonStr::new("[]"))), "()");
    }
}
