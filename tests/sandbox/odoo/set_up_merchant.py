"""Sets an Odoo database up for the integration, from the merchant's configuration file.

    MERCHANT_CONFIG=infra/merchant.toml odoo shell -d DATABASE --no-http < set_up_merchant.py

Run by an administrator. It may be run again at any time: what is there under the configured code or name is kept, what
is missing is made, and what contradicts the configuration stops it with a message that names the key. It makes:

* currencies, pricelists, taxes whose repartition lines post to the liability account, one bank journal per merchant
  account with the card brands as payment method lines on one clearing account, the products for charges and discounts;
* the field x_heartland_id, unique per model, on what the integration writes;
* the user of the integration, with the least rights that suffice. With API_KEY_DAYS=90 it also makes that user's key
  and prints it once ("API_KEY ..."); 0 makes one that does not expire.

The companies, their chart of accounts and their warehouses must be there: they are the merchant's own decisions.
"""
import datetime
import os
import tomllib

BOT_LOGIN = "heartland-bot"
BOT_GROUPS = (
    "base.group_user",
    "base.group_partner_manager",
    "sales_team.group_sale_salesman_all_leads",
    "account.group_account_invoice",
)
PRODUCT_MAKER = "product.group_product_manager"  # only where unknown SKUs become products
MARKED_MODELS = ("res.partner", "sale.order", "account.move", "account.payment")


class SetUpRefused(Exception):
    """The database contradicts the configuration, or lacks what only the merchant can decide."""


def one(records, key, what):
    """Exactly one record, or a refusal that names the configuration key."""
    if len(records) != 1:
        found = "is not there" if not records else f"is there {len(records)} times"
        raise SetUpRefused(f"{key}: {what} {found}")
    return records


def companies(env, merchant):
    """Each company with the merchant accounts and taxes that its stores use."""
    main, used = merchant["odoo"]["company"], {}
    for store_id, store in merchant["stores"].items():
        name = store.get("company", main)
        entry = used.setdefault(name, {"accounts": set(), "taxes": set(), "stores": {}})
        entry["stores"][store_id] = store
        entry["taxes"].update(store.get("taxes", {}).values())
        for tender in store.get("tenders", {}).values():
            entry["accounts"].update(tender["accounts"].values())
    entry = used.setdefault(main, {"accounts": set(), "taxes": set(), "stores": {}})
    for kind, everything in (("accounts", merchant["merchant_accounts"]), ("taxes", merchant["odoo"]["taxes"])):
        entry[kind].update(set(everything).difference(*(other[kind] for other in used.values())))
    result = []
    for name, entry in used.items():
        company = one(env["res.company"].search([("name", "=", name)]), "odoo.company", f'the company "{name}"')
        if not company.chart_template:
            raise SetUpRefused(f'odoo.company: the company "{name}" has no chart of accounts')
        result.append((company, entry))
    return result


def currency(env, company, code, key):
    """An active currency that has a rate: without one Odoo silently takes 1:1."""
    found = one(env["res.currency"].with_context(active_test=False).search([("name", "=", code)]), key, f"currency {code}")
    found.active = True
    rated = env["res.currency.rate"].search_count(
        [("currency_id", "=", found.id), ("company_id", "in", [False, company.root_id.id])], limit=1)
    if found != company.currency_id and not rated:
        raise SetUpRefused(f"{key}: {code} has no exchange rate in {company.name}")
    return found


def account(env, company, code, key, values):
    """The account with this code in this company."""
    accounts = env["account.account"].with_company(company)
    found = accounts.search([("code", "=", code), ("company_ids", "in", company.ids)])
    if not found:
        found = accounts.create({"code": code, "company_ids": [(6, 0, company.ids)], **values})
    wrong = {field for field, value in values.items() if field != "name" and found[field] != value}
    if wrong:
        raise SetUpRefused(f"{key}: account {code} has another {', '.join(sorted(wrong))}")
    return found


def set_up_pricelists(env, merchant, company):
    for code, name in merchant["odoo"]["pricelists"].items():
        wanted = currency(env, company, code, f"odoo.pricelists.{code}")
        pricelists = env["product.pricelist"]
        found = pricelists.search([("name", "=", name), ("company_id", "in", [False, company.id])])
        if not found:
            found = pricelists.create({"name": name, "currency_id": wanted.id})
        one(found, f"odoo.pricelists.{code}", f'the pricelist "{name}"')
        if found.currency_id != wanted:
            raise SetUpRefused(f'odoo.pricelists.{code}: the pricelist "{name}" is in {found.currency_id.name}')


def set_up_tax(env, merchant, company, tax_id):
    key = f"odoo.taxes.{tax_id}"
    wanted = merchant["odoo"]["taxes"][tax_id]
    liability = account(env, company, wanted["account"], f"{key}.account",
                        {"name": "Sales tax payable", "account_type": "liability_current"})
    taxes = env["account.tax"].with_company(company)
    domain = [("name", "=", wanted["name"]), ("type_tax_use", "=", "sale"), ("company_id", "=", company.id)]
    found = taxes.search(domain)
    if not found:
        group = env["account.tax.group"].with_company(company).create(
            {"name": wanted["name"], "company_id": company.id, "country_id": company.account_fiscal_country_id.id})
        lines = [(5, 0, 0), (0, 0, {"repartition_type": "base"}),
                 (0, 0, {"repartition_type": "tax", "account_id": liability.id})]
        found = taxes.create({
            "name": wanted["name"], "amount": float(wanted["percent"]), "amount_type": "percent",
            "type_tax_use": "sale", "price_include_override": "tax_excluded", "company_id": company.id,
            "country_id": company.account_fiscal_country_id.id, "tax_group_id": group.id,
            "invoice_repartition_line_ids": lines, "refund_repartition_line_ids": lines,
        })
    one(found, f"{key}.name", f'the tax "{wanted["name"]}"')
    posts_to = (found.invoice_repartition_line_ids + found.refund_repartition_line_ids).filtered(
        lambda line: line.repartition_type == "tax").account_id
    if found.amount != float(wanted["percent"]) or found.price_include or posts_to != liability:
        raise SetUpRefused(f'{key}: the tax "{wanted["name"]}" has another rate, is included in prices, '
                           f'or does not post to {wanted["account"]} only')


def set_up_merchant_account(env, merchant, company, account_id):
    key = f"merchant_accounts.{account_id}"
    wanted = merchant["merchant_accounts"][account_id]
    money = currency(env, company, wanted["currency"], f"{key}.currency")
    clearing = account(env, company, wanted["clearing_account"], f"{key}.clearing_account",
                       {"name": f"Card clearing {account_id}", "account_type": "asset_current", "reconcile": True})
    journals = env["account.journal"].with_company(company)
    journal = journals.search([("code", "=", wanted["journal"]), ("company_id", "=", company.id)])
    is_new = not journal
    if is_new:
        journal = journals.create({
            "name": f"Heartland {account_id}", "code": wanted["journal"], "type": "bank", "company_id": company.id,
            "currency_id": money.id if money != company.currency_id else False,
        })
    if journal.type != "bank" or (journal.currency_id or company.currency_id) != money:
        raise SetUpRefused(f"{key}.journal: {wanted['journal']} is no bank journal in {money.name}")
    names = list(dict.fromkeys(wanted["method_lines"].values()))
    for direction, lines in (("in", journal.inbound_payment_method_line_ids),
                             ("out", journal.outbound_payment_method_line_ids)):
        for sequence, name in enumerate(names):
            line = lines.filtered(lambda line: line.name == name)
            if not line:
                line = env["account.payment.method.line"].create({
                    "name": name, "journal_id": journal.id, "sequence": sequence,
                    "payment_method_id": env.ref(f"account.account_payment_method_manual_{direction}").id,
                    "payment_account_id": clearing.id,
                })
            if line.payment_account_id != clearing:
                raise SetUpRefused(f'{key}.method_lines: "{name}" ({direction}bound) posts to another account')
        if is_new:  # the line that every new bank journal comes with posts nothing
            lines.filtered(lambda line: line.name not in names).unlink()


def set_up_products(env, merchant):
    names = {"shipping": "Shipping", "fee": "Fee", "discount": "Discount"}
    for use, code in merchant["odoo"]["products"].items():
        found = env["product.product"].search([("default_code", "=", code)])
        if not found:
            found = env["product.product"].create({
                "name": names.get(use, code), "default_code": code, "type": "service", "list_price": 0,
                "taxes_id": [(5, 0, 0)], "supplier_taxes_id": [(5, 0, 0)], "purchase_ok": False,
                "invoice_policy": "order",
            })
        one(found, f"odoo.products.{use}", f"the product {code}")
        if found.type != "service":
            raise SetUpRefused(f"odoo.products.{use}: the product {code} is no service")


def check_the_rest(env, merchant, company, entry):
    odoo = merchant["odoo"]
    journal = env["account.journal"].search(
        [("code", "=", odoo["sales_journal"]), ("type", "=", "sale"), ("company_id", "=", company.id)])
    one(journal, "odoo.sales_journal", f"the sales journal {odoo['sales_journal']} of {company.name}")
    if not env.ref(odoo["payment_term"], raise_if_not_found=False):
        raise SetUpRefused(f"odoo.payment_term: there is no {odoo['payment_term']}")
    one(env["res.lang"].search([("code", "=", odoo["language"])]), "odoo.language", f"the language {odoo['language']}")
    for store_id, store in entry["stores"].items():
        warehouse = env["stock.warehouse"].search(
            [("code", "=", store["warehouse"]), ("company_id", "=", company.id)])
        one(warehouse, f"stores.{store_id}.warehouse", f"the warehouse {store['warehouse']} of {company.name}")


def set_up_marks(env):
    """x_heartland_id: whose record this is, and a second guard against writing anything twice."""
    for model in MARKED_MODELS:
        if "x_heartland_id" not in env[model]._fields:
            env["ir.model.fields"].create({
                "name": "x_heartland_id", "model_id": env["ir.model"]._get_id(model), "ttype": "char",
                "field_description": "Heartland id", "copied": False, "index": True,
            })
        table = env[model]._table
        env.cr.execute(f"CREATE UNIQUE INDEX IF NOT EXISTS {table}_x_heartland_uniq ON {table} (x_heartland_id) "
                       "WHERE x_heartland_id IS NOT NULL")


def set_up_bot(env, merchant, all_companies):
    users = env["res.users"].with_context(no_reset_password=True, active_test=False)
    bot = users.search([("login", "=", BOT_LOGIN)])
    if not bot:
        bot = users.create({
            "name": "Heartland integration", "login": BOT_LOGIN, "email": "heartland-bot@example.com",
            "company_id": all_companies[0].id, "company_ids": [(6, 0, all_companies.ids)],
            "lang": merchant["odoo"]["language"],
        })
    groups = BOT_GROUPS + ((PRODUCT_MAKER,) if merchant["odoo"]["missing_product"] == "create" else ())
    bot.write({
        "company_ids": [(4, company.id) for company in all_companies], "tz": merchant["time_zone"],
        "group_ids": [(6, 0, [env.ref(group).id for group in groups])],
    })
    return bot


def make_key(env, bot, days):
    until = datetime.datetime.now() + datetime.timedelta(days=days) if days else None
    return env["res.users.apikeys"].with_user(bot).sudo()._generate(None, "Heartland integration", until)


def set_up_merchant(env):
    with open(os.environ["MERCHANT_CONFIG"], "rb") as file:
        merchant = tomllib.load(file)
    # Orders carry their currency in their pricelist, so pricelists are switched on.
    env["res.config.settings"].create({"group_product_pricelist": True}).execute()
    used = companies(env, merchant)
    for company, entry in used:
        set_up_pricelists(env, merchant, company)
        for tax_id in sorted(entry["taxes"]):
            set_up_tax(env, merchant, company, tax_id)
        for account_id in sorted(entry["accounts"]):
            set_up_merchant_account(env, merchant, company, account_id)
        check_the_rest(env, merchant, company, entry)
    set_up_products(env, merchant)
    set_up_marks(env)
    bot = set_up_bot(env, merchant, env["res.company"].union(*(company for company, _ in used)))
    if "API_KEY_DAYS" in os.environ:
        print("API_KEY", make_key(env, bot, int(os.environ["API_KEY_DAYS"])))
    env.cr.commit()
    print("SET_UP", ", ".join(company.name for company, _ in used))


set_up_merchant(env)  # noqa: F821 - `env` is given by odoo shell
