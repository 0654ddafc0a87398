from odoo import api, fields, models

# Why a chosen customer gets no message. "none": nothing stands against it.
SKIP_REASONS = [
    ("none", "None"),
    ("no_number", "No phone number"),
    ("bad_number", "Number that takes no SMS"),
    ("no_email", "No e-mail address"),
    ("bad_email", "E-mail address that cannot be right"),
    ("opted_out", "Has not agreed"),
    ("stopped", "Has asked to stop"),
    ("blacklisted", "On the blacklist"),
    ("duplicate", "Same number as another customer"),
    ("deleted", "Deleted or archived since"),
]


class MailingAssignment(models.Model):
    """What a campaign has in mind for one customer, noted before anything is sent;
    written by SQL only.

    One row per chosen customer: of those without a reason to skip them, the arm
    ``treated`` gets the message and the arm ``holdout`` does not, so that both can be
    compared later. The arm depends on the customer and the salt of the campaign alone:
    whoever prepares again finds the same people in it.
    """

    _name = "mailing.assignment"
    _description = "Recipient of a Campaign"
    _order = "id"
    _log_access = False
    _rec_name = "partner_id"

    mailing_id = fields.Many2one(
        "mailing.mailing", "Campaign", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index=True, ondelete="set null"
    )
    arm = fields.Selection(
        [("treated", "Gets it"), ("holdout", "Hold-out")], required=True, readonly=True
    )
    variant = fields.Char(readonly=True, help="Letter of the text, if several.")
    number = fields.Char("Phone or E-mail", readonly=True)
    skip_reason = fields.Selection(
        SKIP_REASONS, "Skipped Because", required=True, readonly=True, default="none"
    )
    code = fields.Char("Coupon Code", readonly=True)
    state = fields.Selection(
        [
            ("get", "Gets it"),
            ("holdout", "Held out"),
            ("skipped", "Skipped"),
        ],
        compute="_compute_state",
    )

    _partner_unique = models.UniqueIndex(
        "(mailing_id, partner_id)", "A customer is chosen once for a campaign."
    )
    _state_idx = models.Index("(mailing_id, skip_reason, arm)")

    @api.depends("arm", "skip_reason")
    def _compute_state(self):
        for row in self:
            reached = "holdout" if row.arm == "holdout" else "get"
            row.state = reached if row.skip_reason == "none" else "skipped"
