from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

ADDRESS = ("street", "street2", "subdistrict", "city", "zip")
RECENT_MINUTES = 10
FIELD_LENGTH = 128


class CrmShop(models.Model):
    """Where delivered rewards go, and what was redeemed a moment ago."""

    _inherit = "crm.shop"

    def _get_wish_key(self, partner, wish):
        """:return: idempotency key of what a member asked for: of no other member"""
        return f"member:{partner.id}:{wish}"

    def _get_redeemed_wish(self, partner, wish):
        """:return: loyalty.redemption that a wish made before, or an empty one"""
        return (
            self.env["loyalty.redemption"]
            .sudo()
            .search([("key", "=", self._get_wish_key(partner, wish))])
        )

    def _get_recent_redemption(self, partner, reward_id):
        """Whoever went back, or lost the network, looks whether it worked.

        :return: id of the latest redemption of a reward minutes ago, or False
        """
        start = fields.Datetime.now() - timedelta(minutes=RECENT_MINUTES)
        domain = self._get_own_redemption_domain(partner) & Domain(
            [
                ("reward_id", "=", reward_id),
                ("state", "=", "issued"),
                ("issued_at", ">", start),
            ]
        )
        redemptions = self.env["loyalty.redemption"].sudo()
        return redemptions.search(domain, limit=1).id

    # -- address -------------------------------------------------------------------

    def _get_member_address(self, partner):
        """:return: dict of the text parts of the delivery address and `state_id`"""
        address = self._get_delivery_address(partner)
        return {
            **{name: address[name] or "" for name in ADDRESS},
            "state_id": address.state_id.id,
            "state": address.state_id.name or "",
        }

    def _get_delivery_address(self, partner):
        return partner.browse(partner.address_get(["delivery"])["delivery"])

    def _get_address_states(self):
        """:return: list of (id, name) of the provinces to choose from"""
        return [(state.id, state.name) for state in self._get_provinces(order="name")]

    def _get_postcode_places(self, postcode):
        """:return: list of dicts of the places in the shop's country that have a
        postcode: `subdistrict`, `city` (the district) and `state_id`"""
        places = (
            self.env["crm.postcode"]
            .sudo()
            .search(
                [
                    ("postcode", "=", postcode),
                    ("state_id.country_id", "=", self._get_country().id),
                ]
            )
        )
        return [
            {
                "subdistrict": place.subdistrict,
                "city": place.district,
                "state_id": place.state_id.id,
            }
            for place in places
        ]

    def _take_member_address(self, partner, values):
        """Use the address that a member typed for a parcel; one that differs from the
        known one becomes a delivery address of the member.

        :param values: dict of what was typed
        :return: res.partner
        :raise UserError: no street or town
        """
        typed = self._read_address(values)
        if not typed["street"] or not (typed["city"] or typed["zip"]):
            raise UserError(
                self.env._("Where shall we send it? Fill in the street and the town.")
            )
        known = self._get_delivery_address(partner)
        current = {name: known[name] or "" for name in ADDRESS}
        current["state_id"] = known.state_id.id
        if typed == current:
            return known
        same = partner.child_ids.filtered(
            lambda child: (
                child.type == "delivery"
                and all((child[name] or "") == typed[name] for name in ADDRESS)
                and child.state_id.id == typed["state_id"]
            )
        )
        return same[:1] or self._add_delivery_address(partner, typed)

    def _add_delivery_address(self, partner, typed):
        if not partner.street and not partner.city:
            partner.write({**typed, "country_id": self._get_country().id})
            return partner
        return partner.create(
            {
                **typed,
                "parent_id": partner.id,
                "type": "delivery",
                "name": partner.name,
                "phone": partner.phone,
                "country_id": self._get_country().id,
                "company_id": partner.company_id.id,
            }
        )

    def _read_address(self, values):
        """:param values: dict of what was typed in a form
        :return: dict of the parts, texts cut and trimmed; `state_id` is an id of a
            province of the shop's country or False"""
        parts = {
            name: (values.get(name) or "").strip()[:FIELD_LENGTH] for name in ADDRESS
        }
        known = {str(id_) for id_, _name in self._get_address_states()}
        state = values.get("state_id") or ""
        parts["state_id"] = int(state) if state in known else False
        return parts
