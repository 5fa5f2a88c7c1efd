//! How many orders of a batch are written together. Odoo's time is that of the lines: a batch of small orders goes in one
//! go, one of large orders in several, so that none is begun that could not be ended in the function's time.

/// Lines that are written together: some 25 ms of Odoo's time each, when nothing else is asked of it.
const LINES_TOGETHER: usize = 500;

/// Splits a batch, in its order. What has more lines than that by itself is a group of its own.
pub(crate) fn groups<T>(items: Vec<T>, lines: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    let mut together = 0;
    for item in items {
        let more = lines(&item);
        match groups.last_mut() {
            Some(group) if together + more <= LINES_TOGETHER => {
                together += more;
                group.push(item);
            }
            _ => {
                together = more;
                groups.push(vec![item]);
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(lines: &[usize]) -> Vec<Vec<usize>> {
        groups(lines.to_vec(), |lines| *lines)
    }

    #[test]
    fn small_orders_go_together_and_large_ones_one_after_the_other() {
        assert_eq!(split(&[3; 25]), [vec![3; 25]]);
        assert_eq!(split(&[250, 250, 1]), [vec![250, 250], vec![1]]);
        assert_eq!(split(&[1, 500, 1]), [vec![1], vec![500], vec![1]]);
        assert_eq!(split(&[1500, 0]), [vec![1500], vec![0]]);
        assert_eq!(split(&[]), Vec::<Vec<usize>>::new());
    }
}
