//! Shows that a module which is newer than its homeserver gets an error that names what the
//! homeserver lacks, and can use everything else.
//!
//! The older homeserver has the tables of the fake one, each cut off and copied into memory of
//! exactly that size, so that a sanitizer reports any access beyond the end:
//! -p hsmod-plugin-api --features testing --lib api::tests`.

use std::fmt::Debug;
use std::future::Future;
use std::mem::offset_of;
use std::pin::pin;
use std::ptr::without_provenance;
use std::time::Duration;

use super::*;
use crate::callbacks::spam_checker::SpamCheckerCallbacks;
use crate::prelude::*;
use crate::requests::REQUESTS;
use crate::requests::threepids::{ROWS, ThreepidsTable};
use crate::testing::START;
use crate::testing::prelude::*;

const ALICE: &UserId = UserId::new("@alice:example.com");

/// A table as words: the first one holds its size and version, each other one is a function.
type Words = Box<[*const ()]>;

/// How many functions a table of `size` bytes has.
const fn functions_in(size: u32) -> usize {
    size as usize / size_of::<*const ()>() - 1
}

/// Copies the first `functions` functions of a table into memory of exactly that size.
///
/// # Safety
/// `table` points to a table with at least so many functions.
unsafe fn copied<T>(table: *const T, functions: usize) -> Words {
    let words: *const *const () = table.cast();
    // SAFETY: every table begins with its size and its version.
    let [_, minor] = unsafe { table.cast::<[u32; 2]>().read() };
    let size = u32::try_from((1 + functions) * size_of::<*const ()>()).unwrap();
    let mut head = [0; 8];
    head[..4].copy_from_slice(&size.to_ne_bytes());
    head[4..].copy_from_slice(&minor.to_ne_bytes());
    // SAFETY: the caller's promise.
    let functions = (1..=functions).map(|place| unsafe { words.add(place).read() });
    [without_provenance(usize::from_ne_bytes(head))].into_iter().chain(functions).collect()
}

/// A homeserver with a table that is truncated or missing.
struct Older {
    api: ModuleApi,
    _table: Words,
}

impl Older {
    /// Its own table has only so many functions.
    fn with_functions(host: &FakeHost, functions: usize) -> Self {
        let whole = host.api();
        // SAFETY: a table of this version.
        let words =
            unsafe { copied(whole.peer().table().pointer().cast::<HostTable>(), functions) };
        // SAFETY: the beginning of such a table, which is kept as long as the api; the host is that
        // of the table, and a reference is counted.
        let api = unsafe {
            let table = HostTableRef::from_pointer(words.as_ptr().cast());
            ModuleApi::import(RawApi::bound(counted(&whole), table), 0)
        };
        Self { api, _table: words }
    }

    /// It has only the groups of requests for which `has` returns true.
    fn with_groups(host: &FakeHost, has: impl Fn(&str) -> bool) -> Self {
        let whole = host.api();
        let table = |name: &str| {
            let group = name.strip_suffix("/1").unwrap();
            if has(group) { table_of(&whole, name) } else { std::ptr::null() }
        };
        Self { api: answering(&whole, table), _table: Words::default() }
    }

    /// Its table of `threepids` has only so many functions.
    fn with_threepids(host: &FakeHost, functions: usize) -> Self {
        let whole = host.api();
        let all = table_of(&whole, "threepids/1").cast::<ThreepidsTable>();
        // SAFETY: a table of this version.
        let words = unsafe { copied(all, functions) };
        let api = answering(&whole, |name| match name {
            "threepids/1" => words.as_ptr().cast(),
            name => table_of(&whole, name),
        });
        Self { api, _table: words }
    }
}

/// A homeserver that returns `table(name)` for each group of requests.
fn answering(whole: &ModuleApi, table: impl Fn(&str) -> *const ()) -> ModuleApi {
    // SAFETY: a reference is counted; each is the table of that name, which the test keeps.
    let homeserver = unsafe {
        let raw = RawApi::bound(counted(whole), whole.peer().table());
        Homeserver::with(raw, table)
    };
    ModuleApi { connection: Arc::new(Connection { homeserver, module: 0, own: Own::default() }) }
}

/// The table of this name.
fn table_of(whole: &ModuleApi, name: &str) -> *const () {
    let (table, object) = (whole.peer().table(), whole.peer().object());
    // SAFETY: the host is that of the table; the name lives for the duration of the call.
    unsafe { table.extension().unwrap()(object, Str::new(name).kept()) }
}

/// A reference to the homeserver, for one more api.
fn counted(whole: &ModuleApi) -> *const () {
    let (table, object) = (whole.peer().table(), whole.peer().object());
    // SAFETY: the host is that of the table.
    unsafe { table.retain().unwrap()(object) };
    object
}

/// A homeserver whose every answer differs from what a module assumes if there is none.
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

/// The outcome of a request that is answered at once.
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

/// The fewest functions that a homeserver has: `retain` and `release`, which go together.
const LEAST: usize = 2;

/// How many functions a homeserver of this version has.
const MOST: usize = functions_in(HostTable::SIZE);

/// What a module observes of a function.
type Seen = fn(&ModuleApi) -> String;

/// Functions by name and position, what modules observe of them, and what they observe if the
/// homeserver has no such function.
fn functions() -> Vec<(&'static str, usize, Seen, String)> {
    macro_rules! seen {
        ($( $function:ident: $seen:expr, $without:expr; )*) => { vec![$(
            (
                stringify!($function),
                offset_of!(HostTable, $function) / size_of::<*const ()>() - 1,
                $seen as Seen,
                $without.to_owned(),
            ),
        )*] };
    }
    seen! {
        extension: |api| outcome(api.is_user_admin(ALICE)), lacking("is_user_admin");
        server_name: |api| api.server_name().to_owned(), "";
        public_baseurl: |api| format!("{:?}", api.public_baseurl()), "None";
        worker_name: |api| format!("{:?}", api.worker_name()), "None";
        worker_app: |api| format!("{:?}", api.worker_app()), "None";
        email_app_name: |api| api.email_app_name().to_owned(), "Matrix";
        is_trial: |api| api.is_trial().to_string(), "false";
        should_run_background_tasks: |api| api.should_run_background_tasks().to_string(), "true";
        get_current_time_msec:
            |api| (i64::try_from(api.get_current_time_msec()) == Ok(START)).to_string(), "false";
        supports: |api| api.supports("is_user_admin").to_string(), "false";
        defer_to_thread: |api| told(block_on(api.defer_to_thread(|| 3))), lacking("defer_to_thread");
    }
}

#[test]
fn a_function_that_the_homeserver_lacks_is_done_without() {
    let host = unusual();
    for end in LEAST..=MOST {
        let older = Older::with_functions(&host, end);
        for (name, place, seen, without) in functions() {
            let whole = seen(&host.api());
            assert_ne!(whole, without, "{name}: this test could not fail");
            let expected = if place < end { whole } else { without };
            assert_eq!(seen(&older.api), expected, "{name} of {end}");
        }
    }
}

/// A value that is handed over.
struct Guest {
    _token: Arc<()>,
}

impl SpamChecker for Guest {}

impl SpamCheckerCallbacks for Guest {
    const WRITTEN: &'static [&'static str] = &[];
}

impl WebResource for Guest {}

/// A fake homeserver without a module does not keep objects that it is given.
#[test]
fn objects_that_cannot_be_handed_over_are_released() {
    let host = unusual();
    for end in LEAST..=MOST {
        let older = Older::with_functions(&host, end);
        let (api, token) = (&older.api, Arc::new(()));
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

/// One request of each group that homeservers answer, and of two others.
fn asked(api: &ModuleApi) -> Vec<(&'static str, &'static str, String)> {
    let room = RoomId::new("!lobby:example.com");
    let alias = RoomAlias::new("#lobby:example.com");
    let list = api.public_room_list_manager();
    let data = JsonObject::new();
    let joined = api.update_room_membership(ALICE, ALICE, room, "join", &(), &());
    vec![
        ("users", "is_user_admin", outcome(api.is_user_admin(ALICE))),
        ("logins", "register_device", outcome(api.register_device(ALICE, None, None))),
        ("rooms", "lookup_room_alias", outcome(api.lookup_room_alias(alias))),
        ("events", "get_room_state", outcome(api.get_room_state(room, &()))),
        ("membership", "update_room_membership", outcome(joined)),
        (
            "account_data",
            "put_global",
            outcome(api.account_data_manager().put_global(ALICE, "x", &data)),
        ),
        ("threepids", "get_threepids_for_user", outcome(api.get_threepids_for_user(ALICE))),
        ("presence", "set_presence_for_users", outcome(api.set_presence_for_users(&data))),
        ("push", "check_push_rule_actions", outcome(api.check_push_rule_actions(&["notify"]))),
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
fn a_missing_group_is_reported_by_the_name_of_the_request() {
    let groups: Vec<_> = REQUESTS.iter().map(|rows| rows[0].group).collect();
    for end in 0..=groups.len() {
        let older = Older::with_groups(&host(), |group| groups[..end].contains(&group));
        for (group, request, outcome) in asked(&older.api) {
            let has = groups[..end].contains(&group);
            assert_eq!(outcome == lacking(request), !has, "{end}: {group}: {outcome}");
            assert_eq!(outcome.starts_with("Some("), !has, "{end}: {group}: {outcome}");
        }
    }
}

#[test]
fn a_missing_request_is_reported_by_its_name() {
    for end in 0..=ROWS.len() {
        let older = Older::with_threepids(&host(), end);
        let (api, email) = (&older.api, "a@example.com");
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
        // The groups after this one keep their positions.
        assert_eq!(outcome(api.check_push_rule_actions(&["notify"])), "()");
    }
}

/// The outcome of a request about a user, made by a module in another language, whose strings are
/// unchecked.
fn asked_by_another_language(api: &ModuleApi, user_id: &'static [u8]) -> String {
    use crate::values::answer::Returns;

    // SAFETY: deliberately maybe invalid UTF-8, as from another language; only the homeserver reads
    // it, and checks it first.
    let user_id = unsafe { std::str::from_utf8_unchecked(user_id) };
    let args = crate::requests::users::args::is_user_admin::new(Str::new(user_id));
    let users = api.group::<crate::requests::users::UsersTableRef>();
    let slot = users.table().is_user_admin().unwrap();
    let mut call = pin!(hsmod_abi::Call::<Returns<bool>, 192>::new());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    // SAFETY: the slot is that of the host, and the arguments outlive the call; the flags are the
    // fourth number of a frame.
    let entered = unsafe {
        call.as_mut().enter(&mut context, |frame| {
            frame.cast::<u32>().add(3).write(0);
            slot(users.object(), &raw const args, frame)
        })
    };
    match entered {
        hsmod_abi::Entered::Neutral => "false".to_owned(),
        hsmod_abi::Entered::Ready(answer) => told(answer),
        other => format!("{other:?}"),
    }
}

#[test]
fn arguments_from_another_language_are_checked_first() {
    let api = host().api();
    assert_eq!(asked_by_another_language(&api, ALICE.as_str().as_bytes()), "false");
    let refused = asked_by_another_language(&api, b"@\xff:example.com");
    assert_eq!(refused, "None: a text is not UTF-8");
}
