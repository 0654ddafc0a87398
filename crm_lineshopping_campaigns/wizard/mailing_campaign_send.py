from odoo import fields, models


class MailingCampaignSend(models.TransientModel):
    _inherit = "mailing.campaign.send"

    line_cost = fields.Monetary(related="mailing_id.line_cost")
    line_limited = fields.Boolean(related="mailing_id.line_limited")
    line_left_after = fields.Integer(related="mailing_id.line_left_after")
    sms_messages = fields.Integer(related="mailing_id.sms_messages")
