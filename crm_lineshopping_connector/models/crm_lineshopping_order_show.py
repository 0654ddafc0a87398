import uuid

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import formatLang

from ..tools import myshop_order
from .crm_lineshopping_exception_action import OFFICER


class CrmLineshoppingOrder(models.Model):
    """The order for people: goods, address, what is strange about it."""

    _inherit = "crm.lineshopping.order"

    currency_id = fields.Many2one(related="company_id.currency_id")
    goods = fields.Html(compute="_compute_shown", compute_sudo=True)
    address = fields.Text(compute="_compute_shown", compute_sudo=True)
    parcel = fields.Char(compute="_compute_shown", compute_sudo=True)
    tracking_url = fields.Char("Tracking", compute="_compute_shown", compute_sudo=True)
    remarks = fields.Text(compute="_compute_shown", compute_sudo=True)
    flag_text = fields.Text("What Is Strange", compute="_compute_flag_text")
    trouble_id = fields.Many2one(
        "crm.lineshopping.exception", "In Trouble", compute="_compute_trouble_id"
    )
    trouble_text = fields.Text("Trouble", compute="_compute_trouble_id")

    @api.depends("payload")
    def _compute_shown(self):
        for order in self:
            told = order.payload if isinstance(order.payload, dict) else {}
            values = myshop_order.normal({**told, "orderNumber": order.number or "-"})
            address, parcel = values["address"], values["parcel"]
            order.goods = order._goods_table(values["items"])
            order.address = "\n".join(part for part in address.values() if part)
            order.parcel = " ".join(
                part
                for part in (
                    parcel["company"] or parcel["name"],
                    parcel["tracking_number"],
                )
                if part
            )
            url = parcel["tracking_url"] or ""
            order.tracking_url = url if url.startswith("https://") else False
            remarks = (values["remark_buyer"], values["remark_recipient"])
            order.remarks = "\n".join(part for part in remarks if part)

    def _goods_table(self, items):
        """:param items: as `myshop_order.normal` gives them
        :return: HTML, False without goods"""
        if not items:
            return False
        rows = Markup().join(
            Markup(
                "<tr><td>{name}<div class='text-muted small'>{detail}</div></td>"
                "<td class='text-end'>{quantity}</td>"
                "<td class='text-end'>{price}</td></tr>"
            ).format(
                name=item["name"] or item["sku"] or "-",
                detail=" · ".join(
                    part for part in (item["sku"], item["variant"]) if part
                ),
                quantity=f"{item['quantity']:f}".rstrip("0").rstrip(".")
                if "." in f"{item['quantity']:f}"
                else f"{item['quantity']:f}",
                price=formatLang(
                    self.env, float(item["unit_price"]), currency_obj=self.currency_id
                ),
            )
            for item in items
        )
        return Markup(
            "<table class='table table-sm'><thead><tr><th>{goods}</th>"
            "<th class='text-end'>{quantity}</th><th class='text-end'>{price}</th></tr>"
            "</thead><tbody>{rows}</tbody></table>"
        ).format(
            goods=self.env._("Goods"),
            quantity=self.env._("Quantity"),
            price=self.env._("Price Each"),
            rows=rows,
        )

    @api.depends("flag")
    def _compute_flag_text(self):
        for order in self:
            texts = [order._flag_sentence(code) for code in (order.flag or "").split()]
            order.flag_text = "\n".join(texts)

    def _flag_sentence(self, code):
        """:param code: as `myshop_order.normal` finds it
        :return: text for staff"""
        name, _equals, word = code.partition("=")
        if code == "sum":
            return self.env._("The goods do not add up to the amount of the order.")
        if code == "zone":
            return self.env._("A time came without its zone and was read as UTC.")
        if name == "payment":
            return self.env._(
                "Look at the money in OA Plus: the payment says %(word)s.", word=word
            )
        return self.env._(
            "LINE SHOPPING says %(word)s, which Odoo does not know: no points until it "
            "says something known.",
            word=word,
        )

    def _compute_trouble_id(self):
        troubles = self.env["crm.lineshopping.exception"].search(
            [
                ("shop_id", "in", self.shop_id.ids),
                ("number", "in", self.mapped("number")),
            ]
        )
        found = {(one.shop_id.id, one.number): one for one in troubles}
        for order in self:
            trouble = found.get((order.shop_id.id, order.number), troubles.browse())
            order.trouble_id = trouble
            order.trouble_text = trouble.error

    # -- buttons -----------------------------------------------------------------------

    def _check_officer(self):
        self.check_access("read")
        if not self.env.user.has_group(OFFICER):
            raise AccessError(
                self.env._("Only officers decide about orders of LINE SHOPPING.")
            )

    def action_seen(self):
        """Somebody has looked at what is strange."""
        self._check_officer()
        self.sudo().flag_open = False
        return True

    def action_read_again(self):
        """Ask LINE SHOPPING for the orders again, in the background."""
        self._check_officer()
        events = self.env["crm.lineshopping.event"].sudo()
        for order in self.sudo():
            if order.shop_id.state != "active":
                raise UserError(
                    self.env._(
                        "%(shop)s is not connected now.", shop=order.shop_id.name
                    )
                )
            key = f"staff {uuid.uuid4()}"
            events._store_event(order.shop_id, key, "staff", order.number)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "LINE SHOPPING is being asked for orders: %(count)s.",
                    count=len(self),
                ),
            },
        }

    def action_retry(self):
        """Let sale order and points follow again."""
        self._check_officer()
        self.trouble_id.action_retry()
        return True
