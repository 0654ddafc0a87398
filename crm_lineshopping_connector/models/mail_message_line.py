from odoo import api, fields, models

from odoo.addons.mail.tools.discuss import Store


class MailMessage(models.Model):
    """What became of an answer on LINE, where it stands in Discuss."""

    _inherit = "mail.message"

    line_delivery = fields.Json(
        compute="_compute_line_delivery",
        compute_sudo=True,
        help="Row, state and failure of the message to LINE.",
    )

    @api.depends("model", "res_id")
    def _compute_line_delivery(self):
        of_channels = self.filtered(lambda message: message.model == "discuss.channel")
        deliveries = {}
        if of_channels.ids:
            self.env["crm.line.message"].flush_model()
            deliveries = self.env["crm.line.message"]._get_deliveries(of_channels)
        for message in self:
            message.line_delivery = deliveries.get(message.id, False)

    def _to_store_defaults(self, target):
        return [
            *super()._to_store_defaults(target),
            Store.Attr(
                "line_delivery",
                predicate=lambda message: (
                    message.channel_id.sudo().channel_type == "line"
                ),
            ),
        ]
