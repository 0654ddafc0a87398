import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools import ledger_proof, ledger_redate
from ..tools.snapshot_field import SnapshotMany2one

_logger = logging.getLogger(__name__)


class LoyaltyPointAward(models.Model):
    """What is left of each award: a projection of entries and draws.

    The writer draws from it; it can be rebuilt and is proven nightly. A spend that
    left a debt has a row with a negative remainder until later awards have paid it, so
    the balance of a card is the sum of its rows.
    """

    _name = "loyalty.point.award"
    _inherit = "loyalty.point.locked"
    _description = "Points Left of an Award"
    _order = "expiry, entry_id"
    _log_access = False

    # No foreign keys: a projection is proven, and entries are never deleted.
    entry_id = SnapshotMany2one("loyalty.point.entry", required=True, readonly=True)
    card_id = SnapshotMany2one("loyalty.card", required=True, readonly=True)
    company_id = SnapshotMany2one("res.company", readonly=True)
    program_id = SnapshotMany2one(
        "loyalty.program", string="Programme", required=True, readonly=True
    )
    expiry = fields.Date(
        readonly=True, help="Last day on which the points can be used."
    )
    remaining = fields.Float(digits=(16, 2), required=True, readonly=True)

    _entry_uniq = models.UniqueIndex("(entry_id)")
    _open_idx = models.Index("(card_id) WHERE remaining <> 0")
    _debt_idx = models.Index("(card_id) WHERE remaining < 0")
    _valid_idx = models.Index("(card_id, expiry) WHERE expiry IS NOT NULL")
    _expiry_idx = models.Index("(expiry) WHERE remaining > 0 AND expiry IS NOT NULL")

    @api.model
    def _sql_expiry(self):
        """:return: SQL, over an entry `e`, of the expiry its award has now"""
        return ledger_redate.EXPIRY

    @api.model
    def _check_ledger(self, limit=100):
        """Prove that balances and awards are what entries and draws say.

        :return: differences as `ledger_proof.check` lists them; [] when proven
        """
        self.env.flush_all()
        return ledger_proof.check(self.env, limit)

    @api.model
    def _rebuild(self):
        """Make balances and awards anew from entries and draws.

        :return: (number of awards, number of cards) that were wrong
        """
        self.env.flush_all()
        changed = ledger_proof.rebuild(self.env, self._sql_expiry())
        self.env.invalidate_all()
        return changed

    @api.model
    def _cron_prove(self):
        """Prove the ledger every night, on a cursor that cannot write."""
        with self.env.registry.cursor(readonly=True) as cr:
            differences = self.with_env(self.env(cr=cr))._check_ledger()
        for difference in differences:
            _logger.error("points ledger not proven: %s", difference)
        if not differences:
            _logger.info("points ledger proven")
        return differences

    @api.model
    def action_prove(self):
        """:return: a notification with the result of the proof
        :raise AccessError: for anybody but managers; it reads all companies
        """
        if not self.env.user.has_group("crm_segments.crm_segments_group_manager"):
            raise AccessError(self.env._("Only managers prove the ledger."))
        differences = self.sudo()._check_ledger()
        if differences:
            lines = [
                self.env._(
                    "%(check)s: card %(card)s, entry %(entry)s: %(expected)s expected, "
                    "%(found)s found",
                    check=row["check"],
                    card=row["card_id"] or "-",
                    entry=row["entry_id"] or "-",
                    expected=row["expected"],
                    found=row["found"],
                )
                for row in differences[:10]
            ]
            message = "\n".join(lines)
        else:
            message = self.env._("Every balance equals the sum of its entries.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if differences else "success",
                "title": self.env._("Points ledger"),
                "message": message,
                "sticky": bool(differences),
            },
        }
