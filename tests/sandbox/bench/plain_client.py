"""Writes orders into an Odoo as a straightforward integration does: 13 public calls, one after the other, for each.

    plain_client.py ORDERS CONNECTIONS

Where Odoo is and who calls it say ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_KEY. Prints one JSON object.
"""
import json
import os
import queue
import sys
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import odoorpc

from books import Books, check
from orders import cents, money, orders

WARM_UP = 3  # orders of each connection that do not count: a worker of Odoo is slow when it does a thing first
ONCE = {"mode": "update", "noupdate": True}  # a load that creates and never overwrites


class Client:
    """One connection, used by one thread at a time."""

    def __init__(self):
        url = urllib.parse.urlsplit(os.environ["ODOO_URL"])
        protocol = {"http": "jsonrpc", "https": "jsonrpc+ssl"}[url.scheme]
        self._odoo = odoorpc.ODOO(url.hostname, protocol, url.port or {"http": 80, "https": 443}[url.scheme])
        self._odoo.login(os.environ["ODOO_DB"], os.environ["ODOO_LOGIN"], os.environ["ODOO_KEY"])
        self.context = {}
        self.calls = 0

    def call(self, model, method, *arguments, context=(), **named):
        """One call, one round trip."""
        self.calls += 1
        named["context"] = {**self.context, **dict(context)}
        return self._odoo.execute_kw(model, method, list(arguments), named)

    def search(self, model, domain):
        """The ids of the records that fit."""
        return self.call(model, "search", domain)

    def read(self, model, ids, fields):
        """These fields of these records."""
        return self.call(model, "read", ids, fields)

    def load(self, model, record, lines=({},), context=()):
        """Imports one record with its lines; returns its id."""
        fields = [*record, *lines[0]]
        first, *others = lines
        rows = [[*record.values(), *first.values()], *([*[""] * len(record), *line.values()] for line in others)]
        answer = self.call(model, "load", fields, [[str(value) for value in row] for row in rows], context=context)
        if not answer["ids"]:
            raise RuntimeError(f"{model}: {answer['messages']}")
        return answer["ids"][0]


def write(client, books, order):
    """Takes an order from its customer to a paid invoice; returns the id of its `sale.order`."""
    customer = customer_of(client, books, order)
    sale = client.load("sale.order", sale_record(books, order), sale_lines(books, order), ONCE)
    client.call("sale.order", "action_confirm", [sale])
    invoice = client.load("account.move", invoice_record(books, order), invoice_lines(books, order), ONCE)
    force_tax(client, order, invoice)
    client.call("account.move", "action_post", [invoice])
    pay(client, books, order, customer, invoice)
    read_back(client, order, invoice)
    return sale


def customer_of(client, books, order):
    """The customer, with a delivery address below."""
    place = {"state_id/.id": books.state, "country_id/.id": books.country}
    record = {"id": name(order, "customer"), **order.customer, **place}
    below = {"id": name(order, "delivery"), "type": "delivery", **order.delivery, **place}
    return client.load("res.partner", record, [{f"child_ids/{field}": value for field, value in below.items()}], ONCE)


def sale_record(books, order):
    """Nothing of a quotation is left to the customer's defaults."""
    return {
        "id": name(order, "sale"), "client_order_ref": order.key, "company_id/.id": books.company,
        "partner_id/id": name(order, "customer"), "partner_invoice_id/id": name(order, "customer"),
        "partner_shipping_id/id": name(order, "delivery"), "warehouse_id/.id": books.warehouse,
        "pricelist_id/.id": books.pricelist, "payment_term_id/.id": books.payment_term, "user_id": "",
        "require_signature": 0, "require_payment": 0,
    }


def sale_lines(books, order):
    """The lines of the quotation."""
    return [{
        "order_line/id": name(order, f"line_{at}"), "order_line/product_id/.id": books.products[line.sku],
        "order_line/name": line.name, "order_line/product_uom_qty": line.quantity,
        "order_line/price_unit": money(line.price), "order_line/discount": 0, "order_line/tax_ids/.id": books.tax,
    } for at, line in enumerate(order.lines)]


def invoice_record(books, order):
    """A draft of today."""
    return {
        "id": name(order, "invoice"), "move_type": "out_invoice", "company_id/.id": books.company,
        "partner_id/id": name(order, "customer"), "partner_shipping_id/id": name(order, "delivery"),
        "journal_id/.id": books.sales_journal, "currency_id/.id": books.currency, "invoice_date": order.date,
        "date": order.date, "invoice_payment_term_id/.id": books.payment_term, "invoice_user_id": "",
        "payment_reference": f"TRN_{order.key}", "ref": order.key,
    }


def invoice_lines(books, order):
    """The lines of the invoice, linked to those of the order."""
    return [{
        "invoice_line_ids/product_id/.id": books.products[line.sku], "invoice_line_ids/name": line.name,
        "invoice_line_ids/quantity": line.quantity, "invoice_line_ids/price_unit": money(line.price),
        "invoice_line_ids/discount": 0, "invoice_line_ids/tax_ids/.id": books.tax,
        "invoice_line_ids/sale_line_ids/id": name(order, f"line_{at}"),
    } for at, line in enumerate(order.lines)]


def force_tax(client, order, invoice):
    """Sets the tax of a draft to the shop's, and compares its total."""
    domain = [("move_id", "=", invoice), ("display_type", "in", ["tax", "payment_term"])]
    lines = client.call("account.move.line", "search_read", domain, ["display_type", "amount_currency"])
    tax, = [line for line in lines if line["display_type"] == "tax"]
    if cents(-tax["amount_currency"]) != order.tax:
        client.load("account.move.line", {".id": tax["id"], "amount_currency": f"-{money(order.tax)}"})
    draft, = client.read("account.move", [invoice], ["state", "amount_tax", "amount_total"])
    found = draft["state"], cents(draft["amount_tax"]), cents(draft["amount_total"])
    if found != ("draft", order.tax, order.total):
        raise RuntimeError(f"{order.key}: the draft is {found}, the shop says {order.tax}, {order.total}")


def pay(client, books, order, customer, invoice):
    """Books the payment and reconciles the invoice with it."""
    payment = client.load("account.payment", {
        "id": name(order, "payment"), "payment_type": "inbound", "partner_type": "customer",
        "partner_id/.id": customer, "company_id/.id": books.company, "amount": money(order.total),
        "currency_id/.id": books.currency, "journal_id/.id": books.bank_journal,
        "payment_method_line_id/.id": books.method_line, "date": order.date, "memo": f"TRN_{order.key}",
    }, context=ONCE)
    client.call("account.payment", "action_post", [payment])
    domain = [("payment_id", "=", payment), ("account_type", "=", "asset_receivable")]
    line, = client.call("account.move.line", "search_read", domain, ["id"])
    client.call("account.move", "js_assign_outstanding_line", [invoice], line["id"])


def read_back(client, order, invoice):
    """What an integration tells its shop: the invoice is paid, the order invoiced."""
    wanted = {"name": {}, "state": {}, "payment_state": {}, "amount_residual": {}, "invoice_line_ids": {"fields": {
        "sale_line_ids": {"fields": {"order_id": {"fields": {"invoice_status": {}}}}}}}}
    read, = client.call("account.move", "web_read", [invoice], wanted)
    if (read["state"], read["payment_state"], cents(read["amount_residual"])) != ("posted", "paid", 0):
        raise RuntimeError(f"{order.key}: {read}")


def name(order, part):
    """The external id of a record of an order."""
    return f"plain.{order.key}_{part}"


def write_all(clients, books, todo):
    """Writes orders, as many at a time as there are clients. For each its `sale.order` and how long it took, in ms."""
    idle = queue.SimpleQueue()
    for client in clients:
        idle.put(client)

    def timed(order):
        client = idle.get()
        try:
            begun = time.perf_counter()
            sale = write(client, books, order)
            return sale, (time.perf_counter() - begun) * 1000
        finally:
            idle.put(client)

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(timed, todo))


def main(count, connections):
    """Looks up, warms up, writes, checks."""
    run = str(time.time_ns() // 1_000_000)
    clients = [Client() for _ in range(connections)]
    books = Books(clients[0].search)
    for client in clients:
        client.context = books.context
    write_all(clients, books, orders(f"w{run}", WARM_UP * connections))
    todo = orders(f"p{run}", count)
    calls = sum(client.calls for client in clients)
    begun = time.perf_counter()
    done = write_all(clients, books, todo)
    seconds = time.perf_counter() - begun
    calls = sum(client.calls for client in clients) - calls
    checked = check([(order, sale) for order, (sale, _) in zip(todo, done)], clients[0].read)
    print(json.dumps({"orders": count, "seconds": seconds, "calls": calls,
                      "latencies_ms": [latency for _, latency in done], "checked": checked}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
