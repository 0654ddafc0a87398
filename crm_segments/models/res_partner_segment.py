from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.partner_rows import partners_with

VIEWER = "crm_segments.crm_segments_group_viewer"
# Columns that say nothing about who the customer is.
UNASKED = {"write_date", "write_uid", "message_main_attachment_id", "complete_name"}


class ResPartner(models.Model):
    """The segments a customer is in."""

    _inherit = "res.partner"

    segment_ids = fields.Many2many(
        "crm.segment",
        string="Segments",
        compute="_compute_segment_ids",
        search="_search_segment_ids",
        groups=VIEWER,
        help="Segments that the customer is in now.",
    )
    segment_member_ids = fields.One2many(
        "crm.segment.member",
        "partner_id",
        "Segments Until Now",
        readonly=True,
        copy=False,
        groups=VIEWER,
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_segment_ids(self):
        groups = self.env["crm.segment.member"]._read_group(
            [
                ("partner_id", "in", self._origin.ids),
                ("left", "=", False),
                ("segment_id.active", "=", True),
            ],
            ["partner_id"],
            ["segment_id:recordset"],
        )
        found = {partner.id: segments for partner, segments in groups}
        for partner in self:
            partner.segment_ids = found.get(partner._origin.id, False)

    @api.model
    def _search_segment_ids(self, operator, value):
        mine = Domain("company_id", "in", self.env.companies.ids)
        mine &= Domain("segment_id.active", "=", True)
        if operator in ("any", "any!"):
            return self._in_segments(mine & Domain("segment_id", operator, value))
        if operator != "in":
            return NotImplemented
        named = [segment_id for segment_id in value if segment_id]
        found = self._in_segments(mine & Domain("segment_id", "in", named))
        if len(named) < len(value):
            found |= self._in_segments(mine, exists=False)
        return found

    @api.model
    def _in_segments(self, condition, exists=True):
        """Domain on partners who are in a segment now.

        :param condition: Domain on crm.segment.member
        :param exists: False for the partners who are in none of them
        """
        members = self.env["crm.segment.member"].sudo()
        inside = Domain("left", "=", False)
        return partners_with(members, inside & condition, exists)

    @api.model
    def _read_group_groupby(self, alias, groupby_spec, query):
        """Group by segment: by a join of the rows of those who are in now."""
        if groupby_spec != "segment_ids":
            return super()._read_group_groupby(alias, groupby_spec, query)
        self._check_field_access(self._fields["segment_ids"], "read")
        members = self.env["crm.segment.member"].sudo()
        rows = members._search(
            Domain("left", "=", False)
            & Domain("company_id", "in", self.env.companies.ids)
            & Domain("segment_id.active", "=", True),
            order="id",
        )
        rows.order = None
        joined = query.make_alias(alias, "segment_ids")
        columns = [
            SQL.identifier(members._table, c) for c in ("partner_id", "segment_id")
        ]
        query.add_join(
            "LEFT JOIN",
            joined,
            rows.subselect(*columns),
            SQL(
                "%s = %s",
                SQL.identifier(joined, "partner_id"),
                SQL.identifier(alias, "id"),
            ),
        )
        return SQL.identifier(joined, "segment_id")

    @api.model
    def search_panel_select_multi_range(self, field_name, **kwargs):
        """The saved segments beside the groups (X6), each with the number of its
        members, which is stored: one query for all of them."""
        if field_name != "segment_ids":
            return super().search_panel_select_multi_range(field_name, **kwargs)
        segments = self.env["crm.segment"].search_fetch(
            [("company_id", "in", self.env.companies.ids)], ["name", "member_count"]
        )
        return {
            "values": [
                {
                    "id": segment.id,
                    "display_name": segment.name,
                    "__count": segment.member_count,
                }
                for segment in segments
            ]
        }

    @api.model
    def _invalidate_segments(self):
        """Forget the cached segments; they are written by SQL."""
        self.invalidate_model(["segment_ids", "segment_member_ids"], flush=False)

    # -- what makes somebody enter or leave ----------------------------------------

    def _queue_segments(self):
        """Look at these customers again in all segments, within a minute."""
        self.env["crm.segment.dirty"]._add_partners(self._ids)

    @api.model
    def _create(self, data_list):
        partners = super()._create(data_list)
        partners._queue_segments()
        return partners

    def _write_multi(self, vals_list):  # pylint: disable=missing-return
        super()._write_multi(vals_list)
        if set().union(*vals_list) - UNASKED:
            self._queue_segments()

    def write(self, vals):
        result = super().write(vals)
        if any(
            name in self._fields and self._fields[name].type == "many2many"
            for name in vals
        ):
            self._queue_segments()
        return result

    def unlink(self):
        self._queue_segments()
        return super().unlink()

    @api.model
    def _write_member_numbers(self, partner_ids, sequence, branch=None):
        result = super()._write_member_numbers(partner_ids, sequence, branch)
        self.browse(partner_ids)._queue_segments()
        return result
