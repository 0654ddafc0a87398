from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    privacy_days = fields.Integer(
        "Privacy Requests Due After",
        default=30,
        prefetch="privacy",
        help="Days in which a privacy request is to be answered.",
    )
    privacy_remind_days = fields.Integer(
        "Reminder Before Due",
        default=7,
        prefetch="privacy",
        help="Days before a privacy request is due when the responsible is reminded.",
    )
    privacy_user_id = fields.Many2one(
        "res.users",
        "Responsible for Privacy",
        prefetch="privacy",
        help="New privacy requests are for this user; empty: for whoever enters them.",
    )

    _privacy_days_range = models.Constraint(
        "CHECK(privacy_days IS NULL OR privacy_days BETWEEN 1 AND 365)",
        "Privacy requests are due after 1 to 365 days.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    privacy_days = fields.Integer(related="company_id.privacy_days", readonly=False)
    privacy_remind_days = fields.Integer(
        related="company_id.privacy_remind_days", readonly=False
    )
    privacy_user_id = fields.Many2one(
        related="company_id.privacy_user_id", readonly=False
    )
