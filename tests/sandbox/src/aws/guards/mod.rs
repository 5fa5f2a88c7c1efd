//! Guards for what the emulator lets through and AWS, or a long night, would not. `docs/local-vs-aws.md` lists them.

mod alarms;
mod audited;
mod authorizations;
mod dashboard;
mod endings;
mod machine;
mod routes;
mod runbooks;
mod runs;
mod simulated;
mod stack;

use domain::merchant::Merchant;
use serde_json::Value;

use super::Template;

pub use runs::run_findings;

/// One guard: what it found, in sentences.
type Guard = fn(&Template, &Value) -> Vec<String>;

const GUARDS: [Guard; 21] = [
    |template, _| simulated::as_set_up(template),
    |template, _| stack::log_groups(template),
    |template, _| stack::dead_letters(template),
    |template, _| stack::queues(template),
    |template, _| stack::mappings(template),
    |template, _| audited::stream(template),
    |template, _| stack::statements(template),
    |template, _| stack::functions(template),
    |template, _| of_merchant(template, authorizations::outlived),
    |template, _| of_merchant(template, routes::per_store),
    |template, _| alarms::queues(template),
    |template, _| alarms::functions(template),
    |template, _| alarms::heard(template),
    |template, _| runbooks::linked(template),
    |template, _| dashboard::whole(template),
    |_, machine| machine::timeouts(machine),
    |_, machine| machine::retries(machine),
    |_, machine| machine::platform_errors(machine),
    |_, machine| machine::causes(machine),
    |_, machine| endings::money(machine),
    |_, machine| endings::patience(machine),
];

/// How many guards there are.
pub(super) const COUNT: usize = GUARDS.len();

/// Everything the guards find in the template and the state machine, its substitutions filled in.
pub fn findings(template: &Template, machine: &Value) -> Vec<String> {
    GUARDS.iter().flat_map(|guard| guard(template, machine)).collect()
}

/// A guard of the template against the merchant's configuration that is built in.
fn of_merchant(template: &Template, guard: fn(&Template, &Merchant) -> Vec<String>) -> Vec<String> {
    let file = crate::odoo::merchant_config();
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()));
    match text.and_then(|text| Merchant::parse(&text).map_err(|error| error.to_string())) {
        Ok(merchant) => guard(template, &merchant),
        Err(why) => vec![why],
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
