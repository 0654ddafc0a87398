from odoo import fields, models
from odoo.tools import SQL


class CrmSegmentGrowth(models.Model):
    """Members of a segment per day of the shop, from their times: one row per day since
    it was first filled."""

    _name = "crm.segment.growth"
    _description = "Growth of Segments"
    _auto = False
    _order = "day desc, segment_id"
    _rec_name = "day"

    segment_id = fields.Many2one("crm.segment", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    day = fields.Date(readonly=True)
    entered_count = fields.Integer("Entered", readonly=True)
    left_count = fields.Integer("Left", readonly=True)
    member_count = fields.Integer(
        "Members at the End of the Day", readonly=True, aggregator="max"
    )

    @property
    def _table_query(self):
        # the window is by segment, so that the condition on one is asked before it
        return SQL(
            """
            WITH zone AS (
                SELECT segment.id AS segment_id, segment.company_id,
                       COALESCE(company.customer_tz, 'UTC') AS tz
                  FROM crm_segment segment
                  JOIN res_company company ON company.id = segment.company_id
            ),
            event AS (
                SELECT member.segment_id, zone.company_id,
                       (member.entered AT TIME ZONE 'UTC' AT TIME ZONE zone.tz)::date
                           AS day,
                       count(*) AS entered, 0 AS gone
                  FROM crm_segment_member member
                  JOIN zone ON zone.segment_id = member.segment_id
              GROUP BY 1, 2, 3
             UNION ALL
                SELECT member.segment_id, zone.company_id,
                       (member."left" AT TIME ZONE 'UTC' AT TIME ZONE zone.tz)::date,
                       0, count(*)
                  FROM crm_segment_member member
                  JOIN zone ON zone.segment_id = member.segment_id
                 WHERE member."left" IS NOT NULL
              GROUP BY 1, 2, 3
             UNION ALL
                SELECT zone.segment_id, zone.company_id, days.day::date, 0, 0
                  FROM zone
                  JOIN crm_segment segment ON segment.id = zone.segment_id
            CROSS JOIN LATERAL generate_series(
                           (segment.filled_at AT TIME ZONE 'UTC'
                               AT TIME ZONE zone.tz)::date,
                           (%(now)s::timestamp AT TIME ZONE 'UTC'
                               AT TIME ZONE zone.tz)::date,
                           interval '1 day') AS days(day)
            ),
            daily AS (
                SELECT segment_id, company_id, day, sum(entered) AS entered,
                       sum(gone) AS gone
                  FROM event GROUP BY 1, 2, 3
            )
            SELECT segment_id::bigint * 100000 + (day - date '2000-01-01') AS id,
                   segment_id, company_id, day, entered::int AS entered_count,
                   gone::int AS left_count,
                   sum(entered - gone) OVER (
                       PARTITION BY segment_id, company_id ORDER BY day)::int
                       AS member_count
              FROM daily
            """,
            now=fields.Datetime.now(),
        )
