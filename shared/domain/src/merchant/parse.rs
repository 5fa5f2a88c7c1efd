//! TOML → [`Merchant`]: shapes and values here, references in [`super::checks`].

use super::{
    ChargeProducts, ConfigErrors, MERCHANT_SCHEMA, Merchant, MerchantAccount, MissingProduct, OTHER_BRAND,
    OdooNames, OdooTax, checks,
    section::{Errors, Section},
    stores::{Known, store},
};
use crate::{ids::StoreId, money::Currency};
use jiff::{civil::Date, tz::TimeZone};
use rust_decimal::Decimal;
use toml::Table;

impl Merchant {
    /// Reads and checks a configuration.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once, each with its key.
    pub fn parse(text: &str) -> Result<Self, ConfigErrors> {
        let errors = Errors::default();
        let table: Table = match text.parse() {
            Ok(table) => table,
            Err(error) => {
                errors.add("", format!("is no TOML: {error}"));
                return errors.into_result(None);
            }
        };
        let merchant = merchant(Section::new(String::new(), &table, &errors));
        if let Some(merchant) = &merchant {
            checks::check(merchant, &errors);
        }
        errors.into_result(merchant)
    }
}

fn merchant(file: Section<'_>) -> Option<Merchant> {
    file.integer("schema", MERCHANT_SCHEMA..=MERCHANT_SCHEMA);
    let time_zone = file.checked("time_zone", |name| {
        TimeZone::get(name).map_err(|_| format!("{name:?} is no time zone of the IANA database"))
    });
    let cut_over_date = file.checked("cut_over_date", |text| {
        text.parse::<Date>()
            .map_err(|_| format!("{text:?} is no date such as \"2026-01-31\""))
    });
    let customer_country = file.checked("customer_country", country);
    let odoo = file.section("odoo").and_then(odoo);
    let accounts = file
        .section("merchant_accounts")
        .and_then(|section| section.map(|key: &String, at| merchant_account(key, section.section(at)?)));
    let known = Known {
        company: odoo.as_ref().map(|odoo| odoo.company.as_str()),
        tax_names: file.names(&["odoo", "taxes"]),
        taxes: odoo.as_ref().map(|odoo| &odoo.taxes),
        account_names: file.names(&["merchant_accounts"]),
        accounts: accounts.as_ref(),
    };
    let stores = file
        .section("stores")
        .and_then(|section| section.map(|id: &StoreId, at| store(id, section.section(at)?, &known)));
    file.finish();
    Some(Merchant {
        time_zone: time_zone?,
        cut_over_date: cut_over_date?,
        customer_country: customer_country?,
        odoo: odoo?,
        merchant_accounts: accounts?,
        stores: stores?,
    })
}

fn country(text: &str) -> Result<String, String> {
    let known = text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
    known
        .then(|| text.to_owned())
        .ok_or_else(|| format!("{text:?} is no country code such as \"US\""))
}

fn odoo(section: Section<'_>) -> Option<OdooNames> {
    let company = section.text("company");
    let sales_journal = section.text("sales_journal");
    let payment_term = section.checked("payment_term", external_id);
    let language = section.text("language");
    let choices = [
        ("refuse", MissingProduct::Refuse),
        ("create", MissingProduct::Create),
    ];
    let missing_product = section.choice("missing_product", &choices);
    let products = section.section("products").and_then(charge_products);
    let pricelists = section
        .section("pricelists")
        .and_then(|section| section.map(|_: &Currency, at| section.text(at)));
    let taxes = section
        .section("taxes")
        .and_then(|section| section.map(|key: &String, at| tax(key, section.section(at)?)));
    section.finish();
    Some(OdooNames {
        company: company?,
        sales_journal: sales_journal?,
        payment_term: payment_term?,
        language: language?,
        missing_product: missing_product?,
        products: products?,
        pricelists: pricelists?,
        taxes: taxes?,
    })
}

fn external_id(text: &str) -> Result<String, String> {
    let complete = text
        .split_once('.')
        .is_some_and(|(module, name)| !module.is_empty() && !name.is_empty());
    complete
        .then(|| text.to_owned())
        .ok_or_else(|| format!("{text:?} is no external id such as \"module.name\""))
}

fn charge_products(section: Section<'_>) -> Option<ChargeProducts> {
    let (shipping, fee, discount) = (
        section.text("shipping"),
        section.text("fee"),
        section.text("discount"),
    );
    section.finish();
    Some(ChargeProducts {
        shipping: shipping?,
        fee: fee?,
        discount: discount?,
    })
}

fn tax(key: &str, section: Section<'_>) -> Option<OdooTax> {
    let name = section.text("name");
    let percent = section.checked("percent", |text| {
        let percent = Decimal::from_str_exact(text).ok();
        let percent = percent.filter(|p| !p.is_sign_negative() && *p <= Decimal::ONE_HUNDRED);
        percent.ok_or_else(|| format!("{text:?} is no percentage from 0 to 100"))
    });
    let account = section.text("account");
    section.finish();
    Some(OdooTax {
        key: key.to_owned(),
        name: name?,
        percent: percent?,
        account: account?,
    })
}

fn merchant_account(key: &str, section: Section<'_>) -> Option<MerchantAccount> {
    let currency = section.parsed::<Currency>("currency");
    let gateway_account = section.optional_text("gateway_account");
    let journal = section.text("journal");
    let clearing_account = section.text("clearing_account");
    let method_lines = section.section("method_lines").and_then(|lines| {
        if !lines.has(OTHER_BRAND) {
            return lines.error(
                OTHER_BRAND,
                "is missing: the method line of every brand that is not named",
            );
        }
        lines.map(|_: &String, at| lines.text(at))
    });
    section.finish();
    Some(MerchantAccount {
        key: key.to_owned(),
        currency: currency?,
        gateway_account: gateway_account?,
        journal: journal?,
        clearing_account: clearing_account?,
        method_lines: method_lines?,
    })
}
