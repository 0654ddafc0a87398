import base64
import hashlib

from psycopg2.errors import UniqueViolation

from odoo import fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL
from odoo.tools.mimetypes import guess_mimetype

from ..tools import promptpay
from .crm_sms_topup import MANAGER

MAX_SLIP = 5 * 1024 * 1024
SLIPS = {"image/png", "image/jpeg", "image/webp", "application/pdf"}


class CrmSmsTopup(models.Model):
    """Paid by transfer: the buyer shows the slip, and the seller's staff checks once
    that the money is there."""

    _inherit = "crm.sms.topup"

    slip = fields.Binary(attachment=True, readonly=True, copy=False)
    slip_name = fields.Char(readonly=True, copy=False)
    # of a slip that waits or was accepted; a refused one may be sent again
    slip_hash = fields.Char(readonly=True, copy=False)
    transferred_on = fields.Date(readonly=True, copy=False)
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    submitted_at = fields.Datetime(readonly=True, copy=False)
    checked_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    checked_at = fields.Datetime(readonly=True, copy=False)
    refusal = fields.Char(readonly=True, copy=False, tracking=True)

    _slip_uniq = models.UniqueIndex(
        "(seller_company_id, slip_hash)"
        " WHERE slip_hash IS NOT NULL AND state <> 'refused'",
        "This slip was already used for a top-up.",
    )

    def _promptpay_payload(self):
        """:return: text of the QR code, None when the seller has no PromptPay"""
        self.ensure_one()
        number = self.seller_company_id.sms_promptpay
        if not number or self.currency_id.name != "THB":
            return None
        return promptpay.payload(number, self.amount)

    def _submit_slip(self, name, data, transferred_on=None):
        """Keep the slip of a transfer and ask the seller's staff to check it.

        :param data: bytes of the file
        :raises UserError: no picture and no PDF, too large, or used before
        :raises ConcurrencyError: used at this moment; a request repeats itself, and
            then finds it
        """
        self.ensure_one()
        if self.state not in ("draft", "refused"):
            raise UserError(self.env._("The slip of this top-up was already sent."))
        if not data or len(data) > MAX_SLIP or guess_mimetype(data) not in SLIPS:
            raise UserError(
                self.env._("Send the slip as a picture or PDF of at most 5 MB.")
            )
        digest = hashlib.sha256(data).hexdigest()
        used = self.search_count(
            [
                ("slip_hash", "=", digest),
                ("seller_company_id", "=", self.seller_company_id.id),
                ("state", "in", ("waiting", "done")),
                ("id", "!=", self.id),
            ]
        )
        if used:
            raise UserError(self.env._("This slip was already used for a top-up."))
        self._keep_slip(
            {
                "slip": base64.b64encode(data),
                "slip_name": name,
                "slip_hash": digest,
                "transferred_on": transferred_on or fields.Date.context_today(self),
            }
        )
        self._ask_seller()

    def _keep_slip(self, values):
        """:raises ConcurrencyError: another top-up has just got the same slip"""
        try:
            self.write(
                {
                    **values,
                    "submitted_by_id": self.env.user.id,
                    "submitted_at": fields.Datetime.now(),
                    "state": "waiting",
                    "refusal": False,
                }
            )
            self.flush_recordset()
        except UniqueViolation as error:
            raise ConcurrencyError("The same slip is being sent") from error

    def _ask_seller(self):
        """Give the seller's managers, but not who asked, an activity."""
        managers = (
            self.env.ref(MANAGER)
            .sudo()
            .all_user_ids.filtered(
                lambda user: (
                    user.active
                    and self.seller_company_id in user.company_ids
                    and user not in self.requested_by_id + self.submitted_by_id
                )
            )
        )
        for user in managers:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=self.with_context(lang=user.lang).env._(
                    "Check the slip of %(company)s: %(amount)s",
                    company=self.company_id.name,
                    amount=f"{self.amount:,}",
                ),
            )

    def action_approve(self):
        """The money has arrived: put it into the buyer's wallet."""
        topup = self._check_seller_staff()
        topup._leave_waiting("done")
        entry = topup.wallet_id._topup(
            f"topup:{topup.id}", topup.amount, reason="transfer", source=topup
        )
        topup._is_paid(entry)
        topup.entry_id = entry

    def action_refuse(self):
        """The money is not there: the buyer may send another slip."""
        topup = self._check_seller_staff()
        topup._leave_waiting("refused")
        topup.write(
            {
                "refusal": self.env._("The transfer was not found."),
                # it may be paid by card later: that does not make the slip a used one
                "slip_hash": False,
            }
        )

    def _check_seller_staff(self):
        """:return: self, sudo
        :raises AccessError: the user is no manager of the seller
        :raises UserError: the user asked for the money"""
        self.ensure_one()
        self.check_access("read")
        topup = self.sudo()
        self._check_manages(topup.seller_company_id)
        if self.env.user in topup.requested_by_id + topup.submitted_by_id:
            raise UserError(
                self.env._("Somebody else must check a slip that you have sent.")
            )
        return topup

    def _leave_waiting(self, state):
        """Decide once: a second decision, however close, is refused."""
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """UPDATE crm_sms_topup
                      SET state = %s, checked_by_id = %s,
                          checked_at = now() AT TIME ZONE 'UTC'
                    WHERE id = %s AND state = 'waiting' RETURNING id""",
                state,
                self.env.uid,
                self.id,
            )
        )
        self.invalidate_recordset()
        if not rows:
            raise UserError(self.env._("No slip of this top-up waits to be checked."))
        self.activity_unlink(["mail.mail_activity_data_todo"])
