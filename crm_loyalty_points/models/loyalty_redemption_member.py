from odoo import models


class LoyaltyRedemption(models.Model):
    """What a member sees of a redeemed reward."""

    _inherit = "loyalty.redemption"

    def _get_member_view(self):
        """All that a page for the member shows, and nothing else of the record.

        :return: dict: `id`, `reward`, `image` (link or False), `terms`, `kind`,
            `state` and `state_text`, `points`, `redeemed_on` (date), `valid_until`
            (date or False), `used_on` (date or False), `branch`; `code`, `platform`,
            `link`, `how_to` while the code can be used; `parcel` (False, or dict of
            `state`, `state_text`, `carrier`, `number`, `link`, `address`)
        """
        self.ensure_one()
        redemption = self.sudo()
        reward = redemption.reward_id
        usable = redemption.state == "issued"
        company = redemption.company_id
        return {
            "id": redemption.id,
            "reward": reward._get_condition_name(),
            "image": reward.image_512
            and f"/web/image/loyalty.reward/{reward.id}/image_512",
            "terms": reward.terms or "",
            "kind": redemption.fulfilment,
            "state": redemption.state,
            "state_text": redemption._get_text("state"),
            "points": redemption.points,
            "redeemed_on": redemption.date,
            "valid_until": redemption.valid_until,
            "used_on": redemption.used_at
            and company._get_local_moment(redemption.used_at).date(),
            "branch": redemption.branch_id.name or "",
            "code": usable and redemption.code or "",
            "platform": reward.platform or "",
            "link": reward.platform_link or "",
            "how_to": usable and reward.how_to or "",
            "parcel": redemption.fulfilment == "delivery"
            and redemption._get_parcel_view(),
        }

    def _get_parcel_view(self):
        """:return: see `_get_member_view`"""
        address = self.order_id.partner_shipping_id
        return {
            "state": self.parcel_state,
            "state_text": self._get_text("parcel_state"),
            "carrier": self.carrier or "",
            "number": self.tracking_number or "",
            "link": self.tracking_link or "",
            "address": address._display_address() if address else "",
        }

    def _get_text(self, name):
        """:return: the words for a choice, in the user's language"""
        choices = dict(self._fields[name]._description_selection(self.env))
        return choices.get(self[name], "")
