//! The page itself.

use std::fmt::Write as _;

use anyhow::Result;

use super::demands::demands;
use super::need::{Inputs, LOAD_PERCENT, MONTH_DAYS, Need, PEAK_PERCENT};
use super::quotas::Quotas;
use super::template::Choices;
use crate::bench::figures::{self, grouped, hundredths, times};
use crate::bench::machine::Machine;

/// Merchants, by their orders a day.
const PER_DAY: [u64; 3] = [100, 10_000, 1_000_000];

/// The page for these figures.
///
/// # Errors
/// When a quota is missing.
pub fn page(machine: &Machine, inputs: &Inputs, quotas: &Quotas, choices: &Choices) -> Result<String> {
    let needs = PER_DAY.map(|per_day| Need::of(per_day, inputs));
    let mut page = format!(
        "# Capacity\n\n\
         Written by `cargo sandbox bench` whenever orders and their cost are measured in one run; the figures are in\n\
         [performance](performance.md). What follows from them is arithmetic, not a measurement.\n\n{machine}\n\n"
    );
    assumptions(&mut page, inputs)?;
    needed(&mut page, &needs, choices)?;
    odoo(&mut page, inputs, &needs)?;
    demands(&mut page, quotas, &needs)?;
    price(&mut page, inputs, &needs)?;
    Ok(page)
}

fn assumptions(page: &mut String, inputs: &Inputs) -> Result<()> {
    writeln!(
        page,
        "## What is assumed\n\n\
         - The busiest hour of a day has {PEAK_PERCENT} % of its orders, and they come evenly within it.\n\
         - {LOAD_PERCENT} % of what was measured are planned with: people work in Odoo, too, and not every order is a small one.\n\
         - An order has two or three lines. How an order of more lines takes longer is in [performance](performance.md).\n\
         - Odoo is like the measured one: {} workers wrote {} orders a second, with 100 waiting.\n\
         - A worker more adds as much as each of these. That was not measured.\n",
        inputs.workers,
        hundredths(inputs.per_100_s)
    )?;
    Ok(())
}

fn needed(page: &mut String, needs: &[Need], choices: &Choices) -> Result<()> {
    head(page, "What is needed", needs)?;
    type Shown = fn(&Need) -> String;
    let rows: [(&str, Shown); 4] = [
        ("orders a second in the busiest hour", |need| {
            per_second(need.peak_per_1000_s)
        }),
        ("workers of Odoo, each order written within seconds", |need| {
            need.workers.to_string()
        }),
        ("workers of Odoo, orders wait for quiet hours", |need| {
            need.workers_over_the_day.to_string()
        }),
        ("functions at work at once", |need| need.functions.to_string()),
    ];
    for (what, shown) in rows {
        writeln!(page, "| {what} |{}", row(needs, shown))?;
    }
    for writer in &choices.writers {
        let values = row(needs, |need| writer.up_to(need.writers).to_string());
        writeln!(page, "| parameter `{}` |{values}", writer.parameter)?;
    }
    let rate = choices.throttle_rate;
    let wanted = |need: &Need| need.demand.webhooks.div_ceil(100).div_ceil(rate).max(1) * rate;
    writeln!(
        page,
        "| parameter `ThrottleRate`, one store |{}",
        row(needs, |need| wanted(need).to_string())
    )?;
    writeln!(
        page,
        "\nOrders a second: a day's orders times {PEAK_PERCENT} %, over 3,600. Workers: orders a second, over those of one worker times\n\
         {LOAD_PERCENT} %, and two at least, as many as were measured; where orders wait for quiet hours, the day's orders over 86,400\n\
         seconds count. The two writers have half as many batches at once each, two at least, which is the least that AWS takes; the\n\
         parameter is the value of the template that is not above that. Functions at once: orders a second times the seconds that all\n\
         functions of an order take, waits for Odoo included.\n"
    )?;
    Ok(())
}

fn odoo(page: &mut String, inputs: &Inputs, needs: &[Need]) -> Result<()> {
    writeln!(
        page,
        "## Odoo is the limit\n\n\
         The measured Odoo writes {} orders a second, which is {} a day without a pause.\n",
        hundredths(inputs.per_100_s),
        grouped(inputs.per_day())
    )?;
    for need in needs {
        let orders = grouped(need.per_day);
        if need.was_measured(inputs) {
            writeln!(
                page,
                "- {orders} a day are within that, in the busiest hour, too."
            )?;
            continue;
        }
        writeln!(
            page,
            "- {orders} a day are **more than was measured**: their busiest hour has {} orders a second, {} times\n  \
             what this Odoo writes{}. {} workers are what\n  \
             arithmetic says. Nobody has shown that one Odoo does it: its workers share one PostgreSQL, and each\n  \
             journal numbers its invoices one after the other. Measure it on your own machine, or divide the orders\n  \
             among several Odoos.",
            per_second(need.peak_per_1000_s),
            times(need.peak_per_1000_s, inputs.per_100_s * 10),
            if need.per_day > inputs.per_day() {
                ", and a whole day is not enough for them"
            } else {
                ""
            },
            need.workers
        )?;
    }
    writeln!(
        page,
        "\nWhat comes faster than Odoo writes waits in a queue; nothing is lost, and no other order is held up at the shop or at the\n\
         gateway. Cards are authorized before the wait, and an authorization lapses after days.\n"
    )?;
    Ok(())
}

fn price(page: &mut String, inputs: &Inputs, needs: &[Need]) -> Result<()> {
    head(page, "What AWS costs", needs)?;
    writeln!(
        page,
        "| $ a day |{}",
        row(needs, |need| dollars(need.micro_usd_day))
    )?;
    writeln!(
        page,
        "| $ in {MONTH_DAYS} days |{}",
        row(needs, |need| dollars(need.micro_usd_month))
    )?;
    writeln!(
        page,
        "\nOrders times ${} for 1,000 of them on a good day with arm64, and ${} a month however many there are, cents rounded up; list prices,\n\
         with what is left out named [where they are counted](performance.md). Odoo's own machines are not in it.",
        figures::dollars(inputs.micro_usd_per_1000),
        dollars(inputs.micro_usd_month)
    )?;
    Ok(())
}

/// The title of a section and the head of its table, a column for each merchant.
fn head(page: &mut String, title: &str, needs: &[Need]) -> Result<()> {
    writeln!(
        page,
        "## {title}\n\n| orders a day |{}\n|---|{}",
        row(needs, |need| grouped(need.per_day)),
        "--:|".repeat(needs.len())
    )?;
    Ok(())
}

/// The cells of a row, one for each merchant.
pub fn row(needs: &[Need], shown: impl Fn(&Need) -> String) -> String {
    needs.iter().map(|need| format!(" {} |", shown(need))).collect()
}

/// What happens in 1,000 seconds, a second: three decimals.
fn per_second(per_1000_s: u64) -> String {
    format!("{}.{:03}", per_1000_s / 1_000, per_1000_s % 1_000)
}

/// Millionths of a dollar as dollars with two decimals, rounded up: nothing costs 0.00.
fn dollars(micro: u64) -> String {
    let cents = micro.div_ceil(10_000);
    format!("{}.{:02}", grouped(cents / 100), cents % 100)
}

#[cfg(test)]
mod tests {
    use super::super::need::tests::MEASURED;
    use super::super::template::tests::parameters;
    use super::*;

    #[tokio::test]
    async fn the_page_says_what_is_needed_and_what_is_too_much() {
        let machine = Machine::here(true).await;
        let choices = Choices::of(&parameters()).unwrap();
        let page = page(&machine, &MEASURED, &Quotas::read().unwrap(), &choices).unwrap();
        for there in [
            "| orders a second in the busiest hour | 0.003 | 0.278 | 27.778 |",
            "| workers of Odoo, each order written within seconds | 2 | 2 | 20 |",
            "| parameter `OrderWriterConcurrency` | 2 | 2 | 10 |",
            "writes 4.00 orders a second, which is 345,600 a day",
            "- 10,000 a day are within that",
            "- 1,000,000 a day are **more than was measured**: their busiest hour has 27.778 orders a second, 6.9 times",
            "and a whole day is not enough",
            "| 10,000 | vendor page | yes | 0.01 | 0.56 | 55.56 |",
            "| $ in 30 days | 18.00 | 1,503.00 | 150,003.00 |",
        ] {
            assert!(page.contains(there), "{there:?} is not in {page}");
        }
    }

    #[test]
    fn dollars_are_rounded_up() {
        assert_eq!(
            [0, 1, 10_000, 1_234_560_001].map(dollars),
            ["0.00", "0.01", "0.01", "1,234.57"]
        );
    }
}
