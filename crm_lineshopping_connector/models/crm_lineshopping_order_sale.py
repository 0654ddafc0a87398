import logging

from odoo import api, fields, models
from odoo.tools import SQL, float_compare, plaintext2html, split_every

from odoo.addons.crm_segments.models.crm_order_import_run import QUIET
from odoo.addons.crm_segments.tools.lost_races import LOST_RACES
from odoo.addons.crm_segments.tools.order_import_guard import importing_orders

from ..tools import sale_plan
from ..tools.sale_batch import SaleBatch

_logger = logging.getLogger(__name__)

# As the import of order files, but goods leave the warehouse as Odoo does it.
CONTEXT = {**QUIET, "skip_procurement": False}
NO_STOCK = {"skip_procurement": True}


class CrmLineshoppingOrder(models.Model):
    """Orders of LINE SHOPPING become sale orders, and these follow them.

    The row says how the order stands; whatever was missed or came twice, the sale order
    is brought to the same state. What cannot be (goods that left already, an amount
    that changed after the order was confirmed) is told to staff, and all else follows
    nevertheless.
    """

    _inherit = "crm.lineshopping.order"

    # Larger batches are no faster.
    _sale_batch = 50

    sale_hash = fields.Char(
        readonly=True, help="The lines as they were last written to the sale order."
    )
    sale_payment = fields.Char(
        readonly=True, help="The payment state that the sale order follows."
    )
    sale_cancelled = fields.Boolean(
        readonly=True, help="The sale order was cancelled because this order was."
    )

    def _settle(self):
        """Bring sale orders, buyers and points to what these orders say.

        In batches, each in a savepoint; of a batch that fails each order by itself, and
        what fails then is noted as an exception. Does not commit.

        :raise: one of LOST_RACES when somebody else changed the same meanwhile; the
            caller rolls back and takes all again
        """
        for shop, orders in self.sudo().exists().grouped("shop_id").items():
            company = shop.company_id
            orders = orders.with_company(company).with_context(
                allowed_company_ids=company.ids, **CONTEXT
            )
            for ids in split_every(self._sale_batch, orders._settle_sequence(), list):
                orders.browse(ids)._settle_safely()

    def _settle_sequence(self):
        """:return: ids in the order of time, as the points ledger would have seen
        them"""
        return self.sorted(lambda row: (row.checkout_at or row.create_date, row.id)).ids

    def _settle_safely(self):
        try:
            with self.env.cr.savepoint():
                self._settle_batch()
            return
        except LOST_RACES:
            raise
        except Exception as error:
            _logger.info("Orders of LINE SHOPPING failed", exc_info=True)
            self.env.invalidate_all(flush=False)
            if len(self) == 1:
                self._settle_points_alone()
                self._note_trouble({self: str(error)})
                return
        for order in self:
            order._settle_safely()

    def _settle_points_alone(self):
        """The sale order could not follow (a date is locked, an account is missing):
        points do nevertheless. Nobody spends those of an order that was paid back."""
        try:
            with self.env.cr.savepoint():
                self._settle_buyers()
                self._settle_points()
        except LOST_RACES:
            raise
        except Exception:
            _logger.info("Points of LINE SHOPPING failed", exc_info=True)
            self.env.invalidate_all(flush=False)

    def _settle_batch(self):
        """:param self: orders of one shop"""
        orders = self._lock_for_settling()
        if not orders:
            return
        # Who bought it decides whose sale order it is.
        orders._settle_buyers()
        troubles = orders._settle_sales()
        # Here, so that what fails on writing fails inside the savepoint.
        self.env.flush_all()
        orders._settle_points()
        orders.dirty = False
        orders._note_trouble(troubles)
        self.env.flush_all()

    def _lock_for_settling(self):
        """:return: those of these orders that nobody else is settling
        :raise SerializationFailure: one has changed since this transaction began"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM crm_lineshopping_order WHERE id = ANY(%s)
                      FOR NO KEY UPDATE SKIP LOCKED""",
                self.ids,
            )
        )
        ids = {id_ for (id_,) in rows}
        return self.filtered(lambda row: row.id in ids)

    def _note_trouble(self, troubles):
        """:param dict troubles: {row: text}; the other rows are well"""
        notes = self.env["crm.lineshopping.exception"]
        for row, text in troubles.items():
            notes._note_exception(row.shop_id, row.number, text)
        well = self.filtered(lambda row: row not in troubles)
        if well:
            notes._clear(well.shop_id, well.mapped("number"), "settle")

    @api.model
    def _trigger_settle(self):
        """Let the job work off what is dirty."""
        cron = self.env.ref(
            "crm_lineshopping_connector.crm_lineshopping_settle_cron", False
        )
        if cron:
            cron.sudo()._trigger()

    # -- sale orders -------------------------------------------------------------------

    def _settle_sales(self):
        """:return: {row: what staff should know}"""
        known = self.filtered(lambda row: row.has_items)
        if not known:
            return {}
        batch = SaleBatch(known.shop_id, known)
        parties = known._find_parties(batch)
        troubles = {}
        # Neither points nor messages nor another date: the row decides about points.
        with importing_orders(points=False):
            known.filtered("sale_order_id")._update_sales(batch, parties, troubles)
            known.filtered(lambda row: not row.sale_order_id)._create_sales(
                batch, parties
            )
            known._note_money()
            known._confirm_sales(batch)
        known._invoice_sales(batch)
        known._refund_sales(troubles)
        with importing_orders(points=False):
            known._cancel_sales(batch, troubles)
        known._tell_payment()
        return troubles

    def _create_sales(self, batch, parties):
        if not self:
            return
        sales = self.env["sale.order"].create(
            [row._prepare_sale(batch, *parties[row]) for row in self]
        )
        for row, sale in zip(self, sales, strict=True):
            row.write(
                {
                    "sale_order_id": sale.id,
                    "sale_hash": sale_plan.plan_hash(batch.lines[row]),
                    "sale_by_buyer": bool(row.partner_id),
                }
            )
            row._check_total(batch)

    def _prepare_sale(self, batch, partner, address):
        """:return: values of a sale.order"""
        shop = batch.shop
        documents = {}
        if "quotation_document_ids" in self.env["sale.order"]._fields:
            # Of a module that need not be there; its default costs a search each.
            documents = {"quotation_document_ids": []}
        return documents | {
            **self._sale_parties(partner, address),
            "lineshopping_order_id": self.id,
            "company_id": shop.company_id.id,
            "state": "sent",
            "date_order": self._get_sale_moment(),
            "client_order_ref": self.number,
            "origin": shop.name,
            "note": plaintext2html(batch.values[self]["remark_buyer"] or "") or False,
            "lineshopping_settled": (
                shop.invoicing == "none" or shop._is_history(self._get_sale_moment())
            ),
            "branch_id": shop.branch_id.id,
            "team_id": shop.team_id.id,
            "source_id": shop.source_id.id,
            "user_id": False,
            "pricelist_id": False,
            "fiscal_position_id": False,
            "payment_term_id": False,
            "validity_date": False,
            "require_signature": False,
            "require_payment": False,
            "order_line": self._prepare_lines(batch),
        }

    @api.model
    def _sale_parties(self, partner, address):
        return {
            "partner_id": partner.id,
            "partner_invoice_id": partner.id,
            "partner_shipping_id": address.id,
        }

    def _get_sale_moment(self):
        """:return: when the customer ordered, in UTC"""
        return self.checkout_at or self.paid_at or self.updated_at or self.create_date

    def _check_total(self, batch):
        """:raise ValueError: Odoo's total is not the one of LINE SHOPPING"""
        sale, total = (
            self.sale_order_id,
            sum(sale_plan.line_amount(line) for line in batch.lines[self]),
        )
        rounding = sale.currency_id.rounding
        if float_compare(sale.amount_total, float(total), precision_rounding=rounding):
            raise ValueError(f"{self.number}: {sale.amount_total} is not {total}")

    def _confirm_sales(self, batch):
        ready = self.filtered(
            lambda row: (
                row.sale_order_id.state in ("draft", "sent")
                and batch.wanted_state(row) == sale_plan.CONFIRMED
            )
        )
        quiet = ready.filtered(
            lambda row: (
                not batch.shop.make_deliveries
                or batch.shop._is_history(row._get_sale_moment())
            )
        )
        for rows, context in ((quiet, NO_STOCK), (ready - quiet, {})):
            if rows:
                rows.sale_order_id.with_context(**context).action_confirm()

    def _cancel_sales(self, batch, troubles):
        """Cancel what was cancelled there; what left the shop, or was invoiced, is for
        staff to decide about."""
        todo = self.filtered(
            lambda row: (
                batch.wanted_state(row) == sale_plan.CANCELLED
                and row.sale_order_id.state != "cancel"
            )
        )
        free = self.browse()
        for row in todo:
            text = row._why_not_cancelled()
            if text:
                troubles[row] = text
            else:
                free += row
        if free:
            free.sale_order_id._action_cancel()
            free.sale_cancelled = True

    def _why_not_cancelled(self):
        """:return: text, or None when the sale order may be cancelled"""
        sale = self.sale_order_id
        if sale.state == "sale" and any(
            line.qty_delivered > 0 and line.product_id.type != "service"
            for line in sale.order_line
        ):
            return self.env._(
                "Cancelled on LINE SHOPPING, but goods of %(order)s have left: take "
                "them back first.",
                order=sale.name,
            )
        posted = sale.invoice_ids.filtered(lambda move: move.state == "posted")
        left = sum(posted.mapped("amount_total_signed"))
        if not sale.currency_id.is_zero(left):
            return self.env._(
                "Cancelled on LINE SHOPPING, but %(order)s has an invoice: make a "
                "credit note first.",
                order=sale.name,
            )
        return None
