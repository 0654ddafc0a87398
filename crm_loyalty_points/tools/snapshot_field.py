from odoo import fields


class SnapshotMany2one(fields.Many2one):
    """A many2one column without a foreign key.

    The ledger is append-only: a foreign key would let the deletion or the merge of
    the other record change (SET NULL, UPDATE) or block ledger rows, and costs one
    lookup per row and key in bulk postings. The value is filled by the writer once;
    record rules, group-by and filters treat it as an ordinary many2one.
    """

    def update_db_foreign_key(self, model, column):
        """Deliberately nothing: see the class."""
