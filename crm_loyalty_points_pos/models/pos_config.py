from odoo import api, fields, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    points_exception_count = fields.Integer(
        "Till Exceptions", compute="_compute_points_exception_count", compute_sudo=True
    )

    def _compute_points_exception_count(self):
        counts = self._read_points_exceptions()
        for config in self:
            config.points_exception_count = counts.get(config.id, 0)

    @api.model
    def _read_points_exceptions(self):
        """:return: {till id: number of open exceptions}"""
        groups = self.env["pos.points.exception"]._read_group(
            [("state", "=", "open")], ["config_id"], ["__count"]
        )
        return {config.id: count for config, count in groups}

    def action_view_points_exceptions(self):
        """:return: the open exceptions of the till"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points_pos.pos_points_exception_action"
        )
        action["domain"] = [("config_id", "in", self.ids)]
        return action
