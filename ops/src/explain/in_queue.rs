//! The message of a step in its queue: by when it comes again. Pure.

use effects::UnixMillis;
use runtime::batch::longest_wait_s;

use super::run_history::Step;
use crate::time::when;

/// The queue in which the work of a step waits; nothing for a step that calls its function itself.
pub(super) fn queue(state: &str) -> Option<&'static str> {
    match state {
        "WriteOrder" | "CheckDelivery" | "CancelOrder" => Some("OrderWork"),
        "WriteInvoice" => Some("InvoiceWork"),
        _ => None,
    }
}

/// By when the work of a step is taken up again that can be done from `from` on, in words. A message that could not be
/// worked on comes again after growing waits; how long the present one is, the queue does not tell. Behind a backlog, or
/// after its function was killed, it is later.
pub(super) fn comes_again(step: &Step, from: UnixMillis, now: UnixMillis) -> Option<String> {
    let queue = queue(&step.state)?;
    let latest = when(comes_by(step, from), now);
    Some(format!(
        "its message waits in the queue {queue} and usually comes again by {latest}"
    ))
}

/// The latest moment at which the message of a step comes, from `from` on.
fn comes_by(step: &Step, from: UnixMillis) -> UnixMillis {
    let so_far_s = from.since_ms(UnixMillis(step.entered_at_ms)).max(0) / 1000;
    let longest_s = longest_wait_s(u32::try_from(so_far_s).unwrap_or(u32::MAX));
    from.plus_ms(i64::from(longest_s) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(state: &str) -> Step {
        Step {
            state: state.into(),
            entered_at_ms: 0,
            left_at_ms: None,
            tries: 1,
            failure: None,
        }
    }

    #[test]
    fn the_longer_a_message_comes_and_goes_the_later_it_may_come_again() {
        let by = |s: i64| comes_by(&step("WriteOrder"), UnixMillis(s * 1000)).0 / 1000;
        assert_eq!(by(0), 15);
        assert_eq!(by(3600), 3600 + 900);
    }

    #[test]
    fn a_step_that_calls_its_function_itself_has_no_message() {
        let now = UnixMillis(0);
        assert_eq!(comes_again(&step("Capture"), now, now), None);
        let told = comes_again(&step("WriteInvoice"), now, now).unwrap();
        assert!(told.contains("in the queue InvoiceWork"), "{told}");
    }
}
