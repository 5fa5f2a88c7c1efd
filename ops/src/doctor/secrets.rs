//! Secrets: filled in, of the right shape, and not about to end. Their values are never shown.

use anyhow::Result;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{Finding, Looking};
use crate::aws::{is_absent, stopped};
use crate::systems::Credential;

/// A credential that ends within so many days needs a person.
const DAYS_MIN: i32 = 14;
/// The tag with the day a credential ends, `YYYY-MM-DD`.
pub const EXPIRES_ON: &str = "expires-on";

pub(super) async fn secrets(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let today = TimeZone::UTC.to_datetime(Timestamp::now()).date();
    let mut findings = Vec::new();
    let credentials = looking.systems.credentials();
    for credential in &credentials {
        if let Err(failure) = looking.systems.shape(credential).await {
            let fill = format!(
                "fill in the secret {}; its shape is in infra/README.md",
                credential.secret
            );
            let what = format!("{}: {}", credential.name, failure.what);
            let field = failure
                .field
                .map(|field| format!(" ({field})"))
                .unwrap_or_default();
            findings.push(Finding::failure(format!("{what}{field}"), fill));
            continue;
        }
        findings.extend(ending(looking, credential, today).await?);
    }
    if findings.is_empty() {
        let what = format!(
            "{} filled in, none about to end",
            crate::output::count(credentials.len(), "secret")
        );
        findings.push(Finding::ok(what));
    }
    Ok(findings)
}

async fn ending(looking: &Looking<'_>, credential: &Credential, today: Date) -> Result<Option<Finding>> {
    let client = looking.stack.secrets_manager();
    let described = match client
        .describe_secret()
        .secret_id(&credential.secret)
        .send()
        .await
    {
        Ok(described) => described,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(stopped(&format!("the secret of {}", credential.name), &error).into()),
    };
    let tag = described.tags().iter().find(|tag| tag.key() == Some(EXPIRES_ON));
    Ok(judged(credential, tag.and_then(|tag| tag.value()), today))
}

fn judged(credential: &Credential, expires_on: Option<&str>, today: Date) -> Option<Finding> {
    let Credential {
        name,
        secret,
        expires,
    } = credential;
    let tag = format!(
        "`aws secretsmanager tag-resource --secret-id {secret} --tags Key={EXPIRES_ON},Value=YYYY-MM-DD` makes an alarm two weeks before"
    );
    let Some(text) = expires_on else {
        let what = format!("nobody knows when the key of {name} ends");
        return expires.then(|| Finding::warning(what, tag));
    };
    let Ok(day) = text.parse::<Date>() else {
        return Some(Finding::failure(
            format!("the tag {EXPIRES_ON} of {name} is no date"),
            tag,
        ));
    };
    let left = (day - today).get_days();
    let renew = match name.as_str() {
        "odoo" => "`odoo-heartland setup odoo --new-key` makes and stores another one".to_owned(),
        _ => format!("make a new key, put it into {secret}, and set the tag {EXPIRES_ON}"),
    };
    match left {
        ..0 => Some(Finding::failure(
            format!("the key of {name} ended on {day}"),
            renew,
        )),
        0..=DAYS_MIN => Some(Finding::failure(
            format!("the key of {name} ends on {day}"),
            renew,
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn a_key_that_ends_soon_is_told_and_one_without_a_date_is_worth_knowing() {
        let today: Date = "2026-11-23".parse().unwrap();
        let odoo = Credential {
            name: "odoo".into(),
            secret: "/x/odoo".into(),
            expires: true,
        };
        let level = |text: Option<&str>| judged(&odoo, text, today).map(|found| found.level);
        assert_eq!(level(Some("2026-12-24")), None);
        assert_eq!(level(Some("2027-02-20")), None);
        assert_eq!(level(Some("2026-12-07")), Some(Level::Failure));
        assert_eq!(level(Some("2026-11-22")), Some(Level::Failure));
        assert_eq!(level(Some("soon")), Some(Level::Failure));
        assert_eq!(level(None), Some(Level::Warning));
        let endless = Credential {
            expires: false,
            ..odoo.clone()
        };
        assert_eq!(judged(&endless, None, today), None);
    }
}
