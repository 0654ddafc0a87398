from markupsafe import Markup

from odoo import api, fields, models

from ..tools.personal_data import DELETED, KEPT

TABLE = Markup("<table class='table table-sm mb-0'>{}{}</table>")
HEAD = Markup("<thead><tr>{}</tr></thead>")
CELL = Markup("<td>{}</td>")


class CrmPrivacyRequest(models.Model):
    """What the installed modules hold about the person, and what becomes of it."""

    _inherit = "crm.privacy.request"

    holdings = fields.Html(
        "What Is Held",
        compute="_compute_holdings",
        sanitize=False,
        groups="crm_segments.crm_segments_group_manager",
    )

    @api.depends("partner_id")
    @api.depends_context("uid")
    def _compute_holdings(self):
        for request in self:
            request.holdings = request.partner_id and request._holdings_table()

    def _holdings_table(self, with_fate=False):
        """:param bool with_fate: also what becomes of it by an erasure
        :return: Markup"""
        fates = {
            DELETED: self.env._("Deleted"),
            KEPT: self.env._("Stays"),
        }
        pseudonym = self.env._("Stays without names")
        titles = [self.env._("Kind"), self.env._("Records")]
        if with_fate:
            titles += [self.env._("Becomes"), self.env._("Why")]
        rows = []
        for section in self.partner_id._crm_all_personal_data():
            if not section.records:
                continue
            cells = [section.label, len(section.records)]
            if with_fate:
                cells += [fates.get(section.fate, pseudonym), section.why]
            elif section.withheld:
                cells[1] = self.env._("Withheld")
            row = Markup("").join(CELL.format(cell) for cell in cells)
            rows.append(Markup("<tr>{}</tr>").format(row))
        head = Markup("").join(Markup("<th>{}</th>").format(t) for t in titles)
        body = Markup("<tbody>{}</tbody>").format(Markup("").join(rows))
        return TABLE.format(HEAD.format(head), body)
