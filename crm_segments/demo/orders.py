"""The orders of the demo shop and the money they brought, as the loader needs them."""

from datetime import timedelta
from itertools import islice

import pytz

from odoo import Command

from ..tools.order_import_guard import importing_orders

BATCH = 500
# orders younger than this are invoiced, which takes a quarter of a second each
INVOICED_DAYS = 6


class OrderLoader:
    """The part of the loader that sells."""

    def _create_orders(self):
        """:return: list of sale.order drafts in the order of the drawn ones"""
        sellers = [user.id for user in self.users[:2]] or [self.env.user.id]
        orders = []
        drawn = iter(self.shop.orders)
        while batch := list(islice(drawn, BATCH)):
            orders += self.env["sale.order"].create(
                [self._order_vals(order, sellers) for order in batch]
            )
        return orders

    def _order_vals(self, order, sellers):
        """:return: dict, dates in UTC"""
        return {
            "partner_id": self._buyer(order).id,
            "date_order": self._to_utc(order.when),
            "branch_id": self.branches[order.branch].id,
            "team_id": self.teams[order.channel].id,
            "user_id": sellers[order.when.toordinal() % len(sellers)],
            "company_id": self.company.id,
            "order_line": [
                Command.create(self._line_vals(code, quantity))
                for code, quantity in order.lines
            ],
        }

    def _line_vals(self, code, quantity):
        """:return: dict; says what Odoo would work out itself, which halves the time"""
        product = self.products[code]
        return {
            "product_id": product.id,
            "product_uom_qty": quantity,
            "product_uom_id": product.uom_id.id,
            "name": product.display_name,
            "price_unit": product.list_price,
            "technical_price_unit": product.list_price,
            "discount": 0.0,
            "tax_ids": [],
            "analytic_distribution": False,
            "customer_lead": 0,
        }

    def _buyer(self, order):
        """:return: res.partner; a company buys through its contact every other time"""
        partner = self.partners[order.person]
        if partner.is_company and partner.child_ids and order.when.day % 2:
            return partner.child_ids[:1]
        return partner

    def _to_utc(self, local):
        moment = self.zone.localize(local)
        return moment.astimezone(pytz.utc).replace(tzinfo=None)

    def _settle_orders(self):
        """Confirm, send or cancel each order as drawn; drafts stay."""
        by_state = {}
        for drawn, order in zip(self.shop.orders, self.orders, strict=True):
            by_state.setdefault(drawn.state, []).append(order.id)
        orders = self.env["sale.order"]
        orders.browse(by_state.get("sent", [])).write({"state": "sent"})
        sold = iter(by_state.get("sale", []))
        while batch := list(islice(sold, BATCH)):
            confirmed = orders.browse(batch)
            dates = confirmed.mapped("date_order")
            with importing_orders():
                confirmed.action_confirm()
            for order, date_order in zip(confirmed, dates, strict=True):
                if order.date_order != date_order:
                    order.date_order = date_order
        orders.browse(by_state.get("cancel", []))._action_cancel()

    # -- money ----------------------------------------------------------------

    def _collect_payments(self):
        """Most orders are paid online or by QR; the newest get an invoice."""
        sold = self.env["sale.order"].browse(order.id for order in self.orders)
        sold = sold.filtered(lambda order: order.state == "sale")
        since = self.now - timedelta(days=INVOICED_DAYS)
        newest = sold.filtered(lambda order: order.date_order >= since)
        if not self.company.chart_template:
            newest = newest.browse()
        self._pay_online((sold - newest).filtered(lambda order: order.id % 20))
        self._invoice(newest)

    def _pay_online(self, orders):
        """Record a finished payment for each order, as a provider would report it."""
        method = self.env.ref("payment.payment_method_promptpay")
        provider = self._create(
            "payment.provider",
            {"demo_payment_provider": {"name": "PromptPay (demo)", "code": "none"}},
        )["demo_payment_provider"]
        self.env["payment.transaction"].create(
            [
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.id,
                    "reference": f"{order.name}-{order.id}",
                    "amount": order.amount_total,
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "sale_order_ids": [Command.set(order.ids)],
                    "operation": "online_redirect",
                    "state": "done",
                    "is_post_processed": True,
                    "last_state_change": order.date_order,
                }
                for order in orders
            ]
        )

    def _invoice(self, orders):
        """Invoice these orders per customer and pay two of three invoices."""
        if not orders:
            return
        moves = orders._create_invoices()
        moves.invoice_date = max(orders.mapped("date_order")).date()
        moves.action_post()
        paid = moves.filtered(lambda move: move.id % 3)
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        )
        register.create({"group_payment": False}).action_create_payments()
