import logging

import psycopg2

from odoo import api, models

from odoo.addons.crm_segments.tools.local_date import local_today

_logger = logging.getLogger(__name__)


class CrmSmsWallet(models.Model):
    """Credits end after their last day, at midnight where the company is."""

    _inherit = "crm.sms.wallet"

    @api.model
    def _cron_expire(self):
        """Take what has ended from each wallet. A lost race is left to the next run:
        nothing that has ended can be held meanwhile."""
        lots = self.env["crm.sms.credit.lot"].sudo()
        lots = lots.search([("remaining", ">", 0), ("expires_on", "!=", False)])
        ended = lots.filtered(
            lambda lot: lot.expires_on < local_today(self.env, lot.company_id)
        )
        for wallet in ended.wallet_id:
            try:
                wallet._expire()
                self.env["ir.cron"]._commit_progress(1)
            except psycopg2.OperationalError as error:
                _logger.info("Wallet %s is in use: %s", wallet.id, error)
                self.env.cr.rollback()
