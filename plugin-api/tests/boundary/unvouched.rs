//! Shows that the arguments of a caller that does not vouch for them, such as one in another
//! language, are checked before a module sees them: if they are invalid, the call fails and the
//! module is not asked.

use std::pin::pin;
use std::ptr::null;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use hsmod_abi::{Frame, Status, TableFor};
use hsmod_plugin_api::callbacks::CATEGORIES;
use hsmod_plugin_api::callbacks::spam_checker::SpamCheckerTableRef;
use hsmod_plugin_api::host::Entered;
use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::values::answer::Answer;

use crate::raw::RawFrame;
use crate::support::HostCall;

/// Denies everything, with its arguments as the message.
#[derive(Default)]
struct Denier(AtomicUsize);

impl Denier {
    fn asked(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[callbacks]
impl SpamChecker for Denier {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        self.asked();
        Ok(Verdict::deny("X.Y").message(event.sender().as_str()))
    }

    async fn user_may_invite(
        &self,
        inviter: &UserId,
        invitee: &UserId,
        room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        self.asked();
        let told = [inviter.as_str(), invitee.as_str(), room_id.as_str()].join(" ");
        Ok(Verdict::deny("X.Y").message(told))
    }

    async fn check_username_for_spam(
        &self,
        user_profile: &UserProfile<'_>,
        requester_id: &UserId,
    ) -> Result<DirectoryVisibility, ModuleError> {
        self.asked();
        Ok(if user_profile.user_id() == requester_id {
            DirectoryVisibility::Visible
        } else {
            DirectoryVisibility::Hidden
        })
    }
}

/// A string, as another language has it.
#[repr(C)]
#[derive(Clone, Copy)]
struct RawStr(*const u8, usize);

impl From<&[u8]> for RawStr {
    fn from(text: &[u8]) -> Self {
        Self(text.as_ptr(), text.len())
    }
}

/// Arguments: their size, reserved space, and the arguments of a row.
#[repr(C)]
struct Args<T> {
    size: u32,
    flags: u32,
    row: T,
}

fn args<T>(row: T) -> Args<T> {
    Args { size: u32::try_from(size_of::<Args<T>>()).unwrap(), flags: 0, row }
}

/// Asks a row of the module's table.
fn ask<A: Answer, T>(
    module: &Denier,
    row: &str,
    vouched: bool,
    args: *const Args<T>,
) -> Entered<A> {
    type Slot = unsafe extern "C" fn(*const (), *const (), *mut Frame) -> Status;
    let rows =
        CATEGORIES.iter().find(|category| category.name == "spam_checker").unwrap().callbacks;
    let place = rows.iter().position(|known| known.name == row).unwrap();
    let table = <SpamCheckerTableRef as TableFor<Denier>>::TABLE;
    let table = table.pointer().cast::<Option<Slot>>();
    // SAFETY: size and version are as long as a slot; the table has all that this version knows.
    let slot = unsafe { table.add(1 + place).read() }.expect("it was written");
    let mut call = pin!(HostCall::<A>::new());
    let mut context = Context::from_waker(Waker::noop());
    // SAFETY: the module and the arguments live meanwhile, and the module never waits.
    unsafe {
        call.as_mut().enter(&mut context, |frame| {
            if !vouched {
                (*frame.cast::<RawFrame>()).flags = 0;
            }
            slot(std::ptr::from_ref(module).cast(), args.cast(), frame)
        })
    }
}

/// The message of a denial, or of an error.
fn said(entered: Entered<Verdict>) -> Result<String, String> {
    match entered {
        Entered::Ready(Ok(Verdict::Deny(denial))) => Ok(denial.message.unwrap_or_default()),
        Entered::Ready(Err(error)) => Err(error.to_string()),
        other => panic!("{other:?}"),
    }
}

const NOT_UTF8: &str = "a text is not UTF-8";
const NULL: &str = "a pointer is null that must not be";
const TOO_SHORT: &str = "a structure is shorter than in the first version of the boundary";

#[test]
fn a_text_has_to_be_utf8() {
    let module = Denier::default();
    let invite = |invitee: &[u8]| {
        let row = [b"@a:x".as_slice().into(), RawStr::from(invitee), b"!r:x".as_slice().into()];
        let args = args(row);
        said(ask(&module, "user_may_invite", false, &raw const args))
    };
    assert_eq!(invite("@ä:x".as_bytes()), Ok("@a:x @ä:x !r:x".to_owned()));
    assert_eq!(invite(b""), Ok("@a:x  !r:x".to_owned()));
    for text in [b"\xff".as_slice(), b"@a\x80", "@ä".as_bytes().split_last().unwrap().1] {
        assert_eq!(invite(text), Err(NOT_UTF8.to_owned()));
    }
    assert_eq!(module.0.load(Ordering::SeqCst), 2);
}

#[test]
fn arguments_have_to_be_there_and_as_long_as_they_were_at_first() {
    let module = Denier::default();
    let invite =
        |args: *const Args<[RawStr; 3]>| said(ask(&module, "user_may_invite", false, args));
    assert_eq!(invite(null()), Err(NULL.to_owned()));
    let text = RawStr::from(b"x".as_slice());
    let mut short = args([text; 3]);
    short.size -= 1;
    assert_eq!(invite(&raw const short), Err(TOO_SHORT.to_owned()));
    assert_eq!(module.0.load(Ordering::SeqCst), 0);
    // A later version may have more arguments.
    short.size += 9;
    assert_eq!(invite(&raw const short), Ok("x x x".to_owned()));
}

#[test]
fn a_structure_has_to_be_there_and_as_long_as_it_was_at_first() {
    let module = Denier::default();
    let check = |event: *const Event<'_>| {
        let args = args(event);
        said(ask(&module, "check_event_for_spam", false, &raw const args))
    };
    let owned = OwnedEvent::from_json(
        r#"{"event_id":"$e","room_id":"!r:x","sender":"@a:x","type":"t","content":{}}"#,
    )
    .unwrap();
    let mut event = owned.as_event();
    assert_eq!(check(&raw const event), Ok("@a:x".to_owned()));
    assert_eq!(check(null()), Err(NULL.to_owned()));
    // SAFETY: a view begins with its size, and is not read any further than that.
    unsafe { (&raw mut event).cast::<u32>().write(16) };
    assert_eq!(check(&raw const event), Err(TOO_SHORT.to_owned()));
    assert_eq!(module.0.load(Ordering::SeqCst), 1);
}

/// An array: its address, its length, and the step from one item to the next.
#[repr(C)]
struct RawSlice<T>(*const T, usize, usize);

/// A profile of a later version.
#[repr(C)]
struct Longer<'a> {
    known: UserProfile<'a>,
    later: [u64; 2],
}

#[test]
fn arrays_of_longer_structures_are_read_by_their_step() {
    let module = Denier::default();
    let mut longer = ["@a:x", "@b:x", "@c:x"]
        .map(|user| Longer { known: UserProfile::new(user, None, None), later: [u64::MAX; 2] });
    for profile in &mut longer {
        let size = u32::try_from(size_of::<Longer<'_>>()).unwrap();
        // SAFETY: a view begins with its size.
        unsafe { (&raw mut profile.known).cast::<u32>().write(size) };
        assert_eq!(profile.later, [u64::MAX; 2]);
    }
    let requester = RawStr::from(b"@b:x".as_slice());
    for vouched in [true, false] {
        let array = RawSlice(longer.as_ptr(), longer.len(), size_of::<Longer<'_>>());
        let args = args((array, requester));
        assert_eq!(hidden(&module, vouched, &raw const args), Ok(vec![0, 2]));
    }
    for (array, why) in [
        (RawSlice(longer.as_ptr(), 3, size_of::<UserProfile<'_>>() - 8), TOO_SHORT),
        (RawSlice(null(), 3, size_of::<Longer<'_>>()), NULL),
    ] {
        let args = args((array, requester));
        assert_eq!(hidden(&module, false, &raw const args), Err(why.to_owned()));
    }
    assert_eq!(module.0.load(Ordering::SeqCst), 6);
    let none = args((RawSlice(null(), 0, 0), requester));
    assert_eq!(hidden(&module, false, &raw const none), Ok(vec![]));
}

type Profiles<'a> = (RawSlice<Longer<'a>>, RawStr);

/// The indices of the users who are hidden.
fn hidden(
    module: &Denier,
    vouched: bool,
    args: *const Args<Profiles<'_>>,
) -> Result<Vec<usize>, String> {
    let entered: Entered<hsmod_plugin_api::values::each::Each<DirectoryVisibility>> =
        ask(module, "check_username_for_spam", vouched, args);
    match entered {
        Entered::Neutral => Ok(Vec::new()),
        Entered::Ready(Ok(each)) => {
            Ok(each.into_answers().iter().map(|(place, _)| *place).collect())
        }
        Entered::Ready(Err(error)) => Err(error.to_string()),
        other => panic!("{other:?}"),
    }
}
