import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_loyalty_points.models.loyalty_point_award_lapse import LOST_RACES

_logger = logging.getLogger(__name__)

BATCH = 100
CRON = "crm_lineshopping_connector.crm_lineshopping_cron_buyers"


class CrmLineshoppingOrder(models.Model):
    """Orders from before somebody joined, or gave a phone number, are found again: by
    one query over all of them, in the background."""

    _inherit = "crm.lineshopping.order"

    @api.model
    def _cron_match_buyers(self, limit=BATCH):
        """Give orders without a buyer to members who have joined meanwhile."""
        progress = self.env["ir.cron"]._commit_progress
        shops = self.env["crm.lineshopping.shop"].sudo()
        for shop in shops.search([("active", "=", True)]):
            after = 0
            while ids := self._find_matchable(shop, after, limit):
                after = ids[-1]
                try:
                    orders = self.sudo().browse(ids)
                    orders._settle_buyers()
                    orders._settle_points()
                    self.env.flush_all()
                except LOST_RACES:
                    # whoever was faster has settled them, or the next run does
                    self.env.cr.rollback()
                except Exception:
                    _logger.info("Buyers of LINE SHOPPING failed", exc_info=True)
                    self.env.cr.rollback()
                    self._leave_for_settling(ids)
                if not progress(len(ids)):
                    return

    @api.model
    def _leave_for_settling(self, ids):
        """One of these orders is in the way of the others: the job that settles what
        was left takes each by itself."""
        self.sudo().browse(ids).dirty = True
        self._trigger_settle()

    @api.model
    def _find_matchable(self, shop, after, limit):
        """:return: ids of orders, in order, that some member's phone number fits"""
        program = shop._get_program()
        if not program:
            return []
        self.env.flush_all()
        recent = SQL("TRUE")
        if shop.match_days:
            day = fields.Datetime.now() - timedelta(days=shop.match_days)
            recent = SQL("COALESCE(o.checkout_at, o.paid_at, now()) >= %s", day)
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM (%s) AS fit ORDER BY id LIMIT %s",
                self._sql_phone_fits(
                    shop, program, SQL("o.id > %s AND %s", after, recent)
                ),
                limit,
            )
        )
        return [id_ for (id_,) in rows]

    @api.model
    def _ask_for_buyers(self, partners):
        """Look again, soon, if there are orders that may be these customers'.

        :param partners: res.partner who joined, or whose phone number changed
        """
        customers = partners.sudo().commercial_partner_id
        phones = [phone for phone in customers.mapped("phone_sanitized") if phone]
        if not phones:
            return
        self.flush_model(["partner_id", "is_gift", "recipient_phone"])
        ((found,),) = self.env.execute_query(
            SQL(
                """SELECT EXISTS (SELECT FROM crm_lineshopping_order
                    WHERE partner_id IS NULL AND is_gift IS NOT TRUE
                      AND recipient_phone = ANY(%s))""",
                phones,
            )
        )
        cron = found and self.env.ref(CRON, raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _follow_new_cards(self, partners):
        """Customers whose orders are known became members: the points are theirs."""
        self.flush_model(["partner_id", "points_state", "dirty"])
        customers = partners.sudo().commercial_partner_id
        self.env.execute_query(
            SQL(
                """UPDATE crm_lineshopping_order SET dirty = TRUE
                    WHERE partner_id = ANY(%s) AND points_state = 'none'
                      AND NOT COALESCE(dirty, FALSE)
                RETURNING id""",
                customers.ids,
            )
        )
        self.invalidate_model(["dirty"], flush=False)
