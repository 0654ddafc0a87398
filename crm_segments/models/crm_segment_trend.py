from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

TREND_DAYS = 30
LIST = Markup("<ul class='mb-0'>{}</ul>")
ITEM = Markup("<li>{}: <a href='/odoo/{}/{}'>{}</a></li>")


class CrmSegment(models.Model):
    """How a segment does, and who relies on it."""

    _inherit = "crm.segment"

    entered_lately = fields.Integer("Entered in 30 Days", compute="_compute_trend")
    left_lately = fields.Integer("Left in 30 Days", compute="_compute_trend")
    used_by = fields.Html(compute="_compute_used_by", sanitize=False)

    @api.depends("member_count")
    def _compute_trend(self):
        since = fields.Datetime.now() - timedelta(days=TREND_DAYS)
        rows = self.env.execute_query(
            SQL(
                """SELECT segment.id,
                          (SELECT count(*) FROM crm_segment_member
                            WHERE segment_id = segment.id AND entered > %(since)s
                              AND entered > segment.filled_at),
                          (SELECT count(*) FROM crm_segment_member
                            WHERE segment_id = segment.id AND "left" > %(since)s)
                     FROM crm_segment segment WHERE segment.id = ANY(%(ids)s)""",
                since=since,
                ids=self._origin.ids,
            )
        )
        counts = {row[0]: row[1:] for row in rows}
        for segment in self:
            segment.entered_lately, segment.left_lately = counts.get(
                segment._origin.id, (0, 0)
            )

    @api.depends_context("uid", "lang")
    def _compute_used_by(self):
        for segment in self:
            uses = segment._origin._segment_uses() if segment._origin else []
            items = [
                ITEM.format(label, record._name, record.id, record.display_name)
                for label, record in uses
            ]
            segment.used_by = items and LIST.format(Markup("").join(items))
