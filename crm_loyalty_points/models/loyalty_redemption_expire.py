import logging

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.local_day import local_today
from .loyalty_point_award_lapse import LOST_RACES

_logger = logging.getLogger(__name__)

EXPIRE_BATCH = 500


class LoyaltyRedemption(models.Model):
    """Rewards that were not used in time. The job may be late: from the company's
    midnight on nobody can use them."""

    _inherit = "loyalty.redemption"

    @api.model
    def _get_due_domain(self):
        """:return: Domain of the rewards whose last day has passed where the shop is"""
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        return Domain("state", "=", "issued") & Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("valid_until", "<", local_today(self.env, company))
            for company in companies.search([])
        )

    def _expire(self):
        """Let these expire now; codes that are being used are left for later.

        :return: those that expired
        """
        held = self.coupon_id._hold("redemption:expire")
        todo = self.filtered(
            lambda each: each.state == "issued" and each.coupon_id not in held
        )
        # used at this moment by somebody else
        todo.coupon_id.invalidate_recordset(["points"])
        todo = todo.filtered(
            lambda each: not each.coupon_id or each.coupon_id.points >= 0.995
        )
        todo.write({"state": "expired", "closed_at": fields.Datetime.now()})
        todo._close_coupon()
        returning = todo.filtered(lambda each: each.expiry_points == "return")
        if returning:
            returning._return_points("reward_expired")
        todo._return_stock()
        return todo

    @api.model
    def _cron_expire(self, batch=EXPIRE_BATCH):
        """Let all that is due expire, in batches that are committed one by one.

        When somebody was quicker the batch is rolled back and made smaller, down to the
        one reward, which is left to the next run.
        """
        progress = self.env["ir.cron"]._commit_progress
        due = self._get_due_domain()
        seconds = progress(remaining=self.search_count(due))
        size, skipped = batch, []
        while seconds:
            found = self.search(
                due & Domain("id", "not in", skipped), limit=size, order="id"
            )
            if not found:
                break
            ids = found.ids
            try:
                expired = found._expire()
                self.env.flush_all()
            except LOST_RACES:
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                if size == 1:
                    skipped += ids
                size = max(1, size // 10)
                continue
            skipped += (found - expired).ids
            seconds = progress(len(ids))
            size = min(batch, size * 10)
        if skipped:
            _logger.info("rewards to expire later: %d are in use", len(skipped))
        self.env["loyalty.reward"].search([("low_stock", ">", 0)])._warn_low_stock()
