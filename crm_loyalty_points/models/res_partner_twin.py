from odoo import fields, models


class ResPartner(models.Model):
    """Members who may be another customer: they signed up with a phone number or
    e-mail address that the shop knows, and could not prove to be that customer.

    They are greeted with welcome points only when staff have decided that they are
    somebody else.
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
        "not the same: the welcome points wait until then.",
    )

    signup_photo_ids = fields.Many2many(
        "ir.attachment", string="Photos", compute="_compute_signup_photo_ids"
    )

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
        """Somebody else after all: the welcome points are given now."""
        self.check_access("write")
        self._settle_twin()

    def _settle_twin(self):
        partners = self.sudo().filtered("possible_twin_id")
        partners.possible_twin_id = False
        cards = self.env["loyalty.card"].sudo()
        cards = cards.search(
            [("partner_id", "in", partners.ids), ("is_member_card", "=", True)]
        )
        cards._post_welcome_points()
        shops = self.env["crm.shop"].sudo()
        for shop in shops.search([("profile_gift_points", ">", 0)]):
            partners.filtered(shop._get_member_card)._give_profile_gift(shop)


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    def _post_welcome_points(self):
        waiting = self.filtered(lambda card: card.partner_id.sudo().possible_twin_id)
        return super(LoyaltyCard, self - waiting)._post_welcome_points()
