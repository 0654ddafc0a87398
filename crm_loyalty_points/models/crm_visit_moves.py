from odoo import api, fields, models
from odoo.exceptions import UserError

from .crm_visit import CAME_IN, NOTED_BY_MOVES

# From which state to which; who walked in was never planned.
MOVES = {
    "planned": {
        "planned": {"arrived", "no_show", "cancelled"},
        "arrived": {"done", "planned"},
        "done": {"arrived"},
        "no_show": {"arrived", "planned"},
        "cancelled": {"planned"},
    },
    "walk_in": {
        "planned": {"arrived", "cancelled"},
        "arrived": {"done", "cancelled"},
        "done": {"arrived"},
        "no_show": {"arrived"},
        "cancelled": {"arrived"},
    },
}


class CrmVisit(models.Model):
    """Planned, arrived, done: the moves, with the moments at which they were made."""

    _inherit = "crm.visit"

    can_check_in = fields.Boolean(compute="_compute_moves")
    can_undo = fields.Boolean(compute="_compute_moves")

    @api.depends("state", "kind")
    def _compute_moves(self):
        for visit in self:
            visit.can_check_in = visit.state in ("planned", "no_show")
            visit.can_undo = visit.state in (*CAME_IN, "no_show", "cancelled")

    def write(self, vals):
        """A new state, however it comes, is one of the moves; see `_check_move`.

        Visits that have the state already stay as they are.
        """
        if "state" not in vals:
            return super().write(vals)
        self.check_access("write")
        state = vals["state"]
        moving = self.filtered(lambda visit: visit.state != state)
        moving._check_move(state)
        for before, visits in moving.grouped("state").items():
            # superuser: the times are nobody's to choose
            super(CrmVisit, visits.sudo()).write(self._prepare_move(before, state))
        if state == "arrived":
            moving._settle_arrival()
        others = {name: value for name, value in vals.items() if name != "state"}
        return super().write(others) if others else True

    def action_arrive(self):
        """Check the customers in."""
        self.write({"state": "arrived"})

    def action_done(self):
        self.write({"state": "done"})

    def action_no_show(self):
        self.write({"state": "no_show"})

    def action_cancel(self):
        self.write({"state": "cancelled"})

    def action_undo(self):
        """Take the last move back: a wrong check-in leaves a planned visit, and of
        somebody who was thought to walk in a cancelled one."""
        for visit in self:
            if visit.state == "done":
                visit.state = "arrived"
            elif visit.kind == "walk_in":
                visit.state = "cancelled" if visit.state == "arrived" else "arrived"
            else:
                visit.state = "planned"

    def _check_move(self, state):
        """:raises UserError: e.g. to done without having arrived, or a no-show before
        the time has come"""
        names = dict(self._fields["state"]._description_selection(self.env))
        now = fields.Datetime.now()
        for visit in self:
            if visit.is_anonymous or state not in MOVES[visit.kind][visit.state]:
                raise UserError(
                    self.env._(
                        "The visit %(visit)s is %(before)s: it cannot become "
                        "%(after)s.",
                        visit=visit.display_name,
                        before=names[visit.state],
                        after=names.get(state, state),
                    )
                )
            if state == "no_show" and visit.start > now:
                raise UserError(
                    self.env._(
                        "It is too early to say that %(visit)s did not come.",
                        visit=visit.display_name,
                    )
                )

    @api.model
    def _prepare_move(self, before, state):
        """:return: what to write when visits move from one state to another"""
        now = fields.Datetime.now()
        if state == "done":
            return {"state": state, "done_at": now}
        if state == "arrived":
            values = {"state": state, "done_at": False}
            return values if before == "done" else {**values, "arrived_at": now}
        # a key that stayed would find this visit, not make the right one
        gone = NOTED_BY_MOVES - {"is_anonymous"} | {"card_program_id"}
        return {"state": state, **dict.fromkeys(gone, False)}

    def _settle_arrival(self):
        """What is known once the customer is here: the branch, the card."""
        for visit in self.filtered(lambda visit: not visit.branch_id):
            visit.branch_id = self.env["crm.branch"]._default_of(visit.company_id)
        self._note_card_types()
