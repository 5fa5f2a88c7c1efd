//! Odoo: reached, its version, the rights of our user, and everything that the merchant's configuration names.

use anyhow::Result;
use domain::failure::FailureName;
use odoo_setup::Missing;

use super::{Finding, Looking};

pub(super) async fn odoo(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let odoo = match looking.systems.odoo().await {
        Ok(odoo) => odoo,
        Err(failure) => {
            return Ok(vec![Finding::of_failure(
                &failure,
                "run `odoo-heartland setup odoo`",
            )]);
        }
    };
    let merchant = looking.systems.merchant;
    let missing = async {
        let rights = odoo_setup::missing_rights(&*odoo, merchant).await?;
        let names = odoo_setup::check(&*odoo, merchant).await?;
        Ok::<_, domain::failure::Failure>([rights, names].concat())
    };
    let missing = match missing.await {
        Ok(missing) => missing,
        Err(failure) => {
            let otherwise = match failure.name {
                FailureName::Misconfigured => {
                    "`odoo-heartland setup odoo --new-key` makes and stores another key"
                }
                _ => "see whether Odoo is up, and whether its address in the secret is right",
            };
            let found = Finding::failure(&failure.what, otherwise);
            return Ok(vec![found]);
        }
    };
    if missing.is_empty() {
        let version = odoo_setup::version(&*odoo)
            .await
            .unwrap_or_else(|_| "of an unknown version".to_owned());
        let what =
            format!("Odoo {version}: our user has its rights, and everything in merchant.toml is there");
        return Ok(vec![Finding::ok(what)]);
    }
    Ok(missing.into_iter().map(finding).collect())
}

fn finding(missing: Missing) -> Finding {
    Finding::failure(format!("{}: {}", missing.key, missing.what), missing.remedy)
}
