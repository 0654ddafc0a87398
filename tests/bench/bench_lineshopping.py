"""Orders of LINE SHOPPING become sale orders with points: suite, native Odoo, floor.

    setup/bench lineshopping

Every way makes the same paid orders of three service lines (BENCH_ORDERS, default 600)
for the same 200 members and rolls them back; processor time of Python and the database
counts.

What each way leaves out:

* suite   nothing: stored answers of the service become confirmed orders; buyers and
          products are looked up, totals compared, points posted to the ledger
* new     as suite, but each order is of somebody new, who becomes a customer
* native  looking up anything; created and confirmed one by one as a client would do
          (or in batches), with Odoo's own loyalty; nothing computed is given
* floor   points, buyers, products, the rows of LINE SHOPPING: create and confirm in
          batches with every value given
"""

import os
import statistics
import sys
import time
from datetime import datetime, timedelta

sys.path.insert(0, os.environ.get("BENCH_HOME", "tests/bench"))

from measure import cpu_seconds, note  # noqa: E402

from odoo.fields import Command  # noqa: E402

from odoo.addons.crm_lineshopping_connector.models.crm_lineshopping_order_sale import (  # noqa: E402, E501
    CONTEXT,
)
from odoo.addons.crm_segments.tools.order_import_guard import (  # noqa: E402
    importing_orders,
)

ORDERS = int(os.environ.get("BENCH_ORDERS", 600))
RUNS = int(os.environ.get("BENCH_RUNS", 3))
BATCHES = (10, 50, 200)
MEMBERS = 200


class Shop:
    """Members, products and a programme of a point for each 10 baht."""

    def __init__(self, env):
        self.env = env
        env["loyalty.program"].search([]).action_archive()
        self.program = env["loyalty.program"].create(
            {
                "name": "Members",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "thb_per_point": 10,
            }
        )
        env["crm.shop"].search([]).action_archive()
        env["crm.shop"].create(
            {"name": "Bench", "slug": "bench-line", "program_id": self.program.id}
        )
        self.shop = env["crm.lineshopping.shop"].create(
            {"name": "Bench", "books_from": "2020-01-01"}
        )
        self.products = env["product.product"].create(
            [
                {
                    "name": f"Bench {number}",
                    "default_code": f"BENCH{number}",
                    "type": "service",
                    "list_price": 12.5,
                    "taxes_id": [Command.clear()],
                }
                for number in range(50)
            ]
        )
        self.members = env["res.partner"].create(
            [
                {"name": f"Member {number}", "phone": f"+66899{number:06d}"}
                for number in range(MEMBERS)
            ]
        )
        env["loyalty.card"].create(
            [
                {"program_id": self.program.id, "partner_id": member.id}
                for member in self.members
            ]
        )
        # what is not written yet would be taken back with the first way
        env.flush_all()

    def answer(self, number, new=False):
        """:return: an order as the service answers it, of a member or somebody new"""
        placed = datetime.now() - timedelta(days=20) + timedelta(minutes=number)
        moment = placed.isoformat(timespec="seconds") + "Z"
        member = self.members[number % MEMBERS]
        return {
            "orderNumber": f"B{number:07d}",
            "orderStatus": "COMPLETED",
            "paymentStatus": "PAID",
            "paymentMethod": "PAYMENT_LS_QR_PROMPTPAY",
            "shipmentStatus": "SHIPPED_ALL",
            "checkoutAt": moment,
            "paidAt": moment,
            "lastUpdatedAt": moment,
            "subtotalPrice": 75,
            "shipmentPrice": 0,
            "discountAmount": 0,
            "totalPrice": 75,
            "shippingAddress": {
                "recipientName": member.name,
                "phoneNumber": f"+66877{number:06d}" if new else member.phone,
            },
            "orderItems": [
                {
                    "productId": (number + k) % 50,
                    "sku": f"BENCH{(number + k) % 50}",
                    "name": "Tea",
                    "quantity": 2,
                    "price": 12.5,
                }
                for k in range(3)
            ],
        }

    # -- the ways ----------------------------------------------------------------------

    def suite(self, size, new=False):
        rows = self.env["crm.lineshopping.order"]._take(
            self.shop, [self.answer(number, new) for number in range(ORDERS)]
        )
        type(rows)._sale_batch = size
        self.ready()
        for start in range(0, ORDERS, size):
            rows[start : start + size]._settle()
            self.env.flush_all()
            self.env.invalidate_all()

    def new(self, size):
        self.suite(size, new=True)

    def native(self, size):
        orders = self.env["sale.order"]
        self.ready()
        for start in range(0, ORDERS, size):
            made = orders.create(
                [self.plain(number) for number in range(start, start + size)]
            )
            made.action_confirm()
            self.env.flush_all()
            self.env.invalidate_all()

    def floor(self, size):
        orders = self.env["sale.order"].with_context(**CONTEXT)
        self.ready()
        for start in range(0, ORDERS, size):
            with importing_orders(points=False):
                orders.create(
                    [self.given(number) for number in range(start, start + size)]
                ).action_confirm()
            self.env.flush_all()
            self.env.invalidate_all()

    def plain(self, number):
        """The order as a client would send it: nothing computed is given."""
        return {
            "partner_id": self.members[number % MEMBERS].id,
            "order_line": [
                Command.create(
                    {
                        "product_id": self.products[(number + k) % 50].id,
                        "product_uom_qty": 2,
                        "price_unit": 12.5,
                    }
                )
                for k in range(3)
            ],
        }

    def given(self, number):
        """The order with every value given."""
        partner = self.members[number % MEMBERS]
        documents = {}
        if "quotation_document_ids" in self.env["sale.order"]._fields:
            documents = {"quotation_document_ids": []}
        return documents | {
            "partner_id": partner.id,
            "partner_invoice_id": partner.id,
            "partner_shipping_id": partner.id,
            "date_order": datetime.now(),
            "user_id": False,
            "pricelist_id": False,
            "fiscal_position_id": False,
            "payment_term_id": False,
            "validity_date": False,
            "note": False,
            "require_signature": False,
            "require_payment": False,
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_id": product.uom_id.id,
                        "name": "Tea",
                        "product_uom_qty": 2.0,
                        "price_unit": 12.5,
                        "technical_price_unit": 12.5,
                        "discount": 0.0,
                        "tax_ids": [],
                        "customer_lead": 0.0,
                        "analytic_distribution": False,
                    }
                )
                for product in (self.products[(number + k) % 50] for k in range(3))
            ],
        }

    # -- timing ------------------------------------------------------------------------

    def ready(self):
        """From here on it counts."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.clock, self.cpu = time.perf_counter(), cpu_seconds(self.env)

    def run(self, way, size):
        """:return: (seconds of processor time, seconds, points) of all orders"""
        with self.env.cr.savepoint(flush=False) as savepoint:
            getattr(self, way)(size)
            cpu = cpu_seconds(self.env) - self.cpu
            clock = time.perf_counter() - self.clock
            points = sum(self.program.coupon_ids.mapped("points"))
            savepoint.rollback()
        self.env.invalidate_all()
        return cpu, clock, points


def bench(env):
    shop = Shop(env)
    earned = {}
    shop.run("native", 50)  # what only the first one pays
    ways = [("floor", 50), ("native", 1), ("native", 50)]
    ways += [*(("suite", size) for size in BATCHES), ("new", 50)]
    runs = {way: [] for way in ways}
    for _run in range(RUNS):
        for way in ways:
            runs[way].append(shop.run(*way))
    for (way, size), taken in runs.items():
        cpu, clock, points = (
            statistics.median(each) for each in zip(*taken, strict=True)
        )
        earned[way] = points
        label = f"{way}, batches of {size}"
        print(
            f"{label:<24}{ORDERS / cpu:8.1f} orders/s of cpu"
            f"{ORDERS / clock:8.1f} orders/s of clock   {points:.0f} points"
        )
        note(
            label=label,
            rows=ORDERS,
            cpu=round(cpu, 3),
            clock=round(clock, 3),
        )
    if earned["suite"] != earned["native"]:
        raise SystemExit(f"the ways disagree about the points: {earned}")
    env.cr.rollback()


bench(env(user=2))  # noqa: F821 - given by the shell
