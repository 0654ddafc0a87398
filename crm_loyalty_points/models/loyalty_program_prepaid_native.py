from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.prepaid_guard import building_prepaid, prepaid_is_built

# What a change of shows in the native records.
BUILDING_FIELDS = {
    "name",
    "active",
    "company_id",
    "currency_id",
    "sale_ok",
    "prepaid_kind",
    "prepaid_price",
    "prepaid_value",
    "prepaid_percent",
    "prepaid_uses",
    "prepaid_scope",
    "prepaid_service_ids",
    "prepaid_for_sale",
    "prepaid_image",
}
# What makes the construction; only the card type writes it.
NATIVE_FIELDS = {
    "is_prepaid",
    "program_type",
    "applies_on",
    "trigger",
    "rule_ids",
    "reward_ids",
    "trigger_product_ids",
    "prepaid_product_id",
}
# The last satang can be spent, too.
LEAST_SPEND = 0.01
# Everything but prepaid cards themselves.
ANYTHING = '[("is_prepaid_card", "=", False)]'


class LoyaltyProgram(models.Model):
    """The native construction of a prepaid card type, kept in step on every write.

    * programme of the type eWallet: one card per customer and type, in the ledger
    * product: a service that sells the card, in Sales and at the till, without tax: the
      services bear theirs when the value is spent
    * rule: for each unit of that product the value, or the uses
    * reward: one baht per point on the allowed products, or a percentage off them

    ``loyalty.card.expiration_date`` is never set: each purchase is an award in the
    ledger with an expiry of its own.
    """

    _inherit = "loyalty.program"

    @api.model_create_multi
    def create(self, vals_list):
        context = self.env.context
        wanted = [
            bool(vals.get("is_prepaid", context.get("default_is_prepaid")))
            for vals in vals_list
        ]
        if not any(wanted):
            return super().create(vals_list)
        for vals in vals_list:
            self._check_prepaid_write({**vals, "active": True})
        vals_list = [
            self._prepare_prepaid(vals) if prepaid else vals
            for vals, prepaid in zip(vals_list, wanted, strict=True)
        ]
        with building_prepaid():
            programs = super().create(vals_list)
            types = programs.filtered("is_prepaid")
            # Odoo's default says points.
            types._compute_portal_point_name()
            types._build_prepaid(image=True)
        return programs

    def write(self, vals):
        """Keep product, rule and reward of prepaid cards in step.

        :raise UserError: the native records are changed behind the card type
        """
        types = self._filter_prepaid()
        if not types and not (vals.get("is_prepaid") and any(self._ids)):
            return super().write(vals)
        if not prepaid_is_built():
            self._refuse_native_change(vals)
        self._check_prepaid_write(vals)
        before = {each: (each.prepaid_price, each.prepaid_value) for each in types}
        with building_prepaid():
            res = super().write(vals)
            for program, amounts in before.items():
                if amounts != (program.prepaid_price, program.prepaid_value):
                    program._withdraw_prepaid_confirmation()
            if not self._get_building_fields().isdisjoint(vals):
                types._build_prepaid(image="prepaid_image" in vals)
        return res

    @api.model
    def _get_building_fields(self):
        """:return: set of the fields that show in the native records; to be extended"""
        return BUILDING_FIELDS

    def _filter_prepaid(self):
        """:return: the prepaid card types among these, without those that a form is
        only thinking about"""
        return self.filtered(lambda program: program.id and program.is_prepaid)

    def _refuse_native_change(self, vals):
        changed = {
            name
            for name in NATIVE_FIELDS & vals.keys()
            if self._fields[name].type in ("one2many", "many2many")
            or any(
                (vals[name] or False)
                != program._fields[name].convert_to_write(program[name], program)
                for program in self
            )
        }
        if changed:
            raise UserError(self._get_prepaid_guard_message(self[:1]))

    @api.model
    def _get_prepaid_guard_message(self, program):
        return self.env._(
            "This belongs to the prepaid card %(card)s. Change price, value, services "
            "and validity on the card itself: Customers > Prepaid Cards > Card Types.",
            card=program.name or "",
        )

    @api.model
    def _prepare_prepaid(self, vals):
        """:return: the values of a new card type with its native records"""
        product = self.env["product.product"].sudo()
        product = product.create(self._prepare_prepaid_product(vals))
        if not vals.get("prepaid_value"):
            vals = {**vals, "prepaid_value": self.new(vals).prepaid_suggestion}
        return {
            **self._get_prepaid_defaults(),
            "portal_visible": True,
            "communication_plan_ids": [],
            **vals,
            "is_prepaid": True,
            "program_type": "ewallet",
            "applies_on": "future",
            "trigger": "auto",
            "prepaid_product_id": product.id,
            "rule_ids": [Command.create({"product_ids": [Command.set(product.ids)]})],
            "reward_ids": [
                Command.create({"description": vals.get("name"), "discount": 1})
            ],
        }

    @api.model
    def _prepare_prepaid_product(self, vals):
        return {
            "name": vals.get("name"),
            "type": "service",
            "is_prepaid_card": True,
            "invoice_policy": "order",
            "purchase_ok": False,
            "taxes_id": False,
            "company_id": vals.get("company_id", self.env.company.id),
        }

    def _withdraw_prepaid_confirmation(self):
        """Another price or value is not what somebody confirmed."""
        if self.prepaid_confirmed:
            self.write(
                {
                    "prepaid_confirmed": False,
                    "prepaid_confirmed_uid": False,
                    "prepaid_confirmed_on": False,
                }
            )

    def _build_prepaid(self, image=False):
        """Make product, rule and reward as the card type says.

        :param image: give the product the picture, too
        """
        with building_prepaid():
            for program in self.with_context(active_test=False).sudo():
                values = program._prepare_prepaid_sale()
                if image:
                    values["image_1920"] = program.prepaid_image
                program.prepaid_product_id.write(values)
                program._build_prepaid_rule()
                program._build_prepaid_reward()

    def _is_prepaid_sold(self):
        """:return: whether the card may be sold now"""
        self.ensure_one()
        return self.active and self.prepaid_state == "sale"

    def _prepare_prepaid_sale(self):
        """:return: the values of the product that sells the card"""
        return {
            "name": self.name,
            "active": self.active,
            "list_price": self.prepaid_price,
            "company_id": self.company_id.id,
            "is_prepaid_card": True,
            "sale_ok": self._is_prepaid_sold() and self.sale_ok,
        }

    def _build_prepaid_rule(self):
        rules = self.rule_ids
        (rules - rules[:1]).unlink()
        values = {
            "active": self.active,
            "mode": "auto",
            "reward_point_mode": "unit",
            "reward_point_amount": self._get_prepaid_units(),
            "reward_point_split": False,
            "minimum_qty": 1,
            "minimum_amount": 0,
            "max_points": 0,
            "product_ids": [Command.set(self.prepaid_product_id.ids)],
            "product_category_id": False,
            "product_tag_id": False,
            "product_domain": "[]",
        }
        if rules:
            rules[:1].write(values)
        else:
            rules.create({**values, "program_id": self.id})

    def _build_prepaid_reward(self):
        chosen = self.prepaid_scope == "chosen"
        rewards = self.reward_ids
        values = {
            "active": self.active,
            "reward_type": "discount",
            "discount_applicability": "specific",
            "discount_product_ids": [
                Command.set(self.prepaid_service_ids.ids if chosen else [])
            ],
            "discount_product_category_id": False,
            "discount_product_tag_id": False,
            "discount_product_domain": "[]" if chosen else ANYTHING,
            "discount_max_amount": 0,
            "clear_wallet": False,
            "description": self.name,
            **self._prepare_prepaid_discount(),
        }
        if rewards:
            rewards[:1].write(values)
        else:
            rewards = rewards.create({**values, "program_id": self.id})
        (rewards - rewards[:1]).unlink()

    def _prepare_prepaid_discount(self):
        if self.prepaid_kind == "percent":
            return {
                "discount_mode": "percent",
                "discount": self.prepaid_percent,
                "required_points": 1,
            }
        return {
            "discount_mode": "per_point",
            "discount": 1,
            "required_points": LEAST_SPEND,
        }
