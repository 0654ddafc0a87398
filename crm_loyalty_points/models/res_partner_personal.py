from dataclasses import replace

from odoo import models

from odoo.addons.crm_segments.tools.personal_data import DELETED, KEPT

from .crm_visit_private import MEDICAL


class ResPartner(models.Model):
    """Points, rewards, prepaid cards and visits of a person, for the privacy desk."""

    _inherit = "res.partner"

    def _crm_personal_data(self):
        sections = super()._crm_personal_data()
        persons = self._crm_persons()
        ours = [
            *persons._crm_data_of_points(),
            *persons._crm_data_of_rewards(),
            *persons._crm_data_of_by_hand(),
            *persons._crm_data_of_visits(),
            persons._crm_data_of_devices(),
        ]
        return ours + sections

    def _crm_data_of_points(self):
        cards = self._crm_section(
            "member_cards",
            self.env._("Member cards and prepaid cards"),
            "loyalty.card",
            [("partner_id", "in", self.ids)],
            ["program_id", "code", "points", "tier_id", "create_date", "active"],
            fate=DELETED,
            why=self.env._(
                "Points and values left end now by an entry in the ledger; the cards "
                "are archived without a customer."
            ),
            erase=self._erase_points,
        )
        yield cards
        of_cards = [("card_id", "in", cards.records.ids)]
        no_names = self._crm_why_no_names()
        yield self._crm_section(
            "points",
            self.env._("Points ledger"),
            "loyalty.point.entry",
            of_cards,
            [
                *("date", "program_id", "kind", "points", "expiry", "reason", "why"),
                *("source_name", "branch_id", "operator_name", "company_id"),
            ],
            fate=KEPT,
            why=no_names,
        )
        yield self._crm_section(
            "points_pending",
            self.env._("Pending points"),
            "loyalty.point.pending",
            of_cards,
            ["date", "kind", "points", "state", "available_on", "source_name"],
            fate=KEPT,
            why=no_names,
        )
        yield self._crm_section(
            "awards",
            self.env._("Points and values still valid"),
            "loyalty.point.award",
            of_cards,
            ["card_id", "program_id", "expiry", "remaining"],
            fate=KEPT,
            why=no_names,
        )

    def _crm_why_no_names(self):
        return self.env._("Kept for the accounts: numbers and dates, no names.")

    def _crm_data_of_rewards(self):
        """Rewards, prepaid cards and tiers of the member cards."""
        cards = self.env["loyalty.card"].sudo().with_context(active_test=False)
        cards = cards.search([("partner_id", "in", self.ids)])
        of_cards = [("card_id", "in", cards.ids)]
        no_names = self._crm_why_no_names()
        yield self._crm_section(
            "prepaid_purchases",
            self.env._("Prepaid cards bought"),
            "loyalty.prepaid.purchase",
            of_cards,
            [
                *("date", "program_id", "kind", "value", "used", "lapsed"),
                *("remaining", "expiry", "state", "source_name", "branch_id"),
            ],
            fate=KEPT,
            why=no_names,
        )
        yield self._crm_section(
            "redemptions",
            self.env._("Rewards redeemed"),
            "loyalty.redemption",
            [("partner_id", "in", self.ids)],
            [
                *("issued_at", "reward_id", "points", "state", "code", "valid_until"),
                *("branch_id", "used_at", "used_branch_id", "carrier"),
                *("tracking_number", "company_id"),
            ],
            why=self.env._(
                "Kept for the accounts. What was not used yet is cancelled, and the "
                "address goes with the profile."
            ),
        )
        yield self._crm_section(
            "counter",
            self.env._("Done at the counter"),
            "crm.counter.act",
            of_cards,
            [
                *("done_at", "kind", "state", "branch_id", "bill_number", "amount"),
                "points",
            ],
            fate=KEPT,
            why=no_names,
        )
        for key, label, model in (
            ("tiers", self.env._("Tiers"), "loyalty.tier.history"),
            ("points_notices", self.env._("Notices sent"), "loyalty.point.notice"),
            ("tier_notices", self.env._("Notices of tiers"), "loyalty.tier.notice"),
        ):
            yield self._crm_section(
                key, label, model, of_cards, fate=KEPT, why=no_names
            )

    def _crm_data_of_by_hand(self):
        """What staff wrote about points given by hand; it goes with the points."""
        cards = self.env["loyalty.card"].sudo().with_context(active_test=False)
        cards = cards.search([("partner_id", "in", self.ids)])
        yield self._crm_section(
            "points_notes",
            self.env._("Notes on points"),
            "loyalty.point.note",
            [("entry_id.card_id", "in", cards.ids)],
            ["note"],
            fate=DELETED,
        )
        yield self._crm_section(
            "points_requests",
            self.env._("Points by hand that were asked for"),
            "loyalty.point.approval",
            [("card_ids", "in", cards.ids)],
            ["asked_on", "kind", "points", "state", "note", "refusal"],
            why=self.env._("Kept for the accounts; the notes go."),
        )

    def _crm_data_of_visits(self):
        visits = self._crm_section(
            "visits",
            self.env._("Visits"),
            "crm.visit",
            [("partner_id", "in", self.ids)],
            [
                *("start", "branch_id", "state", "kind", "product_id", "staff_id"),
                *("arrived_at", "done_at", "note"),
            ],
            why=self.env._(
                "That somebody came is kept for reports; customer, notes, photos and "
                "messages go."
            ),
        )
        records = visits.records
        yield replace(
            visits, files=self._crm_files_of(records), erase=lambda: records._erase()
        )
        medical = self._crm_section(
            "medical_notes",
            self.env._("Medical notes of visits"),
            "crm.visit.medical",
            [("visit_id", "in", records.ids)],
            ["day", "visit_id", "findings", "treatment"],
            fate=DELETED,
            why=self.env._("Findings, treatment and their photos go with the visits."),
        )
        withheld = ""
        if not self.env.user.has_group(MEDICAL):
            withheld = self.env._(
                "Withheld: only somebody of the group “Medical notes” can hand these "
                "out."
            )
        yield replace(
            medical, files=self._crm_files_of(medical.records), withheld=withheld
        )

    def _crm_data_of_devices(self):
        devices = self._crm_section(
            "devices",
            self.env._("Remembered phones and browsers"),
            "crm.member.device",
            [("partner_id", "in", self.ids)],
            ["label", "created_at", "last_used_at", "company_id"],
            fate=DELETED,
            why=self.env._("They are signed out at once."),
        )
        return self._crm_to_delete(devices)

    def _crm_loose_tables(self):
        return [*super()._crm_loose_tables(), "crm_member_import_line", "crm_signup"]

    def _crm_erase_warnings(self):
        """What is left of points and prepaid values is lost."""
        warnings = super()._crm_erase_warnings()
        cards = self.env["loyalty.card"].sudo()
        cards = cards.search([("partner_id", "in", self._crm_persons().ids)])
        for card in cards.filtered(lambda c: c.is_member_card and c.points > 0):
            warnings.append(
                self.env._(
                    "%(program)s: %(points)s are left and will be lost.",
                    program=card.program_id.name,
                    points=card.points_display,
                )
            )
        return warnings
