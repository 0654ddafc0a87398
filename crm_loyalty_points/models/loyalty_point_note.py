from odoo import api, fields, models

from ..tools.snapshot_field import SnapshotMany2one


class LoyaltyPointNote(models.Model):
    """Free text about an entry: apart from the ledger, so that it can be deleted."""

    _name = "loyalty.point.note"
    _description = "Note on a Points Ledger Entry"
    _rec_name = "note"
    _order = "id desc"

    entry_id = SnapshotMany2one(
        "loyalty.point.entry", required=True, readonly=True, index=True
    )
    company_id = SnapshotMany2one("res.company", readonly=True)
    note = fields.Text(required=True)

    @api.model
    def _attach(self, entries, text):
        """:return: one note with `text` for each of `entries`"""
        return self.create(
            [
                {"entry_id": entry.id, "company_id": entry.company_id.id, "note": text}
                for entry in entries
            ]
        )
