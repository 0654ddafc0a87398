from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import split_every

from odoo.addons.crm_segments.tools.local_date import local_today
from odoo.addons.crm_segments.tools.order_plan import Finding

CHUNK = 1000
COUNTS = ("new", "changed", "same", "give", "take", "largest")


class CrmMemberImport(models.Model):
    """The dry run, and who may let the file in."""

    _inherit = "crm.member.import"

    new_count = fields.Integer("New Customers", readonly=True, copy=False)
    matched_count = fields.Integer("Known Customers", readonly=True, copy=False)
    changed_count = fields.Integer(
        "Known Customers to Complete", readonly=True, copy=False
    )
    same_count = fields.Integer(
        "Nothing to Do", readonly=True, copy=False, help="They stay as they are."
    )
    points_given = fields.Float(
        "Points to Give", digits=(16, 2), readonly=True, copy=False
    )
    points_taken = fields.Float(
        "Points to Take Back",
        digits=(16, 2),
        readonly=True,
        copy=False,
        help="Of members for whom an earlier file of this source had more points.",
    )
    points_largest = fields.Float(
        "Most Points of a Member", digits=(16, 2), readonly=True, copy=False
    )
    tier_count = fields.Integer("Members with a Tier", readonly=True, copy=False)
    checked_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    digest = fields.Char(readonly=True, copy=False)
    needs_second = fields.Boolean(compute="_compute_needs_second")

    @api.depends("points_given", "points_taken", "points_largest", "program_id")
    def _compute_needs_second(self):
        for record in self:
            company = record.program_id.sudo().company_id or record.company_id.sudo()
            per_card = company.points_limit_movement
            per_day = company.points_limit_day
            total = record.points_given + record.points_taken
            record.needs_second = (per_card and record.points_largest > per_card) or (
                per_day and total > per_day
            )

    @api.model
    def _steering(self):
        """A client cannot say that the file was checked, or by whom."""
        return super()._steering() | {
            "checked_by_id",
            "digest",
            "points_given",
            "points_taken",
            "points_largest",
            "tier_count",
            "undoing",
        }

    def _check_import_rights(self):  # pylint: disable=missing-return
        super()._check_import_rights()
        if not self.env["res.partner"].has_access("create"):
            raise UserError(
                self.env._("To import members you also need the right to create them.")
            )

    def action_import(self):
        """Start or continue writing the checked file in the background.

        Tiers are let in by managers, and points above the limits of the company by a
        manager who is not the one who checked the file.
        """
        self.ensure_one()
        manager = self.env.user.has_group("crm_segments.crm_segments_group_manager")
        if self.state == "checked" and self.tier_count and not manager:
            raise AccessError(
                self.env._("Only managers give tiers: ask one to press Import.")
            )
        if self.state == "checked" and self.needs_second:
            if not manager or self.env.user == self.checked_by_id:
                raise AccessError(
                    self.env._(
                        "The points of this file are above the limit: another person, "
                        "a manager, presses Import."
                    )
                )
        return super().action_import()

    def _apply_plan(self, plan):
        matched, findings = self._match(plan.members)
        members = [member for member in plan.members if member.row in matched]
        findings += plan.findings
        counts = dict.fromkeys(COUNTS, 0)
        names = self._known_names()
        for chunk in split_every(CHUNK, members, list):
            self._count_chunk(chunk, matched, names, counts, findings)
        known = sum(1 for row in matched.values() if row)
        self.sudo().write(
            {
                "row_count": plan.rows,
                "new_count": counts["new"],
                "matched_count": known,
                "changed_count": counts["changed"],
                "same_count": counts["same"],
                "points_given": counts["give"] / 100,
                "points_taken": counts["take"] / 100,
                "points_largest": counts["largest"] / 100,
                "tier_count": sum(bool(member.tier) for member in members),
                "error_count": sum(f.level == "error" for f in findings),
                "skip_count": sum(f.level == "skip" for f in findings),
                "checked_by_id": self.env.uid,
                "digest": self._digest(),
            }
        )
        self._write_findings(findings)

    def _count_chunk(self, members, matched, names, counts, findings):
        partners = self.env["res.partner"].browse(
            filter(None, (matched[member.row] for member in members))
        )
        partners.fetch(["name", "member_number", "category_id"])
        cards = self.env["loyalty.card"]._cards_of_customers(partners, self.program_id)
        card_of = {card.partner_id.commercial_partner_id.id: card for card in cards}
        posted = self._posted_parts(cards)
        tag_ids = self._find_tags(members)
        today = local_today(self.env, self.company_id)
        for member in members:
            partner = self.env["res.partner"].browse(matched[member.row] or [])
            card = card_of.get(partner.commercial_partner_id.id, cards.browse())
            give, take = self._part_changes(member, posted.get(card.id, ()), today)
            given = sum(cents for _day, cents in give)
            taken = sum(part[1] for part in take)
            counts["give"] += given
            counts["take"] += taken
            counts["largest"] = max(counts["largest"], given, taken)
            if not partner:
                counts["new"] += 1
                continue
            kept = member.number and partner.member_number not in (False, member.number)
            if kept:
                findings.append(
                    Finding(
                        member.row,
                        "skip",
                        "number_kept",
                        member.number,
                        partner.member_number,
                    )
                )
            changes = self._profile_changes(member, partner, names, tag_ids)
            changes = changes or self._card_changes(member, card, names) or not card
            counts["changed"] += bool(changes)
            counts["same"] += not (changes or give or take)
