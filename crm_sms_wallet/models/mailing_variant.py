from odoo import api, fields, models


class MailingVariant(models.Model):
    """One of several texts of a campaign, with its share of the recipients."""

    _name = "mailing.variant"
    _description = "Text of a Campaign"
    _order = "mailing_id, letter, id"
    _rec_name = "letter"

    mailing_id = fields.Many2one(
        "mailing.mailing", "Campaign", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="mailing_id.company_id", store=True)
    letter = fields.Char(required=True, readonly=True, default="A", copy=True)
    text = fields.Text(required=True)
    share = fields.Float(
        "Share (%)", digits=(6, 2), default=50, help="Of those who get a message."
    )

    _letter_unique = models.UniqueIndex("(mailing_id, letter)")
    _share_check = models.Constraint(
        "CHECK (share > 0 AND share <= 100)", "A share is more than 0 percent."
    )

    @api.model_create_multi
    def create(self, vals_list):
        """The letters follow the order in which the texts are written."""
        taken = {}
        for vals in vals_list:
            mailing = self.env["mailing.mailing"].browse(vals.get("mailing_id"))
            letters = taken.setdefault(
                mailing.id, set(mailing.variant_ids.mapped("letter"))
            )
            free = (chr(c) for c in range(ord("A"), ord("Z") + 1))
            vals["letter"] = next(c for c in free if c not in letters)
            letters.add(vals["letter"])
        variants = super().create(vals_list)
        variants.mailing_id._recipients_changed()
        return variants

    def write(self, vals):
        result = super().write(vals)
        self.mailing_id._recipients_changed()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_marks_stale(self):
        self.mailing_id._recipients_changed()
