//! JSON merge patch (RFC 7396).

use serde_json::{Map, Value};

/// Applies a merge patch (RFC 7396) to an object.
///
/// A `null` at the top stays as `null`, which [`Fields::take`](super::fields::Fields::take) reads as absent: so an unknown member
/// that is patched away is still found to be unknown.
pub fn merge_patch(target: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Object(inner) => {
                let slot = target.entry(name).or_insert(Value::Null);
                merge_inside(slot, Value::Object(inner));
            }
            other => {
                target.insert(name, other);
            }
        }
    }
}

fn merge_inside(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            members.remove(&name);
        } else {
            merge_inside(members.entry(name).or_insert(Value::Null), value);
        }
    }
}

/// The members of a JSON object that is written in place: what a patch is applied to.
pub fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail")]
    use super::*;
    use proptest::prelude::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-c]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-d]", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// RFC 7396 section 2, word for word, as the yardstick.
    fn by_the_rfc(target: &Value, patch: &Value) -> Value {
        let Value::Object(patch) = patch else {
            return patch.clone();
        };
        let mut merged = target.as_object().cloned().unwrap_or_default();
        for (name, value) in patch {
            if value.is_null() {
                merged.remove(name);
            } else {
                let before = merged.get(name).cloned().unwrap_or(Value::Null);
                merged.insert(name.clone(), by_the_rfc(&before, value));
            }
        }
        Value::Object(merged)
    }

    proptest! {
        #[test]
        fn a_merge_patch_is_that_of_the_rfc(target in any_json(), patch in any_json()) {
            prop_assume!(target.is_object() && patch.is_object());
            let mut merged = target.as_object().unwrap().clone();
            merge_patch(&mut merged, patch.as_object().unwrap().clone());
            merged.retain(|_, value| !value.is_null());
            let mut expected = by_the_rfc(&target, &patch);
            expected.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            prop_assert_eq!(Value::Object(merged), expected);
        }
    }
}
