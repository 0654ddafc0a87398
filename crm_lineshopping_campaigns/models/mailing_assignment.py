from odoo import api, fields, models


class MailingAssignment(models.Model):
    """Why a chosen customer gets no message by LINE."""

    _inherit = "mailing.assignment"

    skip_reason = fields.Selection(
        selection_add=[
            ("not_linked", "No LINE account linked"),
            ("not_friend", "No friend on LINE, or has blocked us"),
        ],
        ondelete={"not_linked": "cascade", "not_friend": "cascade"},
    )


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    @api.model
    def _skip_groups(self):
        groups = dict(super()._skip_groups())
        groups["skipped_no_address"] += ("not_linked",)
        groups["skipped_bad_address"] += ("not_friend",)
        return groups
