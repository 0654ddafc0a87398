from datetime import timezone
from zoneinfo import ZoneInfo

from odoo import Command, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ..tools.order_import_guard import importing_orders

# The import writes no mail, no chatter, no delivery and no log of new lines.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
    "skip_procurement": True,
    "sale_no_log_for_new_lines": True,
}


class CrmOrderImport(models.Model):
    """Writing the orders."""

    _inherit = "crm.order.import"

    # Larger batches are no faster.
    _batch = 50
    _job = "crm_segments.crm_order_import_cron"
    _quiet = QUIET

    done_count = fields.Integer("Orders Imported")
    failed_count = fields.Integer("Orders Not Written")
    returned_count = fields.Integer("Returns Taken Back", readonly=True, copy=False)

    def action_view_orders(self):
        """:return: the list of the orders of this file"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        action.update(domain=[("import_id", "=", self.id)], context={"create": False})
        return action

    def _fresh_counts(self):
        return super()._fresh_counts() | {"returned_count": 0}

    def _writing(self):
        return importing_orders(points=self.award_points)

    def _todo(self, plan):
        known = self._known_numbers(plan.orders) | self._failed_names()
        todo = [order for number, order in plan.orders.items() if number not in known]
        # In the order of time, as the points ledger would have seen them.
        return sorted(todo, key=lambda order: (order.date, order.row))

    def _still_todo(self, batch):
        known = self._known_numbers([order.number for order in batch])
        return [order for order in batch if order.number not in known]

    def _item_name(self, item):
        return item.number

    def _finish(self, plan):
        """Apply the returns first."""
        self.returned_count += self._apply_returns(plan)
        return super()._finish(plan)

    def _done_message(self):
        return self.env._("Order history imported"), self.env._(
            "%(orders)s orders of %(file)s are in.",
            orders=self.done_count,
            file=self.name,
        )

    def _write_batch(self, batch):
        """Create and confirm orders with the date and the amounts of the file."""
        partners = self._ensure_customers(batch)
        products = self._ensure_products(batch)
        orders = self.env["sale.order"].create(
            [
                self._prepare_order(order, partners[order.customer], products)
                for order in batch
            ]
        )
        planned = list(zip(orders, batch, strict=True))
        by_state = {state: self.env["sale.order"] for state in ("sale", "cancel")}
        for order, plan in planned:
            if plan.state in by_state:
                by_state[plan.state] += order
        by_state["sale"].action_confirm()
        if by_state["cancel"]:
            by_state["cancel"]._action_cancel()
        for order, plan in planned:
            self._check_total(order, plan)
            self._apply_row_returns(order, plan)
        # Here, so that what fails on writing fails inside the savepoint.
        self.env.flush_all()

    def _check_total(self, order, plan):
        """:raise UserError: when other rules made another amount of the order"""
        currency = order.currency_id
        if float_compare(
            order.amount_total, float(plan.total), precision_rounding=currency.rounding
        ):
            raise UserError(
                self.env._(
                    "the total would be %(total)s instead of %(expected)s",
                    total=order.amount_total,
                    expected=plan.total,
                )
            )

    def _prepare_order(self, plan, partner_id, products):
        """:return: values of a sale.order; given values are not computed, which is
        most of the speed, and keeps rules made later away from old orders"""
        moment = plan.date.replace(tzinfo=ZoneInfo(self.company_id.customer_tz))
        documents = {}
        if "quotation_document_ids" in self.env["sale.order"]._fields:
            # Of a module that need not be there; its default costs a search each.
            documents = {"quotation_document_ids": []}
        return documents | {
            "company_id": self.company_id.id,
            "partner_id": partner_id,
            "partner_invoice_id": partner_id,
            "partner_shipping_id": partner_id,
            "date_order": moment.astimezone(timezone.utc).replace(tzinfo=None),
            "client_order_ref": plan.number,
            "origin": self.source,
            "import_source": self.source,
            "import_number": plan.number,
            "import_id": self.id,
            "branch_id": self.branch_id.id,
            "team_id": self.team_id.id,
            "user_id": False,
            "pricelist_id": False,
            "fiscal_position_id": False,
            "payment_term_id": False,
            "validity_date": False,
            "note": False,
            "require_signature": False,
            "require_payment": False,
            "order_line": [
                Command.create(self._prepare_line(line, products))
                for line in plan.live_lines
            ],
        }

    def _prepare_line(self, line, products):
        """:return: values of a sale.order.line; no taxes: the file's amounts include
        them. The name is given, since computing it makes confirming slow."""
        product = products[line.sku]
        return {
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "name": line.name,
            "product_uom_qty": line.quantity,
            "price_unit": line.price,
            "technical_price_unit": line.price,
            "discount": 0.0,
            "tax_ids": [],
            "customer_lead": 0.0,
            "analytic_distribution": False,
        }
