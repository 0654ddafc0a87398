from odoo import fields, models
from odoo.tools import SQL


class CrmBranchArea(models.Model):
    """The areas that branches name, each once per company."""

    _name = "crm.branch.area"
    _description = "Area of Branches"
    _auto = False
    _order = "name, id"
    _depends = {"crm.branch": ["area", "company_id"]}

    name = fields.Char("Area", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """SELECT min(id) AS id, area AS name, company_id FROM crm_branch
                WHERE area IS NOT NULL AND area <> '' GROUP BY area, company_id"""
        )
