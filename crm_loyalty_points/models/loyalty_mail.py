from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache


class LoyaltyMail(models.Model):
    """One more occasion to write to members: their points are about to end."""

    _inherit = "loyalty.mail"

    trigger = fields.Selection(
        selection_add=[("lapse", "Before Points End")], ondelete={"lapse": "cascade"}
    )
    lapse_days = fields.Integer(
        "Days Before",
        default=30,
        help="Several notices of a programme have different numbers of days. Each is "
        "sent once per card and day on which points end.",
    )
    lapse_channel = fields.Selection(
        [
            ("email", "E-mail"),
            ("message", "SMS or LINE, else e-mail"),
        ],
        string="Sent By",
        default="email",
        required=True,
    )
    lapse_text = fields.Text(
        "Short Message",
        translate=True,
        default=lambda self: self._default_lapse_text(),
        help="For SMS and LINE. Placeholders: {call_name}, {points_ending}, "
        "{points_end_date}, {points}, {shop}.",
    )

    _lapse_days_uniq = models.UniqueIndex(
        "(program_id, lapse_days) WHERE trigger = 'lapse' AND active",
        "There is a notice for this number of days already.",
    )

    @api.model
    def _default_lapse_text(self):
        return self.env._(
            "{shop}: {points_ending} of your points end on {points_end_date}."
        )

    @api.onchange("trigger")
    def _onchange_trigger(self):
        if self.trigger == "lapse" and not self.mail_template_id:
            self.mail_template_id = self.env.ref(
                "crm_loyalty_points.mail_template_points_ending", False
            )

    @api.constrains("trigger", "lapse_days", "lapse_text", "lapse_channel")
    def _check_lapse(self):
        for notice in self.filtered(lambda notice: notice.trigger == "lapse"):
            if not 0 < notice.lapse_days <= 3650:
                raise ValidationError(
                    self.env._("A notice is sent a day before points end, or earlier.")
                )
            if notice.lapse_channel == "message" and not notice.lapse_text:
                raise ValidationError(self.env._("The notice has no short message."))
            self.env["res.partner"]._crm_check_placeholders(notice.lapse_text)

    @api.model_create_multi
    def create(self, vals_list):
        mails = super().create(vals_list)
        self.env.registry.clear_cache()
        return mails

    def write(self, vals):
        res = super().write(vals)
        self.env.registry.clear_cache()
        return res

    def unlink(self):
        res = super().unlink()
        self.env.registry.clear_cache()
        return res

    @api.model
    @ormcache()
    def _get_milestone_programs(self):
        """Asked at each posting, and seldom changed.

        :return: frozenset of ids of the programmes that write to members whose points
            reach a number
        """
        mails = self.sudo().search([("trigger", "=", "points_reach")])
        return frozenset(mails.program_id.ids)
