from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Keys of entries that an operator posted without a second person.
BY_HAND = "hand:"


class LoyaltyCard(models.Model):
    """Points that people move, rather than orders: one gate for all of them.

    Below the limits of the company they are posted at once. Above them, and always on
    the operator's own card once there is a limit, a request waits for a manager.
    """

    _inherit = "loyalty.card"

    approval_ids = fields.Many2many(
        "loyalty.point.approval",
        "loyalty_point_approval_card_rel",
        "card_id",
        "approval_id",
        readonly=True,
        copy=False,
        groups="crm_segments.crm_segments_group_officer",
    )
    pending_approval_count = fields.Integer(
        "Waiting for Approval",
        compute="_compute_pending_approval_count",
        groups="crm_segments.crm_segments_group_officer",
    )

    def _compute_pending_approval_count(self):
        counts = dict(
            self.env["loyalty.point.approval"]
            .sudo()
            ._read_group(
                [("card_ids", "in", self.ids), ("state", "=", "pending")],
                ["card_ids"],
                ["__count"],
            )
        )
        for card in self:
            card.pending_approval_count = counts.get(card._origin, 0)

    def action_adjust_points(self):
        """:return: the form to give points to this card, or to take some"""
        return self._by_hand_form("loyalty.card.adjust", self.env._("Give or Take"))

    def action_transfer_points(self):
        """:return: the form to move points of this card to another member"""
        return self._by_hand_form("loyalty.card.transfer", self.env._("Transfer"))

    def _by_hand_form(self, model, name):
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    def action_view_approvals(self):
        """:return: the requests about this card that wait for a decision"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.loyalty_point_approval_action"
        )
        action["domain"] = [("card_ids", "in", self.ids)]
        return action

    # -- the gate ------------------------------------------------------------------

    def _move_by_hand(self, values, note=None):
        """Move points of each of these cards in the operator's name: post, or ask.

        :param values: as for `loyalty.point.entry._post`, without a card: kind
            ("adjust", "bonus" or "transfer"), points (signed, for each card), reason,
            key (unique for this act of the operator); optional expiry (default: the
            programme's), branch_id, to_card_id
        :param note: free text, kept apart from the ledger
        :return: (entries, request): one of them empty. Repeated with the same key,
            what the first call made
        :raises UserError: cards of several programmes, not enough points...
        """
        values = {**values, "key": BY_HAND + values["key"]}
        asked = self.env["loyalty.point.approval"].sudo()
        asked = asked.search([("key", "=", values["key"])])
        if asked or not self:
            return self.env["loyalty.point.entry"], asked.sudo(self.env.su)
        if len(self.program_id) > 1:
            raise UserError(self.env._("Choose cards of one programme."))
        posted = self.env["loyalty.point.entry"].sudo()
        posted = posted.search_count([("key", "=", f"{values['key']}:{self[0].id}")])
        if not posted and self._needs_second_person(values):
            return (
                self.env["loyalty.point.entry"],
                self.env["loyalty.point.approval"]._ask(self, values, note),
            )
        return self._post_by_hand(values, note), self.env["loyalty.point.approval"]

    def _post_by_hand(self, values, note=None):
        """Post a movement on each of these cards; see `_move_by_hand`.

        :return: the entries
        """
        values = dict(values)
        key = values.pop("key")
        if float(values["points"]) > 0 and "expiry" not in values:
            program = self.program_id.sudo()
            values["expiry"] = program._get_award_expiry(program._get_local_today())
            values["policy"] = program._get_expiry_snapshot()
        entries = self.env["loyalty.point.entry"]._post(
            [{**values, "card_id": c.id, "key": f"{key}:{c.id}"} for c in self],
            bulk=len(self) > 1,
        )
        notes = self.env["loyalty.point.note"].sudo()
        if note and not notes.search_count([("entry_id", "in", entries.ids)], limit=1):
            notes._attach(entries, note)
        return entries

    def _needs_second_person(self, values):
        """Whether the operator may not do this alone; counts it when he may.

        :param values: see `_move_by_hand`
        """
        per_card, per_day = self._by_hand_limits()
        if self.env.uid == SUPERUSER_ID or not (per_card or per_day):
            return False
        points = abs(float(values["points"]))
        cards = self | self.browse(values.get("to_card_id") or ())
        if cards._are_of_operator():
            return True
        total = round(points * len(self), 2)
        day = self.program_id.sudo()._get_local_today()
        # Counting comes first: it makes two sessions of an operator wait in line.
        allowance = self.env["loyalty.point.allowance"].sudo()
        moved = allowance._add(self.env.user, day, total)
        before = cards._moved_by_operator(day) if per_card else 0
        over = (per_day and round(moved - per_day, 2) > 0) or (
            per_card and round(before + points - per_card, 2) > 0
        )
        if over:
            allowance._add(self.env.user, day, -total)
        return bool(over)

    def _by_hand_limits(self):
        """:return: (points per card, points per operator and day), 0 for none.

        A programme of all companies has the strictest limits of the operator's
        companies: choosing another company at the top of the page changes nothing.
        """
        company = self.program_id.sudo().company_id
        companies = company or self.env.user.sudo().company_ids
        return tuple(
            min(filter(None, companies.sudo().mapped(name)), default=0)
            for name in ("points_limit_movement", "points_limit_day")
        )

    def _are_of_operator(self):
        """:return: whether one of the cards is the operator's own"""
        own = self.env.user.sudo().partner_id
        holders = self.sudo().partner_id
        return own in holders or own.commercial_partner_id in holders

    def _moved_by_operator(self, day):
        """:return: the most points that the operator moved by hand that day on one of
        the cards, given and taken added up"""
        ((most,),) = self.env.execute_query(
            SQL(
                """SELECT coalesce(max(moved), 0)
                     FROM (SELECT sum(abs(points)) AS moved
                             FROM loyalty_point_entry
                            WHERE card_id = ANY(%s) AND date = %s
                              AND operator_model = 'res.users' AND operator_id = %s
                              AND key LIKE %s
                            GROUP BY card_id) AS cards""",
                self.ids,
                day,
                self.env.uid,
                f"{BY_HAND}%",
            )
        )
        return float(most)

    @api.model
    def _cards_of_customers(self, partners, program, create=False):
        """:param create: make members of the customers without a card
        :return: one active card of the programme per customer, his own before those of
            his contacts
        """
        customers = partners.commercial_partner_id
        cards = self.sudo().search_fetch(
            [
                ("partner_id.commercial_partner_id", "in", customers.ids),
                ("program_id", "=", program.id),
                ("is_member_card", "=", True),
            ],
            order="id desc",
        )
        found = {card.partner_id.commercial_partner_id.id: card for card in cards}
        found.update({c.partner_id.id: c for c in cards if c.partner_id in customers})
        missing = customers.filtered(lambda partner: partner.id not in found)
        if create and missing:
            quiet = self.env.context.get("loyalty_no_mail") or len(missing) > 1
            made = self.sudo().with_context(loyalty_no_mail=quiet)
            made = made.create(
                [{"program_id": program.id, "partner_id": p.id} for p in missing]
            )
            found.update(zip(missing.ids, made, strict=True))
        ids = [found[partner.id].id for partner in customers if partner.id in found]
        return self.browse(ids)
