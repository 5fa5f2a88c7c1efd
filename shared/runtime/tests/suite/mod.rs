//! What every table must pass: the port itself, and the typed stores on top of it.

pub mod items;
pub mod reviews;
pub mod stores;

/// Makes a test of each function of the suite.
macro_rules! tests {
    ($items:expr) => {
        suite::tests! { @ $items =>
            items::an_item_comes_back_as_it_was_stored,
            items::the_first_insert_wins_and_the_second_sees_it,
            items::a_stale_write_changes_nothing_and_tells_what_is_there,
            items::of_many_writers_who_saw_the_same_one_wins,
            items::a_state_lists_its_items_oldest_first,
            items::what_is_too_large_is_refused_before_it_is_sent,
            stores::a_payment_pays_one_order,
            stores::a_cursor_never_moves_back_and_tells_apart_what_shares_a_second,
            stores::a_payload_is_kept_as_it_was_signed_and_never_replaced,
            stores::a_large_payload_is_kept_small_and_one_that_was_changed_is_refused,
            stores::a_version_of_an_order_has_one_content,
            stores::one_of_many_opens_a_run,
            stores::of_the_orders_that_ended_the_last_one_is_at_the_top,
            stores::a_review_is_opened_once_and_decided_once,
            stores::a_review_never_shows_its_token,
            reviews::a_correction_is_written_down_once_and_not_forgotten,
            reviews::what_a_person_has_done_is_written_down_as_decided,
            reviews::reviews_come_in_pages,
            stores::one_flight_at_a_time_tells_the_shop,
            stores::the_breaker_is_one_for_all_functions,
        }
    };
    (@ $items:expr => $($module:ident::$name:ident,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let items = $items.await;
                suite::$module::$name(items).await;
            }
        )*
    };
}
pub(crate) use tests;
