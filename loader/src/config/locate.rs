//! The positions of all values in the YAML text, and syntax that is refused.
//!
//! The values themselves come from another parser (see [`super`]). This one sees each event with
//! its position, so it can answer "which line?". It also refuses what would make the values
//! surprising (tags, duplicate keys, merge keys, a second document) or dangerous to read (nesting
//! and alias bombs) before the other parser sees the text.

use std::collections::{HashMap, hash_map::Entry};
use std::str::Lines;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::doubt::{self, Scalar};
use super::flaw::{Flaw, item, item_index};
use super::slip;

/// Line and column, both counted from 1; columns count characters.
pub(super) type Position = (u64, u64);

/// More levels than any config has, and fewer than later readers refuse.
const MAX_DEPTH: usize = 100;

/// Bytes of text plus [`NODE_COST`] per value, with aliases expanded.
const MAX_COST: usize = 32 << 20;
const NODE_COST: usize = 16;

/// The structure of a YAML text with the position of each value.
#[derive(Debug)]
pub(crate) struct Outline {
    nodes: Vec<Node>,
    root: usize,
}

#[derive(Debug)]
struct Node {
    position: Position,
    shape: Shape,
    /// The cost, as in [`MAX_COST`], of this value and everything below it.
    cost: usize,
    /// The number of levels from this one down.
    height: usize,
}

/// Children are indices into [`Outline::nodes`], so that an alias needs only an index.
#[derive(Debug)]
enum Shape {
    Scalar,
    List(Vec<usize>),
    Mapping(Members),
}

/// For each key, the position of the key, which is the one to show, and the index of its value.
type Members = HashMap<String, (Position, usize)>;

impl Outline {
    /// Reads `text`. Problems after which the rest can still be read are added to `flaws`.
    ///
    /// `None` if the text contains no value, as after a crash while it was written.
    ///
    /// # Errors
    /// A problem that makes the whole text unreadable.
    pub(super) fn parse(text: &str, flaws: &mut Vec<Flaw>) -> Result<Option<Self>, Flaw> {
        let mut builder = Builder {
            text,
            parser: Parser::new_from_str(text),
            lines: text.lines(),
            line: (0, ""),
            reached: (0, 0),
            doubts: 0,
            nodes: Vec::new(),
            anchors: HashMap::new(),
            cost: 0,
            path: Vec::new(),
            flaws,
        };
        let mut root = None;
        loop {
            let (event, span) = builder.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(_) if root.is_some() => {
                    return Err(Flaw::new(&[], "a second YAML document starts here")
                        .position(position(span.start))
                        .fix(
                            "keep one document: remove this `---` and what does not belong here",
                        ));
                }
                Event::DocumentStart(_) => {
                    let (event, span) = builder.next()?;
                    root = Some(builder.node(event, span, 1)?);
                }
                _ => {}
            }
        }
        Ok(root.map(|root| Self { nodes: builder.nodes, root }))
    }

    /// The position of `path`: of a key, or of a list item given as `<item N>` or plain `N`. If the
    /// path does not exist, that of its nearest existing ancestor.
    pub(super) fn locate<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Position {
        let mut node = &self.nodes[self.root];
        let mut found = node.position;
        for segment in path {
            let next = match &node.shape {
                Shape::Scalar => None,
                Shape::Mapping(members) => members.get(segment).copied(),
                Shape::List(items) => item_index(segment)
                    .or_else(|| segment.parse().ok())
                    .and_then(|index: usize| items.get(index))
                    .map(|index| (self.nodes[*index].position, *index)),
            };
            let Some((position, index)) = next else { break };
            found = position;
            node = &self.nodes[index];
        }
        found
    }
}

/// The flaw of a config without content.
pub(super) fn empty() -> Flaw {
    Flaw::new(&[], "the config is empty").fix("write `modules: []` for a server without modules")
}

struct Builder<'t, 'f> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    /// The lines after [`Self::line`].
    lines: Lines<'t>,
    /// The line of the last scalar, with its number.
    line: (usize, &'t str),
    /// How far that line was scanned: a column, and the offset in bytes.
    reached: (usize, usize),
    doubts: usize,
    nodes: Vec<Node>,
    /// Complete values only: an alias inside its own anchor is not found.
    anchors: HashMap<usize, usize>,
    cost: usize,
    path: Vec<String>,
    flaws: &'f mut Vec<Flaw>,
}

impl<'t> Builder<'t, '_> {
    fn next(&mut self) -> Result<(Event<'t>, Span), Flaw> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(syntax(self.text, &error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// Reads the value that begins with `event` and returns its index.
    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<usize, Flaw> {
        if depth > MAX_DEPTH {
            return Err(too_deep(span.start));
        }
        let before = self.cost;
        let (anchor, shape, height) = match event {
            Event::Alias(anchor) => return self.alias(anchor, span, depth),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span);
                self.refuse_imprecision(&text, style, span);
                self.doubt(&text, style, span);
                self.spend(NODE_COST + text.len(), span)?;
                (anchor, Shape::Scalar, 1)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span);
                self.spend(NODE_COST, span)?;
                let (items, height) = self.list(depth)?;
                (anchor, Shape::List(items), height)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), span);
                self.spend(NODE_COST, span)?;
                let (members, height) = self.mapping(depth)?;
                (anchor, Shape::Mapping(members), height)
            }
            _ => {
                return Err(self.flaw("a value is missing here", span).fix("write one, or `null`"));
            }
        };
        let index = self.nodes.len();
        let cost = self.cost - before;
        self.nodes.push(Node { position: position(span.start), shape, cost, height });
        if anchor != 0 {
            self.anchors.insert(anchor, index);
        }
        Ok(index)
    }

    fn list(&mut self, depth: usize) -> Result<(Vec<usize>, usize), Flaw> {
        let (mut items, mut height) = (Vec::new(), 0);
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok((items, height + 1));
            }
            self.path.push(item(items.len()));
            let index = self.node(event, span, depth + 1)?;
            self.path.pop();
            height = height.max(self.nodes[index].height);
            items.push(index);
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<(Members, usize), Flaw> {
        let (mut members, mut height) = (Members::new(), 0);
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok((members, height + 1));
            }
            let key = self.key(event, span, depth)?;
            self.path.extend(key.clone());
            let (event, value_span) = self.next()?;
            let index = self.node(event, value_span, depth + 1)?;
            height = height.max(self.nodes[index].height);
            if let Some(key) = key {
                match members.entry(key) {
                    Entry::Vacant(vacant) => {
                        vacant.insert((position(span.start), index));
                    }
                    Entry::Occupied(first) => {
                        let line = first.get().0.0;
                        let message = format!("the key `{}` is given twice", first.key());
                        let flaw = self.flaw(message, span);
                        self.flaws.push(flaw.fix(format!("keep one; the first is on line {line}")));
                    }
                }
                self.path.pop();
            }
        }
    }

    /// The text of a key; `None` for a key that is not a scalar, which the other parser refuses.
    fn key(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Option<String>, Flaw> {
        let text = match &event {
            Event::Scalar(text, style, ..) => {
                if text == "<<" && *style == ScalarStyle::Plain {
                    let flaw = self.flaw("merge keys (`<<`) are not supported", span);
                    self.flaws.push(flaw.fix(
                        "write the keys out; an alias for a whole value (`key: *name`) works",
                    ));
                }
                Some(text.to_string())
            }
            Event::Alias(_) => {
                let flaw = self.flaw("an alias cannot be a key", span);
                self.flaws.push(flaw.fix("write the key out"));
                None
            }
            _ => None,
        };
        self.node(event, span, depth + 1)?;
        Ok(text)
    }

    /// An alias shares the node of its anchor, but costs as much as if it were expanded.
    fn alias(&mut self, anchor: usize, span: Span, depth: usize) -> Result<usize, Flaw> {
        let Some(&index) = self.anchors.get(&anchor) else {
            let flaw = self.flaw("this alias is inside the value it refers to", span);
            return Err(flaw.fix("write the value out instead"));
        };
        if depth + self.nodes[index].height > MAX_DEPTH {
            return Err(too_deep(span.start));
        }
        self.spend(self.nodes[index].cost, span)?;
        Ok(index)
    }

    fn spend(&mut self, cost: usize, span: Span) -> Result<(), Flaw> {
        self.cost = self.cost.saturating_add(cost);
        if self.cost <= MAX_COST {
            return Ok(());
        }
        Err(self
            .flaw("too large: its values, with aliases written out, exceed 32 MiB", span)
            .fix("keep long lists in a file of their own, if the module can read one"))
    }

    fn refuse_tag(&mut self, tag: Option<&Tag>, span: Span) {
        let Some(tag) = tag else { return };
        let handle = if tag.is_yaml_core_schema() { "!!" } else { &tag.handle };
        let message = format!("YAML tags are not supported: `{handle}{}`", tag.suffix);
        let flaw = self.flaw(message, span);
        self.flaws.push(flaw.fix(doubt::instead_of_tag(&tag.suffix)));
    }

    /// An integer too long for any integer type would be read as a rounded float.
    fn refuse_imprecision(&mut self, text: &str, style: ScalarStyle, span: Span) {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let integer = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let long = text.parse::<u128>().is_err() && text.parse::<i128>().is_err();
        if style == ScalarStyle::Plain && integer && long && !digits.starts_with('0') {
            let flaw = too_large(&self.path, text);
            self.flaws.push(flaw.position(position(span.start)));
        }
    }

    fn doubt(&mut self, text: &str, style: ScalarStyle, span: Span) {
        let (before, written) = self.line_at(span.start);
        let is_plain = style == ScalarStyle::Plain;
        let scalar = Scalar { text, is_plain, before, written };
        let Some((message, fix)) = doubt::doubt(&scalar) else { return };
        self.doubts += 1;
        if self.doubts <= doubt::MAX {
            self.flaws.push(self.flaw(message, span).fix(fix).warning());
        }
    }

    /// The line at `marker`, split there. Scalars come in the order of the text, so the text is
    /// scanned only once, and so is each line: a long list may be on a single line.
    fn line_at(&mut self, marker: Marker) -> (&'t str, &'t str) {
        while self.line.0 < marker.line() {
            let Some(line) = self.lines.next() else { return ("", "") };
            self.line = (self.line.0 + 1, line);
            self.reached = (0, 0);
        }
        let line = self.line.1;
        let (column, bytes) = if marker.col() < self.reached.0 { (0, 0) } else { self.reached };
        let rest = line.get(bytes..).unwrap_or_default();
        let behind = rest.char_indices().nth(marker.col() - column);
        let at = bytes + behind.map_or(rest.len(), |(at, _)| at);
        // After the end of the line, columns do not match its characters.
        self.reached = if at < line.len() { (marker.col(), at) } else { (0, 0) };
        line.split_at(at)
    }

    fn flaw(&self, message: impl Into<String>, span: Span) -> Flaw {
        Flaw::new(&self.path, message).position(position(span.start))
    }
}

/// The flaw of an integer that JSON cannot hold exactly.
pub(super) fn too_large(path: &[String], number: &str) -> Flaw {
    Flaw::new(path, format!("the number {number} is too large")).fix("quote it if it is a string")
}

/// A syntax error, with the remedy for a common mistake if the text shows one.
fn syntax(text: &str, error: &ScanError) -> Flaw {
    if error.info().contains("recursion limit") {
        return too_deep(*error.marker());
    }
    slip::explain(text, position(*error.marker()), error.info())
}

fn too_deep(marker: Marker) -> Flaw {
    // The path is left out because it would have a hundred segments.
    Flaw::new(&[], format!("nested too deeply: more than {MAX_DEPTH} levels"))
        .position(position(marker))
        .fix("check its brackets and dashes")
}

fn position(marker: Marker) -> Position {
    (marker.line() as u64, marker.col() as u64 + 1)
}
