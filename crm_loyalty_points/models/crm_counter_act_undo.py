from odoo import fields, models
from odoo.exceptions import UserError

from .crm_counter_act import UNDO_MINUTES


class CrmCounterAct(models.Model):
    """Taking back what was done by mistake: by whoever did it, within minutes, once."""

    _inherit = "crm.counter.act"

    def _undo(self):
        """Take one act back, with typed entries where points moved.

        Asked again, what was undone stays as it is.

        :raise UserError: somebody else's, too late, or what was given is used
        """
        self.ensure_one()
        act = self.sudo()
        if act.user_id != self.env.user:
            raise UserError(self.env._("Only whoever did this can undo it."))
        if act.state == "undone":
            return
        if not act._get_undo_seconds():
            raise UserError(
                self.env._(
                    "This can be undone for %(minutes)s minutes only. Ask the office.",
                    minutes=UNDO_MINUTES,
                )
            )
        # The row is the lock: a second request waits here, and then finds it undone.
        act.write({"state": "undone", "undone_at": fields.Datetime.now()})
        act.flush_recordset()
        act._take_back()

    def _take_back(self):
        if self.kind in ("bill", "products"):
            self._take_points_back()
        elif self.kind == "redeem":
            self.redemption_id._cancel(reason="counter_undone")
        elif self.kind == "visit":
            self.visit_id.action_undo()
        elif self.redemption_id:
            self.redemption_id.action_undo_use()
        else:
            self.coupon_id._undo_use_at_counter()

    def _take_points_back(self):
        entry = self.entry_id
        if self.pending_id and not self.pending_id._void("counter_undone"):
            entry = self.pending_id.entry_id  # available meanwhile
        if entry:
            entry._reverse(f"{self._get_key()}:undo", reason="counter_undone")
