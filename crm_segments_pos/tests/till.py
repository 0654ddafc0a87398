"""A till for tests: what its browser sends, without a browser."""

from uuid import uuid4

from odoo import Command, fields


class Till:
    """One till with an open session; orders arrive as the browser sends them.

    :param config: pos.config, made by ``open_till``
    :param user: the cashier, default the user of ``env``
    """

    def __init__(self, config, user=None):
        self.config = config
        if user:
            self.config = config.with_user(user)
        self.env = self.config.env

    def with_user(self, user):
        """:return: the same till, used by somebody else"""
        return Till(self.config, user)

    @property
    def session(self):
        return self.config.current_session_id

    def payment(self, amount, method=None):
        method = method or self.config.payment_method_ids[:1]
        return Command.create(
            {
                "uuid": str(uuid4()),
                "amount": amount,
                "payment_method_id": method.id,
                "name": fields.Datetime.to_string(fields.Datetime.now()),
            }
        )

    def line(self, product, qty=1, price=None, **values):
        """:return: a line as the browser sends it; prices include no other tax than the
        product's, discounts in percent as in ``values``"""
        price = product.lst_price if price is None else price
        taxes = product.taxes_id
        found = self._tax_details(taxes, price, qty, values.get("discount", 0))
        return Command.create(
            {
                "uuid": str(uuid4()),
                "product_id": product.id,
                "qty": qty,
                "price_unit": price,
                "price_subtotal": found["total_excluded_currency"],
                "price_subtotal_incl": found["total_included_currency"],
                "tax_ids": [Command.set(taxes.ids)],
                "pack_lot_ids": [],
                **values,
            }
        )

    def _tax_details(self, taxes, price, qty, discount):
        """:return: the amounts of a line, rounded as the browser and Sales do"""
        Tax, company = self.env["account.tax"], self.config.company_id
        base_line = Tax._prepare_base_line_for_taxes_computation(
            {},
            tax_ids=taxes,
            price_unit=price,
            quantity=qty,
            discount=discount,
            currency_id=self.config.currency_id,
        )
        Tax._add_tax_details_in_base_line(base_line, company)
        Tax._round_base_lines_tax_details([base_line], company)
        return base_line["tax_details"]

    def refund_lines(self, order, quantities=None):
        """:return: the lines of a refund

        :param quantities: {line: quantity returned}; default all that is left
        """
        if quantities is None:
            quantities = {line: line.qty - line.refunded_qty for line in order.lines}
        return [
            Command.create(
                {
                    "uuid": str(uuid4()),
                    "product_id": line.product_id.id,
                    "qty": -quantity,
                    "price_unit": line.price_unit,
                    "discount": line.discount,
                    **self._part_back(line, quantity),
                    "tax_ids": [Command.set(line.tax_ids.ids)],
                    "pack_lot_ids": [],
                    "refunded_orderline_id": line.id,
                }
            )
            for line, quantity in quantities.items()
            if quantity
        ]

    def _part_back(self, line, quantity):
        """:return: the amounts of a part of a line, whatever sign they have there"""
        sign = -1 if line.qty * line.price_unit >= 0 else 1
        return {
            name: sign * abs(line[name]) * quantity / line.qty
            for name in ("price_subtotal", "price_subtotal_incl")
        }

    def data(self, lines, partner=None, payments=None, **values):
        """:return: the dict of one order as the browser sends it, paid"""
        total = sum(line[2]["price_subtotal_incl"] for line in lines)
        untaxed = sum(line[2]["price_subtotal"] for line in lines)
        if values.get("is_refund"):
            lines = [self._turned(line) for line in lines]
        if payments is None:
            payments = [self.payment(total)]
        return {
            "uuid": str(uuid4()),
            "access_token": str(uuid4()),
            "state": "paid",
            "session_id": self.session.id,
            "user_id": self.env.uid,
            "partner_id": partner.id if partner else False,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "lines": lines,
            "payment_ids": payments,
            "amount_total": total,
            "amount_tax": total - untaxed,
            "amount_paid": sum(payment[2]["amount"] for payment in payments),
            "amount_return": 0,
            "pricelist_id": False,
            "fiscal_position_id": False,
            "to_invoice": False,
            "last_order_preparation_change": "{}",
            **values,
        }

    def _turned(self, line):
        """:return: a line as a refund has it: the browser turns the sign of all."""
        command, id_, values = line
        turned = {
            name: -values[name] for name in ("price_subtotal", "price_subtotal_incl")
        }
        return (command, id_, {**values, **turned})

    def sync(self, data):
        """Send an order. :return: the pos.order"""
        copy = {**data, "lines": [list(line) for line in data["lines"]]}
        copy["lines"] = [[c, i, dict(v)] for c, i, v in copy["lines"]]
        copy["payment_ids"] = [[c, i, dict(v)] for c, i, v in data["payment_ids"]]
        self.env["pos.order"].sync_from_ui([copy])
        return self.env["pos.order"].search([("uuid", "=", data["uuid"])])

    def sell(self, lines, partner=None, **values):
        return self.sync(self.data(lines, partner, **values))

    def refund(self, order, quantities=None, **values):
        """Take goods back. :return: the refund"""
        lines = self.refund_lines(order, quantities)
        values.setdefault("is_refund", True)
        return self.sell(lines, order.partner_id, **values)


def open_till(env, name="Till", **values):
    """:return: Till with a cash payment method and an open session"""
    company = env.company
    cash = env["account.journal"].create(
        {
            "name": f"Cash {name}",
            "type": "cash",
            "code": uuid4().hex[:5].upper(),
            "company_id": company.id,
        }
    )
    methods = env["pos.payment.method"].create(
        [
            {"name": "Cash", "journal_id": cash.id, "company_id": company.id},
            {
                "name": "On account",
                "split_transactions": True,
                "company_id": company.id,
            },
        ]
    )
    config = env["pos.config"].create(
        {
            "name": name,
            "company_id": company.id,
            "payment_method_ids": [Command.set(methods.ids)],
            **values,
        }
    )
    config.open_ui()
    session = config.current_session_id
    if session.state == "opening_control":
        session.set_opening_control(0, "")
    return Till(config)
