"""The orders that every peer writes: two or three lines, shipping and a new customer each, made up from their number.

Amounts are cents. The shop rounds its tax line by line, as WooCommerce does; quantities are such that Odoo, which
rounds the sum, is a cent off in every order, so that its tax has to be forced.
"""
import datetime
from typing import NamedTuple

NEW_JERSEY = 6_625  # thousandths of a percent
COFFEE = ("HL-COFFEE-1KG", "Coffee beans, 1 kg", 999)
FILTERS = ("HL-FILTER-100", "Paper filters, 100 pieces", 495)
MUG = ("HL-MUG-BLUE", "Mug - Blue", 1995)
SHIPPING = ("HL-SHIPPING", "Flat rate", 750)


class Line(NamedTuple):
    """A line of an order; shipping is one, too."""

    sku: str
    name: str
    price: int
    quantity: int

    @property
    def net(self):
        """Without tax."""
        return self.price * self.quantity

    @property
    def tax(self):
        """Rounded half up."""
        return (self.net * NEW_JERSEY + 50_000) // 100_000


class Order(NamedTuple):
    """What a customer has bought and paid. `key` is in no other order of this database."""

    key: str
    lines: tuple
    date: str

    @property
    def tax(self):
        """As the shop has charged it."""
        return sum(line.tax for line in self.lines)

    @property
    def total(self):
        """With tax."""
        return self.tax + sum(line.net for line in self.lines)

    @property
    def customer(self):
        """Name, e-mail address and address of who pays, as `res.partner` has them; without state and country."""
        return {"name": f"Jane Doe {self.key}", "email": f"jane.{self.key}@example.com", "phone": "+1 609 555 0142",
                "street": "12 Main Street", "street2": "Apt 4", "city": "Princeton", "zip": "08540"}

    @property
    def delivery(self):
        """Where the goods go, as `res.partner` has it; without state and country."""
        return {"name": f"John Doe {self.key}", "street": "7 Nassau Street", "city": "Trenton", "zip": "08608"}


def order(key, number):
    """The order of a number: every second one has a mug."""
    odd = number % 2
    goods = [Line(*COFFEE, 1 + 2 * odd), Line(*FILTERS, 2)] + [Line(*MUG, 1)] * odd
    return Order(key, (*goods, Line(*SHIPPING, 1)), datetime.date.today().isoformat())


def orders(run, count):
    """So many orders of a run; `run` tells its orders from those of any other in the same database."""
    return [order(f"{run}-{number}", number) for number in range(count)]


def money(cents):
    """Cents as Odoo reads them: `12.34`."""
    return f"{cents // 100}.{cents % 100:02}"


def cents(amount):
    """An amount as Odoo answers it, in cents."""
    return round(amount * 100)
