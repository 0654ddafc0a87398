from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.notify import NotifyChannel

from ..tools.queue_api import E164


class ResPartner(models.Model):
    """SMS, as a way to reach customers with notices and one-time codes."""

    _inherit = "res.partner"

    @api.model
    def _crm_notify_channels(self):
        channels = super()._crm_notify_channels()
        if not self.env["crm.sms.gateway"]._of_company(self.env.company):
            # a shop that cannot send SMS has no such channel to choose
            return channels
        return {
            **channels,
            "sms": NotifyChannel(
                self.env._("SMS"),
                available=lambda partners: partners.filtered("phone_sanitized"),
                send=self._crm_send_sms,
                address_kind="phone",
                send_to=self._crm_send_sms_to,
            ),
        }

    @api.model
    def _crm_send_sms(self, partners, notice):
        """:return: the partners whose message is in the queue"""
        stopped = set()
        company = self.env.company
        if notice.purpose != "service":
            numbers = partners.mapped("phone_sanitized")
            stopped = self.env["crm.sms.stop"].sudo()._stopped_among(company, numbers)
        taken = partners.filtered(
            lambda p: (
                E164.fullmatch(p.phone_sanitized or "")
                and p.phone_sanitized not in stopped
                and notice.texts[p.id]
            )
        )
        self.env["sms.delivery"]._queue(
            [
                {
                    "company_id": company.id,
                    "partner_id": partner.id,
                    "number": partner.phone_sanitized,
                    "text": notice.texts[partner.id],
                    "purpose": (
                        "service" if notice.purpose == "service" else "marketing_sms"
                    ),
                    "res_model": notice.res_model or False,
                    "res_id": notice.res_id or False,
                }
                for partner in taken
            ]
        )
        return taken

    @api.model
    def _crm_send_sms_to(self, address, text, notice):
        """:return: whether a code for a number is in the queue; not when the number or
        the shop has had its share of today"""
        company = self.env.company
        if not E164.fullmatch(address or "") or not text:
            return False
        if self._crm_codes_used_up(company, address):
            return False
        self.env["sms.delivery"]._queue(
            [
                {
                    "company_id": company.id,
                    "number": address,
                    "text": text,
                    "purpose": "code",
                    "res_model": notice.res_model or False,
                    "res_id": notice.res_id or False,
                }
            ]
        )
        return True

    @api.model
    def _crm_codes_used_up(self, company, number):
        """One request after the other, so that none overlooks what another one sends.

        :return: whether a number, or all together, had enough codes in 24 hours
        :raises SerializationFailure: another request was faster; repeated, it counts
            what that one has sent
        """
        self._crm_take_turn(company)
        self.env["sms.delivery"].flush_model()
        company = company.sudo()
        ((of_number, of_all),) = self.env.execute_query(
            SQL(
                """SELECT count(*) FILTER (WHERE number = %s), count(*)
                     FROM sms_delivery
                    WHERE purpose = 'code' AND company_id = %s AND queued_at > %s""",
                number,
                company.id,
                fields.Datetime.now() - timedelta(days=1),
            )
        )
        return (
            of_number >= company.sms_codes_per_number
            or of_all >= company.sms_codes_per_day
        )

    @api.model
    def _crm_take_turn(self, company):
        """A lock alone would not do: whoever waited for it would still count what was
        there when his own transaction began. Of a row that has changed since,
        PostgreSQL lets only a new transaction write a new version."""
        company.flush_recordset()
        self.env.cr.execute(
            SQL(
                """UPDATE res_company SET sms_code_asked_at = now() AT TIME ZONE 'UTC'
                    WHERE id = %s""",
                company.id,
            )
        )
        company.invalidate_recordset(["sms_code_asked_at"])
