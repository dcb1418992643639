//! Answers that cross the boundary as JSON: structures that later versions may extend.

/// Answers to requests; the default is the neutral answer.
macro_rules! json_answers {
    ($( $type:ty; )*) => { $(
        impl $crate::values::answer::Answer for $type {
            type Raw = hsmod_abi::OwnedStr;

            fn is_neutral(&self) -> bool {
                *self == <$type>::default()
            }

            fn into_raw(self) -> Option<Self::Raw> {
                (!self.is_neutral()).then(|| serde_json::to_string(&self).unwrap_or_default().into())
            }

            fn from_raw(raw: Self::Raw) -> Result<Self, $crate::values::answer::Unreadable> {
                $crate::values::by_name::from_str(&raw.to_text().unwrap_or_default()).map_err(|_| {
                    $crate::values::answer::Unreadable(concat!(
                        "not readable as ", stringify!($type), ": of another version?"
                    ))
                })
            }
        }
    )* };
}

pub(crate) use json_answers;
