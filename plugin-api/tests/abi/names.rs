//! The names of types and functions in the snapshot.

use abi_stable::type_layout::{TLData, TLField, TLFunction, TLPrimitive, TypeLayout};

/// The name of a type with its type parameters; lifetimes are not part of the boundary.
pub(crate) fn name(layout: &TypeLayout) -> String {
    let pointee = || layout.phantom_fields().iter().next().map(|field| name(field.layout()));
    let pointee = || pointee().unwrap_or_default();
    if let TLData::Primitive(primitive) = layout.data() {
        return match primitive {
            TLPrimitive::ConstPtr => format!("*const {}", pointee()),
            TLPrimitive::MutPtr => format!("*mut {}", pointee()),
            TLPrimitive::SharedRef => format!("&{}", pointee()),
            TLPrimitive::MutRef => format!("&mut {}", pointee()),
            TLPrimitive::Array => format!("[{}; {}]", pointee(), length(layout)),
            _ => layout.name().to_owned(),
        };
    }
    let own = match module(layout) {
        // They are named like their rows, and two rows may have the same name.
        Some((parent, module)) if module == "args" => {
            format!("{}::{}", parent.rsplit("::").next().unwrap_or_default(), layout.name())
        }
        _ => layout.name().to_owned(),
    };
    match parameter(layout) {
        Some(parameter) => format!("{own}<{}>", name(parameter)),
        None => own,
    }
}

/// The type parameter of types whose name does not show it; it is the type of a field.
fn parameter(layout: &TypeLayout) -> Option<&'static TypeLayout> {
    let mut fields = layout.get_fields()?.iter();
    match layout.name() {
        "Slice" | "Lent" | "MaybeLent" | "LentMut" | "OwnedArray" => {
            let pointer = fields.next()?.layout();
            Some(pointer.phantom_fields().iter().next()?.layout())
        }
        "RawEach" => Some(fields.nth(1)?.layout()),
        _ => None,
    }
}

/// The number of items of an array.
pub(crate) fn length(array: &TypeLayout) -> usize {
    let item = array.phantom_fields().iter().next().expect("what it is made of");
    array.size() / item.layout().size()
}

/// The module of a type, and the path of the module that contains it, within its crate.
pub(crate) fn module(layout: &TypeLayout) -> Option<(String, String)> {
    let path = layout.mod_path().to_string();
    let (_, path) = path.split_once("::")?;
    let (parent, module) = path.rsplit_once("::")?;
    Some((parent.to_owned(), module.to_owned()))
}

/// The type of a field.
pub(crate) fn field_type(field: &TLField) -> String {
    match field.function_range().get(0).filter(|_| !field.function_range().is_empty()) {
        Some(function) if field.is_function() => signature(&function),
        Some(function) => format!("Option<{}>", signature(&function)),
        None => name(field.layout()),
    }
}

fn signature(function: &TLFunction) -> String {
    let parameters: Vec<_> =
        function.param_type_layouts.iter().map(|layout| name(layout())).collect();
    let qualifier = if function.fn_qualifs.is_unsafe() { "unsafe " } else { "" };
    let returned = function.return_type_layout().map(|layout| name(layout()));
    let returned = returned.filter(|returned| returned != "()").map(|name| format!(" -> {name}"));
    format!("{qualifier}fn({}){}", parameters.join(", "), returned.unwrap_or_default())
}
