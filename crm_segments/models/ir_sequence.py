from odoo import models
from odoo.tools import SQL


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    def _next_member_numbers(self, count):
        """:return: the next ``count`` numbers of this sequence, by one statement when
        it is an ordinary one (another session never draws the same number)"""
        self.ensure_one()
        if self.implementation != "standard" or self.use_date_range:
            return [self._next() for _index in range(count)]
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{self.id:03d}",
                count,
            )
        )
        prefix, suffix = self._get_prefix_suffix()
        return [f"{prefix or ''}{n:0{self.padding}d}{suffix or ''}" for (n,) in rows]
