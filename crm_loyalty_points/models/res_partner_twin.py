from odoo import api, fields, models

# Reasons of entries that each customer gets once in a programme.
GIFTS = ("welcome", "profile_gift")


class ResPartner(models.Model):
    """Members who may be another customer: they signed up with a phone number or
    e-mail address that the shop knows, and could not prove to be that customer.

    They get and see exactly what newcomers do: whoever types a number learns nothing of
    the customer it belongs to. What the two were given twice is taken back when staff
    merge them.
    """

    _inherit = "res.partner"

    possible_twin_id = fields.Many2one(
        "res.partner",
        "Perhaps the Same as",
        copy=False,
        readonly=True,
        prefetch="profile",
        index="btree_not_null",
        ondelete="set null",
        help="Signed up with the phone number or e-mail address of this customer, "
        "without a proof of being the same person. Merge the two, or say that they are "
        "not the same. Merged, they keep one welcome.",
    )
    phone_unproven = fields.Boolean(
        "Phone Not Proven",
        copy=False,
        readonly=True,
        prefetch="profile",
        help="The customer typed this phone number on a page and did not prove it by "
        "a code, so nobody can log in with it. Staff who enter a number say that it is "
        "right.",
    )

    signup_photo_ids = fields.Many2many(
        "ir.attachment", string="Photos", compute="_compute_signup_photo_ids"
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.user._is_internal():
            vals_list = [
                {"phone_unproven": bool(vals.get("phone")), **vals}
                for vals in vals_list
            ]
        return super().create(vals_list)

    def write(self, vals):
        if "phone" in vals:
            vals = {"phone_unproven": not self.env.user._is_internal(), **vals}
        return super().write(vals)

    def _compute_signup_photo_ids(self):
        attachments = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", self._origin.ids),
                ("description", "=like", "crm.signup.question,%"),
            ]
        )
        for partner in self:
            partner.signup_photo_ids = attachments.filtered(
                lambda photo, id_=partner._origin.id: photo.res_id == id_
            )

    def action_merge_twin(self):
        """:return: action that opens Odoo's merge of the two customers"""
        self.ensure_one()
        pair = self | self.possible_twin_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge Customers"),
            "res_model": "base.partner.merge.automatic.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "active_model": "res.partner",
                "active_ids": pair.ids,
                "default_dst_partner_id": self.possible_twin_id.id,
            },
        }

    def action_not_twin(self):
        """Somebody else after all."""
        self.check_access("write")
        self.sudo().possible_twin_id = False


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    def _take_second_gifts(self):
        """Of the gifts that are given once, take back all but the first, from these
        cards of one person in one programme. What was spent already becomes a debt."""
        entries = self.env["loyalty.point.entry"].sudo()
        for gift in GIFTS:
            given = entries.search(
                [
                    ("card_id", "in", self.ids),
                    ("reason", "=", gift),
                    ("points", ">", 0),
                    ("kind", "in", ("welcome", "bonus")),
                ],
                order="id",
            )
            for entry in given[1:]:
                entry._reverse(f"second_gift:{entry.id}", reason="second_gift")
