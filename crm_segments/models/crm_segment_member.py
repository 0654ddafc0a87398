from odoo import api, fields, models
from odoo.fields import Domain


class CrmSegmentMember(models.Model):
    """From when until when a customer was in a segment; written by SQL only.

    A row without an end is a member. Times of one customer in one segment never
    overlap: one may come back later, which is another row. A customer who is archived,
    or is no customer any more, has left. The row of a deleted or erased customer stays
    without a name, so that counts of the past stay as they were.
    """

    _name = "crm.segment.member"
    _description = "Member of a Segment"
    _order = "entered desc, id desc"
    _log_access = False
    _rec_name = "partner_id"

    segment_id = fields.Many2one(
        "crm.segment", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, ondelete="set null", index=True
    )
    entered = fields.Datetime(required=True, readonly=True)
    left = fields.Datetime(readonly=True, help="Empty: still in.")
    is_member = fields.Boolean(
        "Is In Now", compute="_compute_is_member", search="_search_is_member"
    )
    enter_todo = fields.Boolean(
        "Waits for Actions on Entering", readonly=True, required=True, default=False
    )
    leave_todo = fields.Boolean(
        "Waits for Actions on Leaving", readonly=True, required=True, default=False
    )

    _open_unique = models.UniqueIndex(
        '(segment_id, partner_id) WHERE "left" IS NULL',
        "A customer is in a segment once.",
    )
    _entered_idx = models.Index("(segment_id, entered)")
    _left_idx = models.Index('(segment_id, "left") WHERE "left" IS NOT NULL')
    _todo_idx = models.Index("(id) WHERE enter_todo OR leave_todo")
    _times_check = models.Constraint(
        'CHECK ("left" >= entered)', "Nobody leaves before he enters."
    )

    @api.depends("left")
    def _compute_is_member(self):
        for member in self:
            member.is_member = not member.left

    @api.model
    def _search_is_member(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("left", "=" if True in value else "!=", False)]

    def action_remove(self):
        """Take these customers out of their fixed lists."""
        for segment, rows in self.filtered("is_member").grouped("segment_id").items():
            segment._remove_customers(Domain("id", "in", rows.partner_id.ids))
