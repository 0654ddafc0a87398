"""How a sale order looks to the points engine."""

from . import basket as engine


class SaleAdapter:
    """Reads an order once; gives its basket and the policy of any programme.

    Which lines a rule covers follows Odoo's ``_program_check_compute_points``:

    * quantities: goods only, without rewards, deliveries and the items of a combo;
    * money: goods and discounts that other programmes gave, so that what is really
      paid earns; points and prepaid value count as money paid;
    * minimum amount: goods and discounts entered by code, not automatic ones.

    A combo line carries the price of its items. Lines that are not saved yet have
    their place in the order as key.
    """

    def __init__(self, order):
        self.order = order
        no_effect = order._get_no_effect_on_threshold_lines()
        priced = (order.order_line - no_effect).filtered(
            lambda line: not line.combo_item_id and line.product_id
        )
        self.priced = priced
        self.goods = order._get_not_rewarded_order_lines() & priced
        self.rewards = priced.filtered("reward_id")
        self.products = priced.product_id
        self.keys = {
            line: line.id if isinstance(line.id, int) else f"new{index}"
            for index, line in enumerate(priced)
        }

    def basket(self):
        """:return: basket.Basket of the whole order."""
        order = self.order
        digits = order.currency_id.decimal_places
        return engine.Basket(
            lines=tuple(self._line(line, digits) for line in self.priced),
            digits=digits,
            currency=order.currency_id.name or "",
            day=order._get_points_date(),
            partner=order.partner_id.id or None,
            channel="sale",
            branch=order.branch_id.id or None,
        )

    def policy(self, program):
        """:return: basket.Policy of a programme for this order; rules whose code was
        not entered are left out."""
        rules = program.rule_ids.filtered(
            lambda rule: (
                rule.mode != "with_code" or rule in self.order.code_enabled_rule_ids
            )
        )
        return engine.Policy(
            program.id, program.name or "", tuple(self._rule(rule) for rule in rules)
        )

    def _line(self, line, digits):
        parts = line._get_lines_with_price()
        return engine.Line(
            key=self.keys[line],
            quantity=engine.number(line.product_uom_qty),
            total=engine.number(sum(parts.mapped("price_total")), digits),
            untaxed=engine.number(sum(parts.mapped("price_subtotal")), digits),
            product_points=self._product_points(line),
        )

    def _product_points(self, line):
        """The product's points for one of the line's unit: a dozen counts twelve."""
        points = line.product_id.loyalty_points
        unit = line.product_id.uom_id
        if points and line.product_uom_id and line.product_uom_id != unit:
            points *= line.product_uom_id._compute_quantity(1, unit, round=False)
        return engine.number(points)

    def _rule(self, rule):
        program = rule.program_id
        covered = self._covered(rule)
        rewards = self.rewards & covered
        money = threshold = covered
        if rewards:
            money -= rewards.filtered(
                lambda line: (
                    line.reward_id.program_id.program_type
                    in ("ewallet", "gift_card", program.program_type)
                )
            )
            threshold -= rewards.filtered(
                lambda line: (
                    line.reward_id.reward_type == "discount"
                    and (
                        line.reward_id.program_id == program
                        or line.reward_id.program_id.trigger == "auto"
                    )
                )
            )
        return engine.Rule(
            key=rule.id,
            mode=rule.reward_point_mode,
            rate=engine.number(rule.reward_point_amount),
            goods=self._keys(covered & self.goods),
            money=self._keys(money),
            threshold=self._keys(threshold),
            minimum_quantity=engine.number(rule.minimum_qty),
            minimum_amount=engine.number(rule._compute_amount(self.order.currency_id)),
            minimum_with_tax=rule.minimum_amount_tax_mode == "incl",
            step=self._step(program),
        )

    def _covered(self, rule):
        """The priced lines whose product the rule names."""
        domain = rule._get_valid_product_domain()
        if domain.is_true():
            return self.priced
        products = self.products.filtered_domain(domain)
        return self.priced.filtered(lambda line: line.product_id in products)

    def _step(self, program):
        """Baht per point in the order's currency, None when every baht counts."""
        if not program.thb_per_point:
            return None
        order = self.order
        amount = program.currency_id._convert(
            program.thb_per_point,
            order.currency_id,
            order.company_id,
            order._get_points_date(),
            round=program.currency_id != order.currency_id,
        )
        return engine.number(amount) or None

    def _keys(self, lines):
        return frozenset(self.keys[line] for line in lines)
