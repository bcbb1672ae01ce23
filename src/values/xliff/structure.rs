//! Whether a document is built as the core's schema says.

use super::attributes;
use super::namespaces::{Module, Space};
use super::schema::{Content, Rule, Step, rule};
use super::tree::{Checked, Element, Node, is_space};

/// Checks an element of the core and all in it. What belongs to others is looked at no further than its
/// name.
pub(super) fn check(element: &Element) -> Checked {
    let Some(rule) = rule(&element.name) else {
        return Err(element.wrong(format!("<{}> is not known", element.name)));
    };
    attributes::check(element, rule)?;
    match rule.content {
        Content::Anything => Ok(()),
        Content::Text => mixed(element, &[]),
        Content::Mixed(names) => mixed(element, names),
        Content::Elements(steps) => in_steps(element, rule, steps),
    }
}

fn mixed(element: &Element, names: &[&str]) -> Checked {
    for inner in element.elements() {
        if !names.iter().any(|name| inner.is(name)) {
            return Err(misplaced(inner, element));
        }
        check(inner)?;
    }
    Ok(())
}

fn in_steps(element: &Element, rule: &Rule, steps: &[Step]) -> Checked {
    let text = |node: &Node| matches!(node, Node::Text(text) if !text.chars().all(is_space));
    if element.children.iter().any(text) {
        return Err(element.wrong(format!("text stands in <{}>", rule.name)));
    }
    let mut elements = element.elements().peekable();
    for step in steps {
        let mut count = 0_usize;
        while let Some(inner) =
            elements.next_if(|inner| step.takes(inner) && (step.repeated || count == 0))
        {
            count += 1;
            match inner.space {
                Space::Core => check(inner)?,
                _ => others(inner)?,
            }
        }
        if step.required && count == 0 {
            let names = step.names.join("> or <");
            return Err(element.wrong(format!("<{}> is without <{names}>", rule.name)));
        }
    }
    match elements.next() {
        Some(inner) => Err(misplaced(inner, element)),
        None => Ok(()),
    }
}

impl Step {
    fn takes(&self, element: &Element) -> bool {
        self.names.iter().any(|name| match *name {
            "" => matches!(element.space, Space::Module(_) | Space::Foreign),
            name => element.is(name),
        })
    }
}

fn others(element: &Element) -> Checked {
    match element.space {
        Space::Module(Module::Validation) if *element.name != *"validation" => Err(element.wrong(
            format!("the validation module has no <{}> here", element.name),
        )),
        _ => Ok(()),
    }
}

fn misplaced(inner: &Element, outer: &Element) -> super::tree::Wrong {
    inner.wrong(format!(
        "<{}> cannot stand here in <{}>",
        inner.name, outer.name
    ))
}
