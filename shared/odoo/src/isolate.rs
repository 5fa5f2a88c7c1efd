//! One bad record of a batch must not take its neighbours along. A button pressed on ten orders is refused for all
//! ten when one of them is bad, without a name: halve until it stands alone.

use domain::failure::{Failure, FailureName};
use std::future::Future;

/// Calls `act` on all items; when it is refused, on each half, down to single items. Failures that concern the
/// whole system (anything but a refusal) are every item's.
pub async fn isolate<T, R, F>(items: Vec<T>, act: impl Fn(Vec<T>) -> F) -> Vec<(T, Result<R, Failure>)>
where
    T: Clone,
    R: Clone,
    F: Future<Output = Result<Vec<R>, Failure>>,
{
    let mut done = Vec::with_capacity(items.len());
    let mut waiting = vec![items];
    while let Some(group) = waiting.pop() {
        if group.is_empty() {
            continue;
        }
        match act(group.clone()).await {
            Ok(results) => done.extend(group.into_iter().zip(results.into_iter().map(Ok))),
            Err(failure) if group.len() > 1 && failure.name == FailureName::Refused => {
                let (left, right) = group.split_at(group.len() / 2);
                waiting.push(right.to_vec());
                waiting.push(left.to_vec());
            }
            Err(failure) => done.extend(group.into_iter().map(|item| (item, Err(failure.clone())))),
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    async fn run(bad: &[usize], name: FailureName) -> (Vec<usize>, usize) {
        let calls = AtomicUsize::new(0);
        let calls_ref = &calls;
        let done = isolate((0..10).collect(), |group: Vec<usize>| async move {
            calls_ref.fetch_add(1, Ordering::Relaxed);
            match group.iter().any(|item| bad.contains(item)) {
                true => Err(Failure::new(name, "no")),
                false => Ok(group),
            }
        })
        .await;
        let failed = done
            .iter()
            .filter(|(_, result)| result.is_err())
            .map(|(item, _)| *item)
            .collect();
        (failed, calls.into_inner())
    }

    #[tokio::test]
    async fn only_the_bad_ones_fail() {
        assert_eq!(run(&[], FailureName::Refused).await, (vec![], 1));
        assert_eq!(run(&[3], FailureName::Refused).await.0, [3]);
        assert_eq!(run(&[0, 9], FailureName::Refused).await.0, [0, 9]);
    }

    #[tokio::test]
    async fn an_outage_is_not_halved() {
        let (failed, calls) = run(&[3], FailureName::SystemUnavailable).await;
        assert_eq!((failed.len(), calls), (10, 1));
    }
}
