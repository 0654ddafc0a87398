import logging
import time
from datetime import timezone
from zoneinfo import ZoneInfo

import psycopg2

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, split_every

from ..tools.order_file import OrderFileError
from ..tools.order_import_guard import importing_orders

_logger = logging.getLogger(__name__)

# Written and committed together. Larger batches are no faster.
BATCH = 50
ATTEMPTS = 5
# A turn of the job: long, since each begins with reading the whole file, and well
# below the two minutes after which the server ends a job by force.
TURN_SECONDS = 50
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
# Not retried as they are: the batch is written again in a new transaction.
CONFLICTS = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
)


class CrmOrderImport(models.Model):
    """Writing the orders, in committed batches that can be cut off anywhere."""

    _inherit = "crm.order.import"

    done_count = fields.Integer("Orders Imported", readonly=True, copy=False)
    failed_count = fields.Integer("Orders Not Written", readonly=True, copy=False)
    returned_count = fields.Integer("Returns Taken Back", readonly=True, copy=False)
    progress = fields.Float(readonly=True, copy=False, help="Percent of the orders.")
    date_done = fields.Datetime("Finished", readonly=True, copy=False)

    def action_import(self):
        """Start or continue writing the checked file in the background."""
        self.ensure_one()
        self._check_import_rights()
        if self.state not in ("checked", "paused"):
            raise UserError(self.env._("Check the file first."))
        self.line_ids.filtered(lambda line: line.code == "write_failed").unlink()
        values = {"state": "running", "user_id": self.env.uid, "failed_count": 0}
        if self.state == "checked":
            values.update(done_count=0, returned_count=0, progress=0)
        self.sudo().write(values)
        self.env.ref("crm_segments.crm_order_import_cron").sudo()._trigger()
        return True

    def action_pause(self):
        """Stop after the batch being written; what is written stays."""
        self.ensure_one()
        if self.state == "running":
            self.sudo().state = "paused"
        return True

    def action_draft(self):
        """Go back to the settings, for example to import a corrected file."""
        self.ensure_one()
        if self.state == "running":
            raise UserError(self.env._("Pause the import first."))
        self.sudo().write({"state": "draft", "error_message": False})
        return True

    def action_view_orders(self):
        """:return: the list of the orders of this file"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        action.update(domain=[("import_id", "=", self.id)], context={"create": False})
        return action

    @api.model
    def _cron_run(self):
        """Write the running imports, the oldest first, as the users who started them.

        Safe against being killed at any point: what is committed is found by its
        order number when the job runs again, and not written twice.
        """
        now = time.monotonic()
        if now >= self.env.context.get("cron_end_time", float("inf")):
            # The same worker calls again after a turn: the next one is for others.
            self.env["ir.cron"]._commit_progress(0, remaining=1)
            return
        in_cron = self.env.context.get("ir_cron_progress_id")
        deadline = now + TURN_SECONDS if in_cron else float("inf")
        for record in self.sudo().search([("state", "=", "running")], order="id"):
            user = record.user_id
            company = record.company_id
            record = record.with_user(user).with_company(company)
            record = record.with_context(
                allowed_company_ids=company.ids,
                lang=user.lang,
                crm_order_import_deadline=deadline,
                **QUIET,
            )
            if not record._run_safely():
                break

    def _run_safely(self):
        """Run; what stops this import for good must not stop the next ones.

        :return: bool, see `_run`
        """
        try:
            with importing_orders(points=self.award_points):
                return self._run()
        except CONFLICTS:
            raise
        except Exception as error:
            _logger.exception("Order import %s stopped", self.id)
            self.env.cr.rollback()
            self.env.invalidate_all()
            self._pause(str(error))
            self.env["ir.cron"]._commit_progress(0, remaining=1)
            return True

    def _pause(self, message):
        """Stop, and tell the user why; from there it can be continued."""
        self.sudo().write({"state": "paused", "error_message": message[:1000]})

    def _run(self):
        """:return: False when the time of the job is over before the file"""
        self.ensure_one()
        try:
            plan = self._plan()
        except OrderFileError as error:
            self._pause(self._file_error(error))
            self._commit_batch(0, 0)
            return True
        known = self._known_numbers(plan.orders) | self._failed_numbers()
        todo = [order for number, order in plan.orders.items() if number not in known]
        # In the order of time, as the points ledger would have seen them.
        todo.sort(key=lambda order: (order.date, order.row))
        total = self.done_count + self.failed_count + len(todo)
        for number, batch in enumerate(split_every(BATCH, todo)):
            left = len(todo) - number * BATCH - len(batch)
            done, failed = self._write_safely(batch)
            self.done_count += done
            self.failed_count += failed
            self.progress = 100.0 * (total - left) / total
            if not self._commit_batch(len(batch), left + 1):
                return left == 0 and self._finish(plan)
        return self._finish(plan)

    def _failed_numbers(self):
        """:return: set of the numbers this run could not write, not to try again"""
        failed = self.line_ids.filtered(lambda line: line.code == "write_failed")
        return set(failed.mapped("value"))

    def _finish(self, plan):
        """Apply the returns, close the import and tell the user."""
        self.returned_count += self._apply_returns(plan)
        self.sudo().write(
            {"state": "done", "progress": 100, "date_done": fields.Datetime.now()}
        )
        self.user_id._bus_send(
            "simple_notification",
            {
                "type": "success",
                "title": self.env._("Order history imported"),
                "message": self.env._(
                    "%(orders)s orders of %(file)s are in.",
                    orders=self.done_count,
                    file=self.name,
                ),
                "sticky": True,
            },
        )
        self._commit_batch(1, 0)
        return True

    def _commit_batch(self, processed, remaining):
        """Commit, show the progress, see a pause.

        :return: bool, whether to go on with the next batch
        """
        self.env.flush_all()
        self.env["ir.cron"]._commit_progress(processed, remaining=remaining)
        # The cache of thousands of orders would only make each batch slower.
        self.env.invalidate_all()
        deadline = self.env.context.get("crm_order_import_deadline", float("inf"))
        return time.monotonic() < deadline and self.state == "running"

    def _write_safely(self, batch):
        """Write a batch; when it fails, each of its orders by itself.

        :return: (orders written, orders that cannot be written)
        """
        for attempt in range(ATTEMPTS):
            try:
                with self.env.cr.savepoint():
                    self._write_orders(batch)
                return len(batch), 0
            except CONFLICTS:
                _logger.info("Order batch in conflict, attempt %s", attempt + 1)
                self.env.cr.rollback()
                self.env.invalidate_all()
                known = self._known_numbers([order.number for order in batch])
                batch = [order for order in batch if order.number not in known]
            except Exception:
                _logger.info("Order batch failed, writing one by one", exc_info=True)
                break
        self.env.invalidate_all()
        written = sum(self._write_alone(order) for order in batch)
        return written, len(batch) - written

    def _write_alone(self, order):
        """:return: bool; an order that cannot be written is listed with the reason"""
        try:
            with self.env.cr.savepoint():
                self._write_orders([order])
            return True
        except CONFLICTS:
            raise
        except Exception as error:
            self.env.invalidate_all()
            self.env["crm.order.import.line"].create(
                {
                    "import_id": self.id,
                    "row": order.row,
                    "level": "error",
                    "code": "write_failed",
                    "value": order.number,
                    "other": str(error)[:500],
                }
            )
            return False

    def _write_orders(self, batch):
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
