import logging

from odoo import api, models

from odoo.addons.crm_segments.tools.lost_races import LOST_RACES

from ..tools import ledger_lapse

_logger = logging.getLogger(__name__)

LAPSE_BATCH = 5000


class LoyaltyPointAward(models.Model):
    """Lapsing in the background. It may be late: what has lapsed cannot be spent, and
    is not shown, from the company's midnight on."""

    _inherit = "loyalty.point.award"

    @api.model
    def _lapse(self, card_ids):
        """Post what has lapsed on these cards by now, and nothing twice.

        :return: loyalty.card, the cards on which something lapsed
        """
        cards = self.env["loyalty.card"].sudo()
        if not card_ids:
            return cards
        cards.flush_model()
        self.env["loyalty.program"].flush_model()
        user = self.env.user
        operator = (user._name, user.id, user._crm_operator_name())
        rows = ledger_lapse.lapse(self.env, card_ids, operator)
        cards = cards.browse(id_ for id_, _old, _new in rows)
        if cards:
            changes = {id_: (old, new) for id_, old, new in rows}
            cards._points_changed(changes, mail=False)
        return cards

    @api.model
    def _cron_lapse(self, batch=LAPSE_BATCH):
        """Lapse all that is due, in batches of cards that are committed one by one.

        When somebody at a till was quicker the batch is rolled back and made smaller,
        down to the one card, which is left to the next run.
        """
        progress = self.env["ir.cron"]._commit_progress
        seconds = progress(remaining=ledger_lapse.count_due(self.env))
        size, skipped = batch, []
        while seconds:
            ids = ledger_lapse.due_cards(self.env, size, skipped)
            if not ids:
                break
            try:
                self._lapse(ids)
            except LOST_RACES:
                self.env.cr.rollback()
                if size == 1:
                    skipped += ids
                size = max(1, size // 10)
                continue
            seconds = progress(len(ids))
            size = min(batch, size * 10)
        if skipped:
            _logger.info("points to lapse later: %d cards are in use", len(skipped))
