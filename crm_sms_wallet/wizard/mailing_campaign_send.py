from odoo import fields, models


class MailingCampaignSend(models.TransientModel):
    """The last look at a campaign before it is sent: how many, when, and the cost."""

    _name = "mailing.campaign.send"
    _description = "Send a Campaign"

    mailing_id = fields.Many2one("mailing.mailing", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="mailing_id.company_id")
    currency_id = fields.Many2one(related="mailing_id.currency_id")
    mailing_type = fields.Selection(related="mailing_id.mailing_type")
    treated_count = fields.Integer(related="mailing_id.treated_count")
    holdout_count = fields.Integer(related="mailing_id.holdout_count")
    sms_parts = fields.Integer(related="mailing_id.sms_parts")
    sms_cost = fields.Monetary(related="mailing_id.sms_cost")
    credits_after = fields.Integer(related="mailing_id.credits_after")
    campaign_warnings = fields.Text(related="mailing_id.campaign_warnings")
    schedule_date = fields.Datetime(
        "Send On", related="mailing_id.schedule_date", readonly=True
    )
    not_before = fields.Datetime(related="mailing_id.not_before")

    def action_send(self):
        """Send it, now or when it is scheduled."""
        self.ensure_one()
        self.mailing_id._launch()
        return {"type": "ir.actions.act_window_close"}
