from odoo import api, models, tools
from odoo.exceptions import UserError


class CrmSegment(models.Model):
    """Which fields rules ask: what no rule asks need not be noted when it changes."""

    _inherit = "crm.segment"

    @api.model
    @tools.ormcache()
    def _asked_fields(self):
        """:return: frozenset of the names of fields, those on the way to others and
        inside ``any`` too, in the rules of all companies"""
        names = set()
        for segment in self.sudo().search([("kind", "=", "dynamic")]):
            try:
                conditions = segment._rule_conditions()
            except (UserError, ValueError):
                continue
            for _model, condition in conditions:
                names.update(condition.field_expr.split("."))
        return frozenset(names)

    @api.model
    def _asks(self, names):
        """:param names: names of fields of res.partner
        :return: bool, whether any segment has a rule about one of them"""
        return not self._asked_fields().isdisjoint(names)
