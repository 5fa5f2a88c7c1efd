//! The field that shows our own name of a record, and the index that keeps two records from having one name.

use domain::failure::Failure;
use odoo::Call;
use serde_json::{Value, json};

use crate::ensure::exactly_one;
use crate::reader::{ids, named};
use crate::set_up::SetUp;
use crate::{MARK, MARKED_MODELS, server_action};

impl SetUp<'_> {
    pub(crate) async fn marks(&mut self) -> Result<(), Failure> {
        for model in MARKED_MODELS {
            let domain = json!([["model", "=", model], ["name", "=", MARK]]);
            if !ids(self.odoo, "ir.model.fields", domain, None).await?.is_empty() {
                continue;
            }
            let what = format!("model {model}");
            let id = exactly_one(self.odoo, MARK, &what, "ir.model", named("model", model), None).await?;
            let values = json!([{
                "name": MARK, "model_id": id, "ttype": "char", "field_description": "Heartland id",
                "copied": false, "index": true,
            }]);
            let call = Call::effect("ir.model.fields", "create").arg("vals_list", values);
            self.change(MARK, format!("field {MARK} of {model}"), call)
                .await?;
        }
        if self.dry_run {
            return Ok(());
        }
        let answer = server_action::run(self.odoo, MARK, &indexes()).await?;
        let made = answer["made"].as_array().cloned().unwrap_or_default();
        for table in made.iter().filter_map(Value::as_str) {
            self.note(MARK, format!("unique index on {MARK} of {table}"));
        }
        Ok(())
    }
}

/// Makes the indexes that are not there. Their names are known to the client: a collision on them is our own repeat.
fn indexes() -> String {
    let tables: Vec<String> = MARKED_MODELS
        .iter()
        .map(|model| model.replace('.', "_"))
        .collect();
    let tables = tables.join("', '");
    format!(
        "made = []
for table in ['{tables}']:
    index = table + '_{MARK}_uniq'
    env.cr.execute(\"SELECT 1 FROM pg_indexes WHERE indexname = %s\", [index])
    if not env.cr.fetchone():
        env.cr.execute('CREATE UNIQUE INDEX ' + index + ' ON ' + table + ' ({MARK}) WHERE {MARK} IS NOT NULL')
        made.append(table)
action = {{'made': made}}
"
    )
    .replace("_x_heartland_id_uniq", "_x_heartland_uniq")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_has_the_name_that_the_client_knows() {
        let code = indexes();
        assert!(code.contains("'_x_heartland_uniq'"), "{code}");
        assert!(
            code.contains("['res_partner', 'sale_order', 'account_move', 'account_payment']"),
            "{code}"
        );
    }
}
