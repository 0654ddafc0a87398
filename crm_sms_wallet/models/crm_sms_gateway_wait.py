from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

FIRST_WAIT, LONGEST_WAIT = 30, 3600  # seconds


class CrmSmsGateway(models.Model):
    """A gateway in trouble (no credit, login refused, not there) gets a rest: its
    messages go by the next one or wait, and none is lost."""

    _inherit = "crm.sms.gateway"

    waits_until = fields.Datetime("Tried Again On", readonly=True, copy=False)
    wait_count = fields.Integer(readonly=True, copy=False)
    wait_reason = fields.Char("Why It Rests", readonly=True, copy=False)

    @api.model
    def _of_company(self, company):
        """:return: the gateways of a company (superuser), the first to try first"""
        return self.sudo().search([("company_id", "=", company.id)])

    def _ready(self):
        """:return: those of these gateways that are not at rest"""
        now = fields.Datetime.now()
        return self.filtered(lambda g: not g.waits_until or g.waits_until <= now)

    def _failure_type(self, word):
        """:return: what Odoo calls a word of refusal of this gateway"""
        _label, gateway_api = self._api_classes()[self.provider]
        return gateway_api.PROVIDER_TO_SMS_FAILURE_TYPE.get(word, "sms_server")

    def _rest(self, reason):
        """Try this gateway again after a while, each time a longer one."""
        self.ensure_one()
        seconds = min(FIRST_WAIT * 2 ** min(self.wait_count, 10), LONGEST_WAIT)
        until = fields.Datetime.now() + timedelta(seconds=seconds)
        self._set_wait(until, self.wait_count + 1, reason)
        self.env["sms.delivery"]._wake_sender({until})

    def _works(self):
        """It has taken a message."""
        if self.wait_count or self.waits_until:
            self._set_wait(None, 0, None)

    def _set_wait(self, until, count, reason):
        # By SQL: the record is edited by people, whose changes are tracked and whose
        # form would find a newer version.
        self.env.cr.execute(
            SQL(
                """UPDATE crm_sms_gateway
                      SET waits_until = %s, wait_count = %s, wait_reason = %s
                    WHERE id = %s""",
                until,
                count,
                reason,
                self.id,
            )
        )
        self.invalidate_recordset(["waits_until", "wait_count", "wait_reason"])

    def action_try_now(self):
        """What was wrong is mended: do not wait any longer."""
        if not self.env.user.has_group("crm_segments.crm_segments_group_manager"):
            raise AccessError(self.env._("Managers decide about gateways."))
        self.check_access("write")
        for gateway in self:
            gateway._set_wait(None, 0, None)
        self.env["sms.delivery"]._wake_sender()
        return True
