//! A core WebAssembly module in wasmtime: the event is copied into its memory, and one of its
//! functions is called. It does not parse the content but searches its text.

use std::cell::RefCell;

use hsmod_plugin_api::values::Event;
use wasmtime::{Engine, Instance, Memory, Module, Store, TypedFunc};

use super::Ask;
use crate::case::{Case, Question};
use crate::events::{Events, WORD, evil_users};

/// Addresses in the module's memory; the same as in `checks.wat`.
const WORD_AT: usize = 122_880;
const EVENT_AT: usize = 131_072;

struct Checker {
    store: Store<()>,
    memory: Memory,
    lists: TypedFunc<(u32, u32), u32>,
    finds: TypedFunc<(u32, u32, u32, u32), u32>,
}

type Fallible<T> = wasmtime::Result<T>;

impl Checker {
    fn new(engine: &Engine, module: &Module) -> Fallible<Self> {
        let mut store = Store::new(engine, ());
        let instance = Instance::new(&mut store, module, &[])?;
        let memory = instance.get_memory(&mut store, "memory").expect("it exports its memory");
        let end = instance.get_typed_func::<(), u32>(&mut store, "end")?;
        let add = instance.get_typed_func::<u32, ()>(&mut store, "add")?;
        for user_id in evil_users() {
            let at = end.call(&mut store, ())?;
            memory.write(&mut store, at as usize, user_id.as_bytes())?;
            add.call(&mut store, length(&user_id))?;
        }
        memory.write(&mut store, WORD_AT, WORD.as_bytes())?;
        let lists = instance.get_typed_func(&mut store, "lists")?;
        let finds = instance.get_typed_func(&mut store, "finds")?;
        Ok(Self { store, memory, lists, finds })
    }

    /// Whether the sender is not on the list.
    fn check_sender(&mut self, event: &Event<'_>) -> Fallible<bool> {
        let sender = event.sender().as_str();
        let at = self.copy(event.json().as_str(), sender)?;
        Ok(self.lists.call(&mut self.store, (at, length(sender)))? == 0)
    }

    /// Whether the word is not in the content.
    fn check_body(&mut self, event: &Event<'_>) -> Fallible<bool> {
        let content = event.content_json().as_str();
        let at = self.copy(event.json().as_str(), content)?;
        let word = (position(WORD_AT), length(WORD));
        let arguments = (at, length(content), word.0, word.1);
        Ok(self.finds.call(&mut self.store, arguments)? == 0)
    }

    /// Copies an event and returns the address of its `part`, which is copied after it unless it is
    /// a part of the text.
    fn copy(&mut self, json: &str, part: &str) -> Fallible<u32> {
        self.memory.write(&mut self.store, EVENT_AT, json.as_bytes())?;
        let before = (part.as_ptr() as usize).checked_sub(json.as_ptr() as usize);
        if let Some(before) = before.filter(|before| before + part.len() <= json.len()) {
            return Ok(position(EVENT_AT + before));
        }
        self.memory.write(&mut self.store, EVENT_AT + json.len(), part.as_bytes())?;
        Ok(position(EVENT_AT + json.len()))
    }
}

fn length(text: &str) -> u32 {
    position(text.len())
}

fn position(number: usize) -> u32 {
    u32::try_from(number).expect("less than the memory of the module")
}

/// Asks one module after the other until one denies; a module that traps denies.
fn all(checkers: &mut [Checker], mut ask: impl FnMut(&mut Checker) -> Fallible<bool>) -> bool {
    checkers.iter_mut().all(|checker| ask(checker).unwrap_or(false))
}

pub(super) fn load(case: Case) -> Ask {
    let engine = Engine::default();
    let module = Module::new(&engine, include_str!("checks.wat"));
    let module = module.unwrap_or_else(|error| panic!("{error:?}"));
    let checkers = (0..case.modules).map(|_| Checker::new(&engine, &module));
    let checkers = checkers.collect::<Fallible<Vec<Checker>>>();
    let checkers = RefCell::new(checkers.unwrap_or_else(|error| panic!("{error:?}")));
    let events = Events::of(case);
    match case.question {
        Question::Ready | Question::EventSize(_) => Box::new(move |about| {
            let checkers = &mut *checkers.borrow_mut();
            events.repeat(about, |event| all(checkers, |checker| checker.check_sender(event)));
        }),
        Question::Event => Box::new(move |about| {
            let checkers = &mut *checkers.borrow_mut();
            events.repeat(about, |event| all(checkers, |checker| checker.check_body(event)));
        }),
        _ => panic!("this way has no {case}"),
    }
}
