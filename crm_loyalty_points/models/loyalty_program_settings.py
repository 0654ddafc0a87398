from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import formatLang

from ..tools import basket as engine
from ..tools.points_text import points_text

EXAMPLE_AMOUNT = 1000


class LoyaltyProgram(models.Model):
    """The one screen of the shop that wants points and no more than that."""

    _inherit = "loyalty.program"

    earning_example = fields.Char(
        compute="_compute_earning_example",
        help="What a bill earns by the settings as they stand on the screen.",
    )

    @api.depends(
        "thb_per_point",
        "currency_id",
        "program_type",
        "rule_ids.mode",
        "rule_ids.reward_point_mode",
        "rule_ids.reward_point_amount",
        "rule_ids.product_ids",
        "rule_ids.product_category_id",
        "rule_ids.product_tag_id",
        "rule_ids.product_domain",
    )
    @api.depends_context("lang")
    def _compute_earning_example(self):
        for program in self:
            points = program._get_example_points()
            program.earning_example = points is not None and self.env._(
                "A bill of %(amount)s earns %(points)s points.",
                amount=formatLang(
                    self.env,
                    EXAMPLE_AMOUNT,
                    currency_obj=program.currency_id,
                    rounding_method="HALF-UP",
                ),
                points=points_text(points),
            )

    def _get_example_points(self):
        """Ask the engine what the rules for all goods give for a round bill.

        :return: Decimal, or None when money earns nothing by itself
        """
        self.ensure_one()
        rules = self._get_own_rules().filtered(
            lambda rule: (
                rule.mode == "auto"
                and rule.reward_point_mode == "money"
                and rule._get_valid_product_domain().is_true()
            )
        )
        # saving makes the rule that is missing
        rates = rules.mapped("reward_point_amount") or (
            [1] if self.thb_per_point else []
        )
        if self.program_type != "loyalty" or not rates:
            return None
        amount = engine.number(EXAMPLE_AMOUNT)
        bill = engine.Line("bill", engine.number(1), amount, amount)
        step = engine.number(self.thb_per_point) if self.thb_per_point else None
        policy = engine.Policy(
            self.id or 0,
            self.name or "",
            tuple(
                engine.Rule(
                    key=number,
                    mode="money",
                    rate=engine.number(rate),
                    goods=frozenset({"bill"}),
                    money=frozenset({"bill"}),
                    threshold=frozenset({"bill"}),
                    step=step,
                )
                for number, rate in enumerate(rates)
            ),
        )
        return engine.compute(policy, engine.Basket((bill,))).points

    @api.model
    def action_open_points_settings(self):
        """Open the short settings of the company's points programme.

        :return: action: the form of the only one, a choice of several, or a new one
            that is made when it is saved
        """
        company = self.env.company
        domain = Domain("company_id", "in", [False, *company.parent_ids.ids])
        programs = self.search(domain & self._get_points_program_domain())
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.loyalty_program_settings_action"
        )
        if len(programs) > 1:
            return {**action, "domain": [("id", "in", programs.ids)]}
        form = self.env.ref("crm_loyalty_points.loyalty_program_view_form_settings")
        return {
            **action,
            "views": [(form.id, "form")],
            "res_id": programs.id,
            "context": self._get_points_settings_context(),
        }

    @api.model
    def _get_points_program_domain(self):
        """:return: Domain of the programmes whose points stay with the member"""
        return Domain("program_type", "=", "loyalty") & Domain(
            "applies_on", "!=", "current"
        )

    @api.model
    def _get_points_settings_context(self):
        """:return: what a new programme begins with"""
        return {
            "default_program_type": "loyalty",
            "default_applies_on": "both",
            "default_trigger": "auto",
            "default_portal_visible": True,
            "default_name": self.env._("Points"),
            "default_thb_per_point": 25,
            "default_company_id": self.env.company.id,
        }

    def action_open_whole_program(self):
        """:return: action with everything that the programme can do"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "loyalty.program",
            "res_id": self.id,
            "views": [(self.env.ref("loyalty.loyalty_program_view_form").id, "form")],
        }
