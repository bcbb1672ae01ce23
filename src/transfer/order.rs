//! What comes before what.

/// The order in which everything comes behind its parent, and what has to lose its parent for that, since it is
/// an ancestor of itself.
pub(super) fn parents_first(parents: &[Option<usize>]) -> (Vec<usize>, Vec<usize>) {
    let (mut order, mut cut) = (Vec::with_capacity(parents.len()), Vec::new());
    let mut placed = vec![Placed::No; parents.len()];
    for start in 0..parents.len() {
        let mut path = Vec::new();
        let mut next = Some(start);
        while let Some(at) = next {
            match placed.get_mut(at) {
                Some(place @ Placed::No) => *place = Placed::OnTheWay,
                Some(Placed::OnTheWay) => {
                    cut.extend(path.last());
                    break;
                }
                _ => break,
            }
            path.push(at);
            next = parents.get(at).copied().flatten();
        }
        for at in path.into_iter().rev() {
            if let Some(place) = placed.get_mut(at) {
                *place = Placed::Yes;
            }
            order.push(at);
        }
    }
    (order, cut)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placed {
    No,
    OnTheWay,
    Yes,
}

#[cfg(test)]
mod tests {
    use super::parents_first;

    #[test]
    fn parents_come_first_and_circles_are_cut() {
        assert_eq!(
            parents_first(&[Some(2), None, Some(1)]),
            (vec![1, 2, 0], vec![])
        );
        assert_eq!(
            parents_first(&[Some(1), Some(0), Some(0)]),
            (vec![1, 0, 2], vec![1])
        );
        assert_eq!(parents_first(&[Some(0)]), (vec![0], vec![0]));
    }
}
