from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# How gateways say that the reader told the operator to block advertising (*137 in
# Thailand), or answered STOP: BLOCKED_MKT, barred number, 21610 and the like.
BLOCKED = (
    r"blocked_mkt|barred|blacklist|do.not.disturb|\mdnd\M|opt(ed)?[ _-]?out"
    r"|unsubscribed|\m21610\M"
)
CRON_DAYS = 7


class CrmSmsStop(models.Model):
    """Numbers that the operators block: what is sent to them is paid for nothing, and
    their owners have said no."""

    _inherit = "crm.sms.stop"

    @api.model
    def _import_blocked(self, companies, since=None):
        """Put the numbers that operators refused advertising for on the lists.

        A number that staff took off the list after the refusal stays off.

        :param since: naive UTC: messages of before are left alone; None: of all times
        :return: number of numbers
        """
        self.env["sms.delivery"].flush_model()
        self.flush_model()
        failed_at = SQL("COALESCE(d.failed_at, d.sent_at, d.queued_at)")
        rows = self.env.execute_query(
            SQL(
                """SELECT d.company_id, array_agg(DISTINCT d.number)
                     FROM sms_delivery d
                    WHERE d.company_id = ANY(%(companies)s)
                      AND d.state IN ('failed', 'refused')
                      AND d.purpose = 'marketing_sms'
                      AND d.number ~ '^\\+[1-9][0-9]{6,14}$'
                      AND concat_ws(' ', d.failure_type, d.failure_text) ~* %(blocked)s
                      AND (%(since)s::timestamp IS NULL OR %(at)s >= %(since)s)
                      AND NOT EXISTS (
                          SELECT FROM crm_sms_stop s
                           WHERE s.company_id = d.company_id AND s.number = d.number
                             AND (s.active IS TRUE OR s.lifted_at >= %(at)s))
                 GROUP BY d.company_id""",
                companies=companies.ids,
                blocked=BLOCKED,
                since=since,
                at=failed_at,
            )
        )
        for company_id, numbers in rows:
            company = companies.browse(company_id)
            reason = self.env._("Refused by the operator")
            self.sudo()._stop(company, numbers, "operator", reason)
        return sum(len(numbers) for _company_id, numbers in rows)

    @api.model
    def _cron_import_blocked(self):
        companies = self.env["res.company"].sudo().search(Domain.TRUE)
        since = fields.Datetime.now() - timedelta(days=CRON_DAYS)
        self._import_blocked(companies, since)

    @api.model
    def action_import_blocked(self):
        """Button of the list.

        :return: what to tell the user
        """
        self.check_access("create")
        count = self._import_blocked(self.env.companies)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Numbers added: %(count)s.", count=count),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
