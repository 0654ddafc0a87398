from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..tools.prepaid_guard import building_prepaid, prepaid_is_built

# What the suggested value is: so many times the prices of the chosen services.
SUGGESTION_FACTOR = 10
# Counted, or set by confirming a price; never by a client.
CONFIRMATION_FIELDS = {
    "prepaid_no_gain",
    "prepaid_confirmed",
    "prepaid_confirmed_uid",
    "prepaid_confirmed_on",
}


class LoyaltyProgram(models.Model):
    """Prepaid card types: what the shop says about a card.

    The customer pays a price and holds a value in baht, or a percentage off, on all or
    on chosen services. A type is an eWallet programme of Odoo; the native records that
    make it work are built in ``loyalty_program_prepaid_native``.

    **Percentage cards** are eWallet programmes as well, with a reward in per cent. So
    the customer's card is found by name in Sales and at the till without a code, is
    kept in the ledger with an expiry of its own for each purchase, and is not among the
    points. Each purchase gives one unit (or as many as the card may be used); a use
    costs one unit where uses are counted and nothing otherwise. Unlike value, which
    pays, a percentage lowers the price and with it the tax: such a programme is no
    payment programme.
    """

    _inherit = "loyalty.program"

    is_prepaid = fields.Boolean(
        "Prepaid Card", index=True, help="A prepaid card type, set up on its own form."
    )
    prepaid_kind = fields.Selection(
        [("value", "Value to spend"), ("percent", "Percentage off")],
        string="Gives",
        default="value",
        required=True,
    )
    prepaid_price = fields.Monetary(
        "Price",
        currency_field="currency_id",
        help="What the customer pays.",
        prefetch="prepaid",
    )
    prepaid_value = fields.Monetary(
        "Value",
        currency_field="currency_id",
        help="What the customer can spend.",
        prefetch="prepaid",
    )
    prepaid_value_own = fields.Boolean(
        "Value Set by Hand",
        help="The value does not follow the chosen services.",
        prefetch="prepaid",
    )
    prepaid_percent = fields.Float(
        "Per Cent Off", digits=(5, 2), default=10, prefetch="prepaid"
    )
    prepaid_uses = fields.Integer(
        "Number of Uses",
        help="0: as often as wanted while the card is valid.",
        prefetch="prepaid",
    )
    prepaid_scope = fields.Selection(
        [("all", "Everything"), ("chosen", "Chosen services")],
        string="Can Be Used For",
        default="all",
        required=True,
        help="Never for another prepaid card.",
        prefetch="prepaid",
    )
    prepaid_service_ids = fields.Many2many(
        "product.product",
        "loyalty_program_prepaid_service_rel",
        "program_id",
        "product_id",
        string="Services",
        domain="[('sale_ok', '=', True), ('is_prepaid_card', '=', False)]",
    )
    prepaid_suggestion = fields.Monetary(
        "Suggestion",
        currency_field="currency_id",
        compute="_compute_prepaid_suggestion",
        help="Ten times the prices of the chosen services, added up.",
    )
    prepaid_for_sale = fields.Boolean(
        "For Sale",
        default=True,
        help="Otherwise the card can only be given. Value that customers hold can be "
        "spent all the same.",
        prefetch="prepaid",
    )
    prepaid_image = fields.Image("Picture", max_width=512, max_height=512)
    prepaid_color = fields.Integer("Colour", prefetch="prepaid")
    prepaid_product_id = fields.Many2one(
        "product.product",
        "Product to Sell",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The product that sells the card, in Sales and at the till.",
        prefetch="prepaid",
    )
    prepaid_no_gain = fields.Boolean(
        "Price Not Below Value",
        compute="_compute_prepaid_no_gain",
        store=True,
        prefetch="prepaid",
    )
    prepaid_confirmed = fields.Boolean(
        "Price Confirmed", readonly=True, copy=False, prefetch="prepaid"
    )
    prepaid_confirmed_uid = fields.Many2one(
        "res.users",
        "Confirmed by",
        readonly=True,
        copy=False,
        prefetch="prepaid",
    )
    prepaid_confirmed_on = fields.Datetime(
        "Confirmed on", readonly=True, copy=False, prefetch="prepaid"
    )
    prepaid_state = fields.Selection(
        [
            ("confirm", "Price to confirm"),
            ("sale", "For sale"),
            ("gift", "Only given"),
            ("archived", "Archived"),
        ],
        string="State",
        compute="_compute_prepaid_state",
    )

    _prepaid_positive = models.Constraint(
        "CHECK (prepaid_price >= 0 AND prepaid_value >= 0 AND prepaid_uses >= 0)",
        "Price, value and uses of a prepaid card cannot be negative.",
    )

    @api.model
    def default_get(self, fields):
        """A new card type is valid for half a year."""
        defaults = super().default_get(fields)
        if self.env.context.get("default_is_prepaid"):
            wanted = self._get_prepaid_defaults()
            defaults.update({k: v for k, v in wanted.items() if k in fields})
        return defaults

    @api.model
    def _get_prepaid_defaults(self):
        return {
            "program_type": "ewallet",
            "expiry_policy": "after",
            "expiry_count": 6,
            "expiry_unit": "months",
        }

    # -- what the form shows -------------------------------------------------------

    @api.depends("prepaid_service_ids.lst_price", "prepaid_scope", "currency_id")
    def _compute_prepaid_suggestion(self):
        for program in self:
            chosen = program.prepaid_scope == "chosen"
            services = program.prepaid_service_ids if chosen else ()
            program.prepaid_suggestion = SUGGESTION_FACTOR * sum(
                program._get_service_price(service) for service in services
            )

    def _get_service_price(self, service):
        """:return: the public price of a service in the currency of the card"""
        currency, company = self.currency_id, self.company_id or self.env.company
        if not currency or service.currency_id == currency:
            return service.lst_price
        return service.currency_id._convert(service.lst_price, currency, company)

    @api.depends("is_prepaid", "prepaid_kind", "prepaid_price", "prepaid_value")
    def _compute_prepaid_no_gain(self):
        for program in self:
            program.prepaid_no_gain = (
                program.is_prepaid
                and program.prepaid_kind == "value"
                and program.prepaid_value > 0
                and program.prepaid_price >= program.prepaid_value
            )

    @api.depends("active", "prepaid_no_gain", "prepaid_confirmed", "prepaid_for_sale")
    def _compute_prepaid_state(self):
        for program in self:
            if not program.active:
                program.prepaid_state = "archived"
            elif not program.prepaid_for_sale:
                program.prepaid_state = "gift"
            elif program._needs_prepaid_confirmation():
                program.prepaid_state = "confirm"
            else:
                program.prepaid_state = "sale"

    def _needs_prepaid_confirmation(self):
        """:return: whether nobody has confirmed yet that the card gains nothing"""
        self.ensure_one()
        return self.prepaid_no_gain and not self.prepaid_confirmed

    def _get_prepaid_units(self):
        """:return: what one purchase puts on the card: baht, or uses"""
        self.ensure_one()
        percent = self.prepaid_kind == "percent"
        return self.prepaid_uses or 1 if percent else self.prepaid_value

    def _is_prepaid_unlimited(self):
        """:return: whether using the card costs nothing while it is valid"""
        self.ensure_one()
        return self.prepaid_kind == "percent" and not self.prepaid_uses

    @api.depends("program_type", "prepaid_kind", "is_prepaid")
    def _compute_is_payment_program(self):  # pylint: disable=missing-return
        """A percentage is a discount: it lowers the price and the tax."""
        super()._compute_is_payment_program()
        self.filtered(
            lambda program: program.is_prepaid and program.prepaid_kind == "percent"
        ).is_payment_program = False

    @api.depends("is_prepaid", "prepaid_kind", "prepaid_uses")
    def _compute_portal_point_name(self):  # pylint: disable=missing-return
        """A card with a percentage holds no money."""
        super()._compute_portal_point_name()
        for program in self.filtered("is_prepaid"):
            if program.prepaid_kind == "percent":
                counted = bool(program.prepaid_uses)
                name = self.env._("uses") if counted else self.env._("card")
                program.portal_point_name = name

    @api.onchange("prepaid_service_ids", "prepaid_scope", "prepaid_kind")
    def _onchange_prepaid_services(self):
        """The value follows the services until somebody sets it by hand."""
        if self.prepaid_suggestion and not self.prepaid_value_own:
            self.prepaid_value = self.prepaid_suggestion

    @api.onchange("prepaid_value")
    def _onchange_prepaid_value(self):
        differs = self.prepaid_value != self.prepaid_suggestion
        self.prepaid_value_own = bool(self.prepaid_value) and differs

    @api.constrains(
        "is_prepaid",
        "prepaid_kind",
        "prepaid_price",
        "prepaid_for_sale",
        "prepaid_value",
        "prepaid_percent",
        "prepaid_scope",
        "prepaid_service_ids",
    )
    def _check_prepaid(self):
        for program in self.filtered("is_prepaid"):
            if error := program._get_prepaid_error():
                raise ValidationError(error)

    def _get_prepaid_error(self):
        """:return: what is wrong with the card type, in the user's words, or None"""
        if self.prepaid_kind == "value" and self.prepaid_value <= 0:
            return self.env._("How much can the customer spend? Enter the value.")
        if self.prepaid_kind == "percent" and not 0 < self.prepaid_percent <= 100:
            return self.env._("The percentage must be above 0 and at most 100.")
        if self.prepaid_for_sale and not self.prepaid_price:
            return self.env._(
                "What does the customer pay? Enter the price, or take the tick off For "
                "Sale for a card that is only given."
            )
        if self.prepaid_scope == "chosen" and not self.prepaid_service_ids:
            return self.env._("Choose the services that the card can be used for.")
        if self.prepaid_service_ids.filtered("is_prepaid_card"):
            return self.env._("A prepaid card cannot pay for another one.")
        return None

    # -- actions -------------------------------------------------------------------

    def action_use_prepaid_suggestion(self):
        """Set the value back to ten times the chosen services."""
        for program in self.filtered("prepaid_suggestion"):
            program.write(
                {
                    "prepaid_value": program.prepaid_suggestion,
                    "prepaid_value_own": False,
                }
            )

    def action_confirm_prepaid_price(self):
        """Sell a card whose price is not below its value, knowing that.

        It is noted who confirmed which price; another price has to be confirmed again.
        """
        self.check_access("write")
        waiting = self.filtered(lambda each: each._needs_prepaid_confirmation())
        with building_prepaid():
            waiting.write(
                {
                    "prepaid_confirmed": True,
                    "prepaid_confirmed_uid": self.env.uid,
                    "prepaid_confirmed_on": fields.Datetime.now(),
                }
            )
        waiting._build_prepaid()

    def _check_prepaid_write(self, vals):
        """:raise AccessError: a client confirms a price by writing it
        :raise UserError: customers hold value of a type that is to be archived"""
        if CONFIRMATION_FIELDS & vals.keys() and not prepaid_is_built():
            raise AccessError(
                self.env._("A price at or above the value is confirmed by its button.")
            )
        if vals.get("active", True):
            return
        held = self.filtered(lambda each: each.is_prepaid and each.active)
        if held and self.env["loyalty.card"].sudo().search_count(
            Domain("program_id", "in", held.ids) & Domain("points", ">", 0), limit=1
        ):
            raise UserError(
                self.env._(
                    "Customers still hold this card and could not use it any more. "
                    "Take the tick off For Sale instead: it is sold no longer, and can "
                    "be used until it is used up or ends."
                )
            )
