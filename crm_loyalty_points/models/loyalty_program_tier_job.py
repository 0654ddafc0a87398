import logging

from odoo import api, models
from odoo.tools import SQL

from ..tools.local_day import local_today
from ..tools.tier_policy import DAY, months_between
from .loyalty_point_award_lapse import LOST_RACES

_logger = logging.getLogger(__name__)

TIER_BATCH = 10_000  # cards per transaction


class LoyaltyProgram(models.Model):
    """The nightly job of tiers: once per programme and local day.

    The job of a month's end is due from the first day of the next month. It may come
    late, or twice: it finds what it would have found on its day.
    """

    _inherit = "loyalty.program"

    @api.model
    def _cron_tiers(self):
        """Move what is due, in batches; each is committed by itself."""
        progress = self.env["ir.cron"]._commit_progress
        programs = self.sudo().browse(self._get_tier_policies())
        for program in programs:
            today = local_today(self.env, program.company_id[:1])
            if program.tier_day_done and program.tier_day_done >= today:
                continue
            try:
                if not program._run_tiers(today, progress):
                    break
            except LOST_RACES:
                self.env.cr.rollback()
                _logger.info("tiers of programme %s: goes on later", program.id)

    def _run_tiers(self, today, commit=None):
        """Do everything that is due on a day: month ends, rises that nothing announced
        (orders, visits, new thresholds), birthdays, warnings.

        :param today: local date
        :param commit: called as `ir.cron._commit_progress` after each batch
        :return: whether all was done
        """
        self.ensure_one()
        months = self._get_due_tier_months(today)
        # Whoever is found on the first day of a programme's tiers did not rise today.
        reason = "rise" if self.tier_month_done else "policy"
        after = self.tier_run_card if self.tier_run_day == today else 0
        while batch := self._get_tier_batch(after):
            self._run_tier_batch(months, today, batch, reason)
            after = batch[-1]
            self.write({"tier_run_day": today, "tier_run_card": after})
            if commit and not commit(len(batch), remaining=1):
                return False
        self._finish_tier_day(today)
        if commit:
            commit(1)
        return True

    def _finish_tier_day(self, today):
        """Remember that a day's moves are done, then greet and warn."""
        self.env["loyalty.card"].search(
            [
                ("program_id", "=", self.id),
                ("tier_until", "<", today.replace(day=1)),
            ]
        )._forget_given_tier()
        self.write({"tier_month_done": today.replace(day=1), "tier_day_done": today})
        self._give_birthday_points(today)
        self.env["loyalty.tier.notice"]._warn(self, today)

    def _run_tier_batch(self, months, today, card_ids, reason):
        Card = self.env["loyalty.card"]
        Card.flush_model()
        if months:
            Card._fall(self, months, today, card_ids)
        Card._rise(self, card_ids, reason, today)

    def _get_due_tier_months(self, today):
        """:return: the first days of the months whose job was not done yet"""
        self.ensure_one()
        if not self.tier_month_done:
            return []
        return months_between(self.tier_month_done + DAY, today)

    def _get_tier_batch(self, after):
        """:return: ids of the next member cards"""
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM loyalty_card
                    WHERE program_id = %s AND active AND is_member_card AND id > %s
                 ORDER BY id LIMIT %s""",
                self.id,
                after,
                TIER_BATCH,
            )
        )
        return [id_ for (id_,) in rows]

    def _give_birthday_points(self, today):
        """Post the birthday bonuses of the tiers, once a year and card.

        Birthdays of the last days are found, too, should the job have rested. Who is
        born on 29 February has it on the 28th in other years: in the same month.
        """
        self.ensure_one()
        if not any(tier.birthday_points for tier in self.tier_ids):
            return
        days = [today - DAY * past for past in range(7)]
        born = {(day.month, day.day): day for day in days}
        for day in days:
            if (day.month, day.day) == (2, 28) and (day + DAY).day == 1:
                born[2, 29] = day
        cards = self.env["loyalty.card"]
        for (month, number), day in born.items():
            cards._give_birthday_points(self, month, number, day)
