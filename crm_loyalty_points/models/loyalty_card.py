from uuid import uuid4

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError, ValidationError

from odoo.addons.crm_segments.tools.client_values import without_defaults

from ..tools.card_merge import redirect_quotations
from ..tools.card_storage import leave_room
from ..tools.ledger_movement import to_cents
from ..tools.points_guard import points_posting, points_write_allowed

LEDGERED_TYPES = ("loyalty", "ewallet")
# Columns that decide where points are: the ledger writes them, clients never.
LEDGER_COLUMNS = {
    "entry_seq",
    "merged_into_id",
    "is_member_card",
    "hold_owner",
    "hold_until",
}


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    is_member_card = fields.Boolean(
        compute="_compute_is_member_card",
        store=True,
        precompute=True,
        help="The card is kept in the points ledger, and a customer has one per "
        "programme.",
    )
    entry_seq = fields.Integer(
        "Ledger Entries", readonly=True, copy=False, aggregator=None
    )
    merged_into_id = fields.Many2one(
        "loyalty.card",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The card that took over the points of this one.",
    )
    point_entry_ids = fields.One2many("loyalty.point.entry", "card_id", readonly=True)

    _member_card_uniq = models.UniqueIndex(
        "(partner_id, program_id)"
        " WHERE active AND is_member_card AND partner_id IS NOT NULL",
        "The customer already has a card of this programme.",
    )

    def init(self):
        res = super().init()
        leave_room(self.env.cr)
        return res

    @api.depends("program_id.program_type", "program_id.applies_on")
    def _compute_is_member_card(self):
        for card in self:
            card.is_member_card = self._is_ledgered(card.program_id)

    @api.model
    def _is_ledgered(self, program):
        """:return: whether cards of `program` are kept in the points ledger.

        Cards of programmes used up by the current order are not: Odoo deletes them
        with the order.
        """
        return (
            program.program_type in LEDGERED_TYPES and program.applies_on != "current"
        )

    # -- creating and changing -----------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """A customer's second member card is the first one: `create` returns it.

        Points given to a ledgered card are posted, as what `allow_points_write` says
        or else as "unattributed".

        :raises AccessError: points given without the right to
        :raises ConcurrencyError: another session makes the same card now; Odoo
            repeats the request, which then finds it
        :raises ValidationError: the customer has a card already, and the values ask
            for one with a code of its own
        """
        for vals in vals_list:
            self._check_ledger_columns(vals)
        if any(vals.get("points") for vals in vals_list):
            self._check_points_write()
        programs = self._ledgered_programs(vals_list)
        slots, fresh = self._member_slots(vals_list, programs)
        # The mail of a new card shows its points: it is sent after they are posted.
        quiet = without_defaults(self, {"points"} | LEDGER_COLUMNS)
        quiet = quiet.with_context(loyalty_no_mail=True)
        try:
            made = super(LoyaltyCard, quiet).create(fresh).with_env(self.env)
            made.flush_recordset(["partner_id", "program_id", "is_member_card"])
        except UniqueViolation as error:
            self._raise_concurrency(error)
        made._become_members()
        cards = self.browse(
            made[slot].id if isinstance(slot, int) else slot.id for slot in slots
        )
        cards._post_given(
            [
                vals.get("points") or 0 if self._program_of(vals) in programs else 0
                for vals in vals_list
            ]
        )
        made._send_creation_communication()
        return cards

    def _become_members(self):
        """What new cards bring their customers, before any points given with them."""
        members = self.filtered("is_member_card").sudo()
        members.partner_id.commercial_partner_id._ensure_member_number()

    def _member_slots(self, vals_list, programs):
        """Tell new cards from those that exist.

        :param programs: ids of the ledgered programmes
        :return: (slots, values): per item of `vals_list` the existing card or the
            place of its values among the values of new cards, which carry no points
            where the ledger gives them
        """
        existing = self._existing_member_cards(vals_list, programs)
        slots, fresh = [], []
        for vals in vals_list:
            member = (vals.get("partner_id"), self._program_of(vals))
            slot = existing.get(member)
            if slot is None:
                slot = len(fresh)
                ledgered = member[1] in programs
                fresh.append({**vals, "points": 0} if ledgered else vals)
                if member[0] and ledgered and vals.get("active", True):
                    existing[member] = slot
            else:
                self._check_same_card(vals)
            slots.append(slot)
        return slots, fresh

    def write(self, vals):
        """Points of ledgered cards are not overwritten: the difference is posted.

        :raises AccessError: points written without the right to
        :raises ValidationError: a second active card of a customer
        :raises UserError: a card with points moved to another programme
        """
        self._check_ledger_columns(vals)
        if "points" in vals:
            self._check_points_write()
        if "partner_id" in vals:
            self._check_owner_write(vals["partner_id"])
        if {"partner_id", "program_id", "active"} & vals.keys():
            self._check_one_card(vals)
        try:
            if "points" not in vals:
                return super().write(vals)
            ledgered = self.filtered("is_member_card")
            super(LoyaltyCard, self - ledgered).write(vals)
            others = {name: value for name, value in vals.items() if name != "points"}
            super(LoyaltyCard, ledgered).write(others)
        except UniqueViolation as error:
            self._raise_concurrency(error)
        wanted = to_cents(round(vals["points"] or 0, 2))
        ledgered._post_given(
            [(wanted - to_cents(round(card.points, 2))) / 100 for card in ledgered]
        )
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        if self.sudo().filtered("entry_seq"):
            raise UserError(
                self.env._(
                    "A card with entries in the points ledger cannot be deleted. "
                    "Archive it instead."
                )
            )

    # -- helpers of create and write -----------------------------------------------

    @api.model
    def _program_of(self, vals):
        if "program_id" in vals:
            return vals["program_id"]
        context = self.env.context
        return context.get("default_program_id") or context.get("active_id")

    def _ledgered_programs(self, vals_list):
        ids = {self._program_of(vals) for vals in vals_list} - {None, False}
        programs = self.env["loyalty.program"].sudo().browse(ids).exists()
        return set(programs.filtered(self._is_ledgered).ids)

    def _existing_member_cards(self, vals_list, programs):
        """:return: {(partner id, program id): active member card}"""
        partner_ids = {vals.get("partner_id") for vals in vals_list} - {None, False}
        if not programs or not partner_ids:
            return {}
        cards = self.sudo().search(
            [
                ("partner_id", "in", list(partner_ids)),
                ("program_id", "in", list(programs)),
                ("is_member_card", "=", True),
                ("active", "=", True),
            ]
        )
        return {(c.partner_id.id, c.program_id.id): c for c in cards}

    def _check_same_card(self, vals):
        self.check_access("create")
        if vals.get("code"):
            raise ValidationError(
                self.env._("The customer already has a card of this programme.")
            )

    def _check_points_write(self):
        if not (self.env.su or points_write_allowed()):
            raise AccessError(
                self.env._(
                    "Points change through orders, rewards and the Update Balance "
                    "button only."
                )
            )

    def _check_ledger_columns(self, vals):
        """:raise AccessError: a client says what only the ledger knows"""
        if not self.env.su and LEDGER_COLUMNS & vals.keys():
            raise AccessError(
                self.env._("Only the points ledger writes this about a card.")
            )

    def _check_owner_write(self, partner_id):
        """:raise AccessError: a client gives a customer's points to somebody else"""
        if self.env.su or points_write_allowed():
            return
        if any(
            card.entry_seq and card.partner_id and card.partner_id.id != partner_id
            for card in self.sudo()
        ):
            raise AccessError(
                self.env._(
                    "A card with points stays with its customer. Merge the customers "
                    "if they are one."
                )
            )

    def _check_one_card(self, vals):
        if "program_id" in vals and any(
            (card.entry_seq or card.points) and card.program_id.id != vals["program_id"]
            for card in self.sudo()
        ):
            raise UserError(self.env._("A card with points stays in its programme."))
        seen = set()
        for card in self.sudo().filtered("is_member_card"):
            partner_id = vals.get("partner_id", card.partner_id.id)
            program_id = vals.get("program_id", card.program_id.id)
            if not partner_id or not vals.get("active", card.active):
                continue
            domain = [
                ("partner_id", "=", partner_id),
                ("program_id", "=", program_id),
                ("is_member_card", "=", True),
                ("active", "=", True),
                ("id", "not in", self.ids),
            ]
            if (partner_id, program_id) in seen or self.sudo().search(domain, limit=1):
                raise ValidationError(
                    self.env._("The customer already has a card of this programme.")
                )
            seen.add((partner_id, program_id))

    def _raise_concurrency(self, error):
        if error.diag.constraint_name != "loyalty_card_member_card_uniq":
            raise error
        raise ConcurrencyError("the customer's card is being made") from error

    # -- the ledger ----------------------------------------------------------------

    def _post_given(self, amounts):
        """Post what native code gave to (or took from) the cards.

        :param amounts: one signed number per card of self (which may repeat)
        """
        values = points_posting()
        note = values.pop("note", None)
        key = values.pop("key", None)
        values.setdefault("kind", "unattributed")
        until = values.pop("expiry", None) or None
        vals_list = []
        for place, (card, amount) in enumerate(zip(self, amounts, strict=True)):
            if not amount:
                continue
            base = key or f"{values['kind']}:{uuid4()}"
            if amount > 0:
                program = card.sudo().program_id
                day = program._get_local_today()
                values["expiry"] = until or program._get_award_expiry(day)
            else:
                values["expiry"] = None
            vals_list.append(
                {
                    **values,
                    "card_id": card.id,
                    "points": round(amount, 2),
                    "key": f"{base}:{place}",
                }
            )
        entries = self.env["loyalty.point.entry"]._post(vals_list)
        if note and entries:
            self.env["loyalty.point.note"].sudo()._attach(entries, note)
        return entries

    def _points_changed(self, changes, mail=True):
        """Tell the ORM, and the customer, about balances changed by the ledger.

        :param changes: {card id: (old, new)}
        :param mail: send the "when reaching" mails of the programmes
        """
        self.invalidate_recordset(
            ["points", "entry_seq", "point_entry_ids"], flush=False
        )
        self.env["loyalty.point.award"].invalidate_model(flush=False)
        self.modified(["points"])
        if not mail or self.env.context.get("loyalty_no_mail"):
            return
        told = self.env["loyalty.mail"]._get_milestone_programs()
        risen = self.filtered(
            lambda card: (
                changes[card.id][0] < changes[card.id][1] and card.program_id.id in told
            )
        )
        if risen:
            risen._send_points_reach_communication(
                {
                    card: dict(zip(("old", "new"), changes[card.id], strict=True))
                    for card in risen
                }
            )

    def _move_points_to(self, survivor_id, reason="merge"):
        """Transfer everything, debts included, to another card of the programme.

        Safe to repeat: what is moved once is not there any more.
        """
        return self.env["loyalty.point.entry"]._post(
            [
                {
                    "card_id": card.id,
                    "to_card_id": survivor_id,
                    "kind": "transfer",
                    "points": None,
                    "key": f"transfer:{card.id}:{card.sudo().entry_seq}",
                    "reason": reason,
                }
                for card in self
            ],
            bulk=True,
        )

    def _merge_into(self, survivor):
        """Move everything to `survivor` and archive these cards of its programme."""
        if not self:
            return
        survivor.ensure_one()
        self._move_points_to(survivor.id)
        redirect_quotations(self, survivor.id)
        merged_before = self.with_context(active_test=False).search(
            [("merged_into_id", "in", self.ids)]
        )
        (self | merged_before).write({"merged_into_id": survivor.id})
        self.action_archive()

    def _lapse_everything(self, reason="erased"):
        """Bring the balances to zero: points lapse, debts are written off."""
        left = self.env["loyalty.point.award"].search(
            [("card_id", "in", self.ids), ("remaining", "!=", 0)]
        )
        return self.env["loyalty.point.entry"]._post(
            [
                {
                    "card_id": card.id,
                    "kind": "lapse",
                    "points": None,
                    "key": f"{reason}:{card.id}:{card.entry_seq}",
                    "reason": reason,
                }
                for card in left.card_id
            ],
            bulk=True,
        )
