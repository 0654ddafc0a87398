from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmPrivacyErase(models.TransientModel):
    """What an erasure will do, shown before it is confirmed."""

    _name = "crm.privacy.erase"
    _description = "Erase Personal Data"

    request_id = fields.Many2one(
        "crm.privacy.request", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="request_id.partner_id")
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    blockers = fields.Html(compute="_compute_preview", sanitize=False)
    warnings = fields.Html(compute="_compute_preview", sanitize=False)
    expected = fields.Char(compute="_compute_expected")
    typed = fields.Char("Type It Here")

    @api.depends("request_id")
    def _compute_preview(self):
        for wizard in self:
            wizard.request_id._check_may_handle()
            partner = wizard.partner_id
            wizard.blockers = self._as_list(partner._crm_erase_blockers())
            wizard.warnings = self._as_list(partner._crm_erase_warnings())
            wizard.preview = wizard.request_id._holdings_table(with_fate=True)

    @api.model
    def _as_list(self, texts):
        return Markup("<br/>").join(texts) if texts else False

    @api.depends("partner_id")
    def _compute_expected(self):
        """The member number, which nobody types by accident."""
        for wizard in self:
            partner = wizard.partner_id.commercial_partner_id
            wizard.expected = partner.member_number or partner.name

    def action_erase(self):
        """Erase for good."""
        self.ensure_one()
        typed = " ".join((self.typed or "").split()).casefold()
        if not typed or typed != " ".join((self.expected or "").split()).casefold():
            raise UserError(
                self.env._("Type %(text)s to erase the data.", text=self.expected)
            )
        request = self.request_id
        self.typed = False
        request._erase()
        return {
            "type": "ir.actions.act_window",
            "res_model": request._name,
            "res_id": request.id,
            "view_mode": "form",
            "target": "current",
        }
