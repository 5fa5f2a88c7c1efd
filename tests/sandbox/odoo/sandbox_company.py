"""Before the set-up: the fresh database's company becomes the merchant's, with rates for every currency in use.

A real merchant has all this already; the chart of accounts comes with the modules.
"""
import os
import tomllib

RATES = {"USD": 1.0, "EUR": 0.92, "JPY": 155.0, "KWD": 0.307, "GBP": 0.79, "CAD": 1.36}
SECOND_COMPANY = "Heartland Second Inc."


def address(env, street):
    jersey = env["res.country.state"].search([("code", "=", "NJ"), ("country_id.code", "=", "US")], limit=1)
    return {"street": street, "city": "Princeton", "zip": "08540", "country_id": env.ref("base.us").id,
            "state_id": jersey.id}


def set_up_company(env):
    with open(os.environ["MERCHANT_CONFIG"], "rb") as file:
        merchant = tomllib.load(file)
    company = env.ref("base.main_company")
    company.write({"name": merchant["odoo"]["company"], "email": "books@example.com", **address(env, "1 Main St")})
    others = {store.get("company", company.name) for store in merchant["stores"].values()} | {SECOND_COMPANY}
    for name in sorted(others - {company.name}):
        if not env["res.company"].search_count([("name", "=", name)]):
            made = env["res.company"].create(
                {"name": name, "currency_id": company.currency_id.id, **address(env, "2 Side St")})
            env["account.chart.template"].try_loading("generic_coa", made, install_demo=False)
    for code in merchant["odoo"]["pricelists"]:
        currency = env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
        currency.active = True
        if currency != company.currency_id and not currency.rate_ids:
            env["res.currency.rate"].create([
                {"currency_id": currency.id, "company_id": each.id, "name": "2020-01-01", "rate": RATES.get(code, 1.0)}
                for each in env["res.company"].search([])])
    env.cr.commit()


set_up_company(env)  # noqa: F821 - `env` is given by odoo shell
