"""After the set-up: products with stock, and an administrator, for the demo and the tests."""
import json
import os

STOCK = 1000  # of each product of the tests


def product(env, code, name, price, **values):
    products = env["product.product"].with_context(active_test=False)
    found = products.search([("default_code", "=", code), ("name", "=", name)])
    return found or products.create({
        "name": name, "default_code": code, "list_price": price, "standard_price": price / 2,
        "invoice_policy": "order", "taxes_id": [(5, 0, 0)], **values})


def set_up_test_products(env):
    """Returns the storable ones with the stock they start with."""
    goods = [product(env, code, name, price, is_storable=True)
             for code, name, price in (("SKU-1", "Widget", 10.0), ("SKU-2", "Gadget", 20.0), ("SKU-3", "Gizmo", 9.99))]
    product(env, "SVC-1", "Installation", 50.0, type="service")
    kit = product(env, "KIT-1", "Starter kit", 45.0, is_storable=True)
    if not kit.bom_ids:  # a kit: delivered and counted as its parts
        env["mrp.bom"].create({
            "product_tmpl_id": kit.product_tmpl_id.id, "type": "phantom", "product_qty": 1,
            "bom_line_ids": [(0, 0, {"product_id": goods[0].id, "product_qty": 1}),
                             (0, 0, {"product_id": goods[1].id, "product_qty": 2})]})
    product(env, "SKU-OLD", "Discontinued", 5.0, is_storable=True, active=False)
    product(env, "SKU-TWIN", "Twin one", 7.0, is_storable=True)
    product(env, "SKU-TWIN", "Twin two", 8.0, is_storable=True)
    return [(each, STOCK) for each in goods]


def set_up_shop_products(env):
    """The products that the shop sells, as its samples have them."""
    with open(os.environ["SHOP_PRODUCTS"], encoding="utf-8") as file:
        products = json.load(file)
    sold = []
    for each in products:
        currency = env["res.currency"].search([("name", "=", each["currency"])])
        price = each["price_minor"] / 10 ** currency.decimal_places
        sold.append((product(env, each["sku"], each["name"], price, is_storable=True), each["quantity"]))
    return sold


def set_up_stock(env, wanted):
    location = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1).lot_stock_id
    env["stock.quant"].with_context(inventory_mode=True).create([
        {"product_id": each.id, "location_id": location.id, "inventory_quantity": quantity}
        for each, quantity in wanted if not each.qty_available
    ]).action_apply_inventory()


def set_up_administrator(env):
    admin = env.ref("base.user_admin")
    companies = env["res.company"].search([])
    admin.write({"password": os.environ["ADMIN_PASSWORD"], "company_ids": [(6, 0, companies.ids)]})
    for group in ("sales_team.group_sale_manager", "stock.group_stock_manager", "account.group_account_manager",
                  "mrp.group_mrp_manager"):
        admin.group_ids = [(4, env.ref(group).id)]
    print("ADMIN_API_KEY", env["res.users.apikeys"].with_user(admin).sudo()._generate(None, "sandbox", None))


set_up_stock(env, set_up_test_products(env) + set_up_shop_products(env))  # noqa: F821 - given by odoo shell
set_up_administrator(env)  # noqa: F821
env.cr.commit()  # noqa: F821
print("SANDBOX_READY")
