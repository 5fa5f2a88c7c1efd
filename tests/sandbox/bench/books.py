"""What the books have to have before the orders, looked up, and what they hold afterwards, checked."""
import functools

from orders import COFFEE, FILTERS, MUG, SHIPPING, cents

COMPANY = "Heartland Peer Inc."
TIME_ZONE = "America/New_York"


class Books:
    """Ids by the names of `infra/merchant.toml`. `search(model, domain)` answers ids."""

    def __init__(self, search):
        one = functools.partial(_one, search)
        self.company = one("res.company", name=COMPANY)
        own = {"company_id": self.company}
        self.currency = one("res.currency", name="USD")
        self.country = one("res.country", code="US")
        self.state = one("res.country.state", code="NJ", country_id=self.country)
        self.warehouse = one("stock.warehouse", code="WH", **own)
        self.pricelist = one("product.pricelist", name="Heartland USD")
        self.payment_term = one("account.payment.term", name="Immediate Payment")
        self.tax = one("account.tax", name="NJ State 6.625%", type_tax_use="sale", **own)
        self.sales_journal = one("account.journal", code="INV", **own)
        self.bank_journal = one("account.journal", code="HLUSD", **own)
        self.method_line = one(
            "account.payment.method.line", name="Visa", payment_type="inbound", journal_id=self.bank_journal)
        self.products = {
            sku: one("product.product", default_code=sku) for sku, *_ in (COFFEE, FILTERS, MUG, SHIPPING)}

    @property
    def context(self):
        """The context of every call: one company, and nobody is subscribed to or notified of what is written."""
        return {"lang": "en_US", "tz": TIME_ZONE, "allowed_company_ids": [self.company],
                "mail_create_nosubscribe": True, "mail_auto_subscribe_no_notify": True}


def _one(search, model, **values):
    """The id of the record that has these values."""
    found = search(model, [(field, "=", value) for field, value in values.items()])
    if len(found) != 1:
        raise SystemExit(f"{len(found)} records of {model} have {values}: is this the sandbox's Odoo?")
    return found[0]


def check(written, read):
    """Counts the orders whose documents are complete, and ends the program when one is not.

    `written` has the orders with the id of their `sale.order`; `read(model, ids, fields)` answers a dictionary each.
    """
    sales = _by_id(read("sale.order", [sale for _, sale in written], [
        "state", "invoice_status", "picking_ids", "invoice_ids", "partner_id", "partner_shipping_id"]))
    invoices = _by_id(read("account.move", _ids(sales, "invoice_ids"), [
        "state", "payment_state", "amount_tax", "amount_total", "amount_residual", "reconciled_payment_ids"]))
    payments = _by_id(read("account.payment", _ids(invoices, "reconciled_payment_ids"), ["state", "amount"]))
    pickings = _by_id(read("stock.picking", _ids(sales, "picking_ids"), ["partner_id", "move_ids"]))
    moves = _by_id(read("stock.move", _ids(pickings, "move_ids"), ["state", "product_qty"]))
    wrong = []
    for order, sale in written:
        facts = _facts(sales[sale], invoices, payments, pickings, moves)
        wrong += [f"{order.key}: {what} is {facts[what]}, not {wanted}"
                  for what, wanted in _complete(order).items() if facts[what] != wanted]
    if wrong:
        raise SystemExit(f"{len(wrong)} facts are not as they have to be:\n" + "\n".join(wrong))
    return len(written)


def _complete(order):
    """What there has to be of an order."""
    return {
        "order": ("sale", "invoiced"),
        "delivery address": "another contact",
        "pickings": ["to the delivery address"],
        "reserved stock": [("assigned", line.quantity) for line in order.lines if line.sku != SHIPPING[0]],
        "invoices": [("posted", "paid", order.tax, order.total, 0)],
        "payments": [("paid", order.total)],
    }


def _facts(sale, invoices, payments, pickings, moves):
    """What there is of an order, under the names of `_complete`."""
    delivery = sale["partner_shipping_id"][0]
    invoices = [invoices[invoice] for invoice in sale["invoice_ids"]]
    pickings = [pickings[picking] for picking in sale["picking_ids"]]
    payments = [payments[payment] for invoice in invoices for payment in invoice["reconciled_payment_ids"]]
    return {
        "order": (sale["state"], sale["invoice_status"]),
        "delivery address": "another contact" if delivery != sale["partner_id"][0] else "the customer",
        "pickings": ["to the delivery address" if each["partner_id"][0] == delivery else "elsewhere"
                     for each in pickings],
        "reserved stock": [(moves[move]["state"], moves[move]["product_qty"])
                           for each in pickings for move in sorted(each["move_ids"])],
        "invoices": [(each["state"], each["payment_state"], cents(each["amount_tax"]), cents(each["amount_total"]),
                      cents(each["amount_residual"])) for each in invoices],
        "payments": [(each["state"], cents(each["amount"])) for each in payments],
    }


def _by_id(rows):
    """Rows under their ids."""
    return {row["id"]: row for row in rows}


def _ids(rows, field):
    """The ids in a field of all rows."""
    return [each for row in rows.values() for each in row[field]]
