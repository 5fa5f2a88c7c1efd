"""Writes the same documents with Odoo's own ORM, without any call over HTTP: the least time this Odoo needs for them.

    import floor; floor.main(env, count=100, processes=2, batch=10, login="heartland-bot")

in an Odoo shell with this directory on PYTHONPATH. Prints one JSON object.
"""
import functools
import json
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor

import odoo.sql_db
from odoo.api import Environment
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from books import Books, check
from orders import money, orders


def main(env, count, processes, batch, login):
    """Looks up, warms up, writes, checks. As the user `login`: the rights are checked as they are for any client."""
    run = str(time.time_ns() // 1_000_000)
    env = env(user=env["res.users"].search([("login", "=", login)]))
    books = Books(lambda model, domain: env[model].search(domain).ids)
    env = env(context=books.context)
    # The processes are forked from this one, so their caches are as warm; of the documents nothing stays.
    write(env, books, orders(f"w{run}", batch))
    env.cr.rollback()
    todo = orders(f"f{run}", count)
    batches = [todo[at:at + batch] for at in range(0, count, batch)]
    work = functools.partial(commit, env.cr.dbname, env.uid, books)
    with ProcessPoolExecutor(processes, multiprocessing.get_context("fork"), connect_anew) as pool:
        begun = time.perf_counter()
        done = list(pool.map(work, batches))
        seconds = time.perf_counter() - begun
    sales = [sale for ids, _ in done for sale in ids]
    env.cr.rollback()  # what the processes have committed is not visible before
    checked = check(list(zip(todo, sales)), lambda model, ids, fields: env[model].browse(ids).read(fields))
    print(json.dumps({"orders": count, "seconds": seconds, "calls": 0,
                      "latencies_ms": [latency for ids, latency in done for _ in ids], "checked": checked}))


def connect_anew():
    """A forked process must not speak on its parent's connections to PostgreSQL."""
    odoo.sql_db._Pool = None


def commit(database, user, books, batch):
    """Writes a batch in one transaction. Its `sale.order` ids, and how long it took in ms: an order is there when its
    batch is."""
    begun = time.perf_counter()
    with Registry(database).cursor() as cursor:
        while True:
            try:
                sales = write(Environment(cursor, user, books.context), books, batch)
                cursor.commit()
                return sales, (time.perf_counter() - begun) * 1000
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Another process has reserved the same stock and committed. Odoo would wait a random time of up to
                # 16 s, which says nothing of the work.
                cursor.rollback()


def write(env, books, batch):
    """Takes orders from their customers to paid invoices; returns the ids of their `sale.order`."""
    quiet = env(context={**env.context, "tracking_disable": True})  # ours, too: no log of changes in the chatter
    customers = quiet["res.partner"].create([customer_values(books, order) for order in batch])
    sales = quiet["sale.order"].create(
        [sale_values(books, order, customer) for order, customer in zip(batch, customers)])
    sales.action_confirm()
    customers, sales = customers.with_env(env), sales.with_env(env)
    invoices = env["account.move"].create([invoice_values(books, order, sale) for order, sale in zip(batch, sales)])
    force_taxes(batch, invoices)
    invoices._post(soft=False)
    payments = env["account.payment"].create(
        [payment_values(books, order, customer) for order, customer in zip(batch, customers)])
    payments.action_post()
    env["account.move.line"]._reconcile_plan(
        [receivable(invoice) + receivable(payment.move_id) for invoice, payment in zip(invoices, payments)])
    return sales.ids


def customer_values(books, order):
    """The customer, with a delivery address below."""
    place = {"state_id": books.state, "country_id": books.country}
    return {**order.customer, **place,
            "child_ids": [Command.create({"type": "delivery", **order.delivery, **place})]}


def sale_values(books, order, customer):
    """A quotation of which nothing is left to the customer's defaults."""
    return {
        "client_order_ref": order.key, "company_id": books.company, "partner_id": customer.id,
        "partner_invoice_id": customer.id, "partner_shipping_id": customer.child_ids.id,
        "warehouse_id": books.warehouse, "pricelist_id": books.pricelist, "payment_term_id": books.payment_term,
        "user_id": False, "require_signature": False, "require_payment": False,
        "order_line": [Command.create({
            "product_id": books.products[line.sku], "name": line.name, "product_uom_qty": line.quantity,
            "price_unit": float(money(line.price)), "discount": 0, "tax_ids": [Command.set([books.tax])],
        }) for line in order.lines],
    }


def invoice_values(books, order, sale):
    """A draft of today, its lines linked to those of the order."""
    return {
        "move_type": "out_invoice", "company_id": books.company, "partner_id": sale.partner_id.id,
        "partner_shipping_id": sale.partner_shipping_id.id, "journal_id": books.sales_journal,
        "currency_id": books.currency, "invoice_date": order.date, "date": order.date,
        "invoice_payment_term_id": books.payment_term, "invoice_user_id": False,
        "payment_reference": f"TRN_{order.key}", "ref": order.key,
        "invoice_line_ids": [Command.create({
            "product_id": books.products[line.sku], "name": line.name, "quantity": line.quantity,
            "price_unit": float(money(line.price)), "discount": 0, "tax_ids": [Command.set([books.tax])],
            "sale_line_ids": [Command.set([ordered.id])],
        }) for line, ordered in zip(order.lines, sale.order_line)],
    }


def force_taxes(batch, invoices):
    """Sets the tax of drafts to the shop's."""
    for order, invoice in zip(batch, invoices):
        invoice.line_ids.filtered("tax_line_id").amount_currency = -float(money(order.tax))


def payment_values(books, order, customer):
    """The customer's payment."""
    return {
        "payment_type": "inbound", "partner_type": "customer", "partner_id": customer.id,
        "company_id": books.company, "amount": float(money(order.total)), "currency_id": books.currency,
        "journal_id": books.bank_journal, "payment_method_line_id": books.method_line, "date": order.date,
        "memo": f"TRN_{order.key}",
    }


def receivable(move):
    """The line of an invoice or a payment that the other one settles."""
    return move.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
