from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    thb_per_point = fields.Float(
        string="Baht per Point",
        digits=(16, 2),
        help="How much a customer spends for a point, in the currency of the program. "
        "The rules 'per money spent' then give their points for every whole step of "
        "this amount: at 25, an order of 99 earns 3 points. 0 counts every baht.",
    )
    welcome_points = fields.Float(
        digits=(16, 2),
        help="Points given once, when a customer becomes a member of this programme.",
        prefetch="setup",
    )
    # A limit of usage counts all orders, not only those that the reader may see.
    order_count = fields.Integer(compute_sudo=True)
    total_order_count = fields.Integer(compute_sudo=True)

    _thb_per_point_positive = models.Constraint(
        "CHECK (thb_per_point >= 0)",
        "The amount for a point cannot be negative.",
    )
    _welcome_points_positive = models.Constraint(
        "CHECK (welcome_points >= 0)",
        "Welcome points cannot be negative.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        programs = super().create(vals_list)
        programs._ensure_money_rule()
        return programs

    def write(self, vals):
        self._check_ledger_change(vals)
        if "active" in vals and not self.env.su:
            # Whoever sets up programmes may archive them. Odoo also archives products
            # of their discounts, which are not the editor's to change otherwise.
            self.check_access("write")
            super(LoyaltyProgram, self.sudo()).write({"active": vals["active"]})
            vals = {name: value for name, value in vals.items() if name != "active"}
        res = super().write(vals)
        if vals.get("thb_per_point"):
            self._ensure_money_rule()
        return res

    def _check_ledger_change(self, vals):
        """Refuse what would move posted points to another owner or out of the ledger.

        :raises UserError: a card of the programme has points, or had some
        """
        fixed = ("program_type", "applies_on", "company_id", "currency_id")
        changed = self.filtered(
            lambda program: any(
                name in vals
                and (vals[name] or False)
                != program._fields[name].convert_to_write(program[name], program)
                for name in fixed
            )
        )
        if changed and self.env["loyalty.card"].sudo().with_context(
            active_test=False
        ).search_count(
            Domain("program_id", "in", changed.ids)
            # Points that came without entries would have none in the ledger either.
            & (Domain("entry_seq", ">", 0) | Domain("points", "!=", 0)),
            limit=1,
        ):
            raise UserError(
                self.env._(
                    "Points were posted in this programme: its type, use, company and "
                    "currency stay as they are. Archive it and make another one."
                )
            )

    def _ensure_money_rule(self):
        """Give each programme with baht per point the rule that counts baht.

        Without one the setting would silently earn nothing: Odoo does not even look at
        a programme that has no automatic rule.
        """
        missing = self.filtered(
            lambda program: (
                program.program_type == "loyalty"
                and program.thb_per_point
                and "money" not in program._get_own_rules().mapped("reward_point_mode")
            )
        )
        for program in missing:
            rule = {
                "reward_point_mode": "money",
                "reward_point_amount": 1,
                "minimum_qty": 0,
                "active": program.active,
            }
            program.rule_ids = [Command.create(rule)]

    def _get_own_rules(self):
        """:return: the rules; those of an archived programme were archived with it"""
        self.ensure_one()
        return self.with_context(active_test=self.active).rule_ids

    def _is_engine_program(self):
        """Whether the points engine counts this programme, rather than Odoo.

        True for loyalty programmes whose points stay with the member; those whose
        points are lost with the order ("current order") keep Odoo's own count.
        """
        self.ensure_one()
        return self.program_type == "loyalty" and self.is_nominative

    @api.model
    def _load_points_demo(self):
        """Give the demo shop its points; called by the demo XML only."""
        # the generator is no load on a shop of real data
        from ..demo.loader import load  # pylint: disable=import-outside-toplevel

        load(self.env)
