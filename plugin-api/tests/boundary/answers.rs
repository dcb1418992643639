//! Shows the effect of an answer that this version cannot read, because another version or another
//! language wrote it: a denial, if there is one; otherwise an error; never the neutral answer.

use std::fmt::Debug;
use std::pin::pin;
use std::task::{Context, Waker};

use hsmod_abi::{Answer as Head, Frame, OwnedStr, RawError, Status};
use hsmod_plugin_api::host::Entered;
use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::values::answer::Answer;

use crate::raw::{self, RawFrame, size_with};
use crate::support::{HostCall, left_of_size};

/// The outcome of what `callee` does with its frame.
fn answered<A: Answer>(callee: impl FnOnce(*mut Frame) -> Status) -> Entered<A> {
    let mut call = pin!(HostCall::<A>::new());
    let mut context = Context::from_waker(Waker::noop());
    // SAFETY: the callees of these tests follow the protocol, except where a test is about a
    // violation.
    let entered = unsafe { call.as_mut().enter(&mut context, callee) };
    assert!(!call.suspended());
    entered
}

/// The outcome of an answer with this size and kind.
fn written<A: Answer, T>(size: u32, kind: u32, body: T) -> Entered<A> {
    // SAFETY: the bodies of these tests match the kind, as far as the size says.
    answered(|frame| unsafe { raw::answer(frame, size, kind, body) })
}

/// The first kind that no row of this version has.
const UNKNOWN_KIND: u32 = 4;
/// A number that no answer of this version has.
const UNKNOWN_NUMBER: u32 = 77;

fn denied<A: Answer + Debug + PartialEq>(denial: &A, number: Option<u32>) {
    let all = [
        // An answer of a later version with more fields.
        written::<A, _>(size_with::<u64>(), UNKNOWN_KIND, 1_u64),
        // Truncated answers.
        written::<A, _>(8, Head::OK, 0_u64),
        written::<A, _>(size_with::<u16>(), Head::OK, 0_u64),
        // An unknown status.
        answered::<A>(|_| status(9)),
        // The status is ready, but nothing was written.
        answered::<A>(|_| Status::READY),
        // Not ready, but without a function to poll again.
        answered::<A>(|_| Status::PENDING),
    ];
    for (which, entered) in all.into_iter().enumerate() {
        assert!(
            matches!(&entered, Entered::Ready(Ok(one)) if one == denial),
            "{which}: {entered:?}"
        );
    }
    if let Some(number) = number {
        let entered = written::<A, _>(size_with::<u32>(), Head::OK, number);
        assert!(matches!(&entered, Entered::Ready(Ok(one)) if one == denial), "{entered:?}");
    }
}

/// The status with this number.
fn status(number: i32) -> Status {
    // SAFETY: a number, whichever it is.
    unsafe { std::mem::transmute(number) }
}

#[test]
fn unreadable_answers_deny_where_possible() {
    denied(&Verdict::deny(ErrorCode::Forbidden), None);
    denied(&EventDecision::Deny, None);
    denied(&Permission::Deny, Some(UNKNOWN_NUMBER));
    denied(&FederatedEventAction::Drop, Some(UNKNOWN_NUMBER));
    denied(&DirectoryVisibility::Hidden, Some(UNKNOWN_NUMBER));
    denied(&RegistrationBehaviour::Deny, Some(UNKNOWN_NUMBER));
}

#[test]
fn an_event_in_its_place_that_is_no_json_is_a_denial() {
    let entered =
        written::<EventDecision, _>(size_with::<OwnedStr>(), Head::OK, OwnedStr::from("{no"));
    assert!(matches!(entered, Entered::Ready(Ok(EventDecision::Deny))), "{entered:?}");
}

#[test]
fn unreadable_answers_that_cannot_deny_are_errors() {
    let error = |entered: Entered<Option<bool>>| match entered {
        Entered::Ready(Err(error)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let unknown = written(size_with::<u8>(), UNKNOWN_KIND, 1_u8);
    assert_eq!(error(unknown), "the answer is of a kind that this version does not know");
    assert_eq!(error(written(8, Head::OK, 1_u8)), "the answer is cut off");
    assert_eq!(error(answered(|_| status(-1))), "the status is not one of the protocol's");
    assert_eq!(error(answered(|_| Status::PENDING)), "the status is not one of the protocol's");
    // An error that cannot be read is an error, whether or not the type can deny.
    for cut_off in [8, size_with::<RawError>() - 1] {
        match written::<Verdict, _>(cut_off, Head::ERROR, [0_u64; 13]) {
            Entered::Ready(Err(error)) => assert_eq!(error.to_string(), "the error is cut off"),
            other => panic!("{other:?}"),
        }
    }
    match written::<Verdict, _>(8, Head::PANICKED, ()) {
        Entered::Ready(Err(error)) => {
            assert_eq!(error.to_string(), "the report of a panic is cut off");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_neutral_answer_may_be_written_too() {
    let entered = written::<Verdict, _>(8, Head::NEUTRAL, ());
    assert!(matches!(entered, Entered::Neutral), "{entered:?}");
}

/// Its known fields are read and freed, whatever a later version has appended.
#[test]
fn an_answer_that_is_longer_than_known_is_read_as_far_as_it_is_known() {
    #[repr(C)]
    struct Longer {
        known: RawError,
        later: [u64; 3],
    }
    let longer = || Longer { known: RawError::new(404, "x".repeat(333)), later: [7; 3] };
    let left = left_of_size(333, || {
        let entered = written::<Verdict, _>(size_with::<Longer>(), Head::ERROR, longer());
        let Entered::Ready(Err(error)) = entered else { panic!("{entered:?}") };
        assert_eq!(error.to_string(), format!("404 M_UNKNOWN: {}", "x".repeat(333)));
    });
    assert_eq!(left, 0);
}

/// An answer that does not fit into the caller's frame: no one could release a part of it.
#[test]
fn a_callee_writes_no_further_than_the_caller_has_room_and_frees_what_it_cannot_write() {
    use hsmod_abi::start;
    use hsmod_plugin_api::values::answer::Returns;

    let mut room = [0_u128; 12];
    for out_size in [0, 3, 4, 8, 12, 16, 24, 80] {
        let mut out = [0xaa_u8; 128].map(std::convert::identity);
        let mut place = Aligned(&mut out);
        let mut frame = RawFrame::new(room.as_mut_ptr().cast(), size_of_val(&room));
        (frame.out, frame.out_size) = (place.pointer(), out_size);
        let left = left_of_size(333, || {
            // SAFETY: the frame is lent; nothing is borrowed.
            let status = unsafe {
                start::<(), _, Returns<Verdict>>((&raw mut frame).cast(), |()| {
                    std::future::ready(Ok(Verdict::deny("X.Y").message("x".repeat(333))))
                })
            };
            assert_eq!(status, Status::READY);
        });
        assert_eq!(left, 0, "{out_size}");
        let head = [8_u32.to_ne_bytes(), Head::OK.to_ne_bytes()].concat();
        let (written, rest) = place.bytes().split_at(head.len().min(out_size as usize));
        if out_size >= 8 {
            assert_eq!(written, head, "a head, and that there is no more");
        }
        assert!(rest.iter().all(|byte| *byte == 0xaa), "{out_size}: {rest:?}");
    }
}

/// The aligned part of some bytes.
struct Aligned<'a>(&'a mut [u8]);

impl Aligned<'_> {
    fn pointer(&mut self) -> *mut () {
        let skipped = self.0.as_ptr().align_offset(8);
        self.0[skipped..].as_mut_ptr().cast()
    }

    fn bytes(&self) -> &[u8] {
        &self.0[self.0.as_ptr().align_offset(8)..]
    }
}
