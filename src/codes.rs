//! Enums whose values have one fixed word each. The word is written once, beside its variant, and is the same in every format that a program
//! reads: JSON writes and reads it, the JSON Schemas list it, CSV and messages show it.

/// Defines such an enum: `Variant = "word"`. It gets `ALL`, `as_str`, and the traits of serde and schemars.
macro_rules! codes {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        $vis enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            /// All of them, in the order in which they are declared.
            pub const ALL: [$name; [$($word),+].len()] = [$($name::$variant),+];

            /// The word in output.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let word = <String as serde::Deserialize>::deserialize(deserializer)?;
                let found = $name::ALL.into_iter().find(|one| one.as_str() == word);
                found.ok_or_else(|| serde::de::Error::unknown_variant(&word, &[$($word),+]))
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($word),+] })
            }
        }
    };
}

pub(crate) use codes;

#[cfg(test)]
mod tests {
    codes! {
        /// Two words.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Side {
            /// One.
            Left = "left",
            /// The other.
            RightSide = "right side",
        }
    }

    #[test]
    fn a_word_is_written_and_read_and_no_other_is() {
        assert_eq!(Side::ALL, [Side::Left, Side::RightSide]);
        assert_eq!(serde_json::to_string(&Side::RightSide).unwrap(), "\"right side\"");
        assert_eq!(serde_json::from_str::<Side>("\"left\"").unwrap(), Side::Left);
        let error = serde_json::from_str::<Side>("\"up\"").unwrap_err().to_string();
        assert!(
            error.contains("unknown variant `up`") && error.contains("`left` or `right side`"),
            "{error}"
        );
    }
}
