from odoo import Command, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_segments.tools.local_date import local_today
from odoo.addons.crm_segments.tools.order_import_guard import importing_orders

from .crm_member_import_match import SOURCE

# Members that move in are old friends: no mail, no chatter, no welcome.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "loyalty_no_mail": True,
    "crm_customer": True,
}


class CrmMemberImport(models.Model):
    """Writing the members: customers, cards and points of a batch together."""

    _inherit = "crm.member.import"

    _batch = 500
    _job = "crm_loyalty_points.crm_member_import_cron"
    _quiet = QUIET

    done_count = fields.Integer("Members Imported")
    failed_count = fields.Integer("Members Not Written")
    done_row = fields.Integer(
        readonly=True,
        copy=False,
        help="Up to which row of the file the members are written.",
    )

    def _writing(self):
        return importing_orders(points=False)

    def _run(self):
        if self.undoing:
            return self._run_undo()
        return super()._run()

    def _todo(self, plan):
        """All members but those who are there already, with nothing to change.

        :raise UserError: the file is not the one that was checked
        """
        if self.digest != self._digest():
            raise UserError(
                self.env._("The file or its settings were changed: check it again.")
            )
        failed = self._failed_names()
        matched, _findings = self._match(plan.members)
        return [
            member
            for member in plan.members
            if member.row in matched
            and member.row > self.done_row
            and member.phone not in failed
        ]

    def _fresh_counts(self):
        return super()._fresh_counts() | {"done_row": 0, "undoing": False}

    def _item_name(self, item):
        return item.phone

    def _done_message(self):
        return self.env._("Members imported"), self.env._(
            "%(members)s members of %(file)s are in.",
            members=self.done_count,
            file=self.name,
        )

    def _write_batch(self, batch):
        matched, _findings = self._match(batch)
        members = [member for member in batch if member.row in matched]
        names = self._known_names()
        tag_ids = self._ensure_tags(members)
        partners = self._write_customers(members, matched, names, tag_ids)
        cards = self.env["loyalty.card"]._cards_of_customers(
            self.env["res.partner"].browse(partners.values()),
            self.program_id,
            create=True,
        )
        card_of = {card.partner_id.commercial_partner_id.id: card for card in cards}
        cards_by_row = {
            row: card_of[self.env["res.partner"].browse(id_).commercial_partner_id.id]
            for row, id_ in partners.items()
        }
        self._write_cards(members, cards_by_row, names)
        self._post_parts(members, cards_by_row, names)
        self._write_consents(members, partners)
        self.done_row = max(member.row for member in batch)
        self.env.flush_all()

    # -- customers -----------------------------------------------------------------

    def _ensure_tags(self, members):
        """:return: {text of a tag: id}; tags not known yet are made"""
        tag_ids = self._find_tags(members)
        missing = [text for text, id_ in tag_ids.items() if not id_]
        tags = self.env["res.partner.category"].create(
            [{"name": text} for text in missing]
        )
        return tag_ids | dict(zip(missing, tags.ids, strict=True))

    def _write_customers(self, members, matched, names, tag_ids):
        """Complete the known customers, make the others, remember all by their phone.

        :return: {row: partner id}
        """
        partners = {}
        new = [member for member in members if not matched[member.row]]
        made = self._create_customers(new, names, tag_ids)
        for member in members:
            partner_id = matched[member.row] or made[member.row]
            partners[member.row] = partner_id
            if matched[member.row]:
                self._complete_customer(member, partner_id, names, tag_ids)
        self._remember(members, partners)
        return partners

    def _create_customers(self, members, names, tag_ids):
        """:return: {row: id of the new res.partner}"""
        # Officers may not give member numbers by hand; the file of the shop may.
        partners = (
            self.env["res.partner"]
            .sudo()
            .create([self._prepare_customer(m, names, tag_ids) for m in members])
        )
        self.env["crm.member.import.member"].sudo().create(
            [{"import_id": self.id, "partner_id": id_} for id_ in partners.ids]
        )
        return {
            member.row: id_ for member, id_ in zip(members, partners.ids, strict=True)
        }

    def _prepare_customer(self, member, names, tag_ids):
        """:return: values of a new res.partner"""
        return {
            **member.profile,
            "phone": member.phone,
            "member_number": member.number or False,
            "customer_group_id": names["group"].get(member.group),
            "category_id": [Command.link(tag_ids[tag]) for tag in member.tags],
            "country_id": self.company_id.country_id.id,
            "joined_branch_id": self._branch_of(member, names),
        }

    def _complete_customer(self, member, partner_id, names, tag_ids):
        partner = self.env["res.partner"].browse(partner_id)
        values = self._profile_changes(member, partner, names, tag_ids)
        if "category_id" in values:
            values["category_id"] = [
                Command.link(tag_ids[tag]) for tag in values["category_id"]
            ]
        if values:
            partner.write(values)
        if not partner.joined_branch_id:
            partner.joined_branch_id = self._branch_of(member, names)
        if member.number and not partner.member_number:
            partner.sudo().member_number = member.number

    def _branch_of(self, member, names):
        """:return: id of the branch that the row names, else that of the import"""
        return names["branch"].get(member.branch) or self.branch_id.id

    def _remember(self, members, partners):
        """Keep the phone by which the source knows a customer, who may change it."""
        known = self._find_identities(members)
        missing = [member for member in members if member.phone not in known]
        identities = self.env["crm.partner.identity"].sudo()
        # Of customers who were archived since: the number is another person's now.
        identities.search(
            [
                ("company_id", "=", self.company_id.id),
                ("source", "=", self.source),
                ("external_id", "in", [member.phone for member in missing]),
            ]
        ).unlink()
        identities.create(
            [
                {
                    "company_id": self.company_id.id,
                    "source": self.source,
                    "external_id": member.phone,
                    "partner_id": partners[member.row],
                }
                for member in missing
            ]
        )

    def _write_consents(self, members, partners):
        """Note the answers the file has; nobody agreed who was not asked."""
        asked = {}
        for member in members:
            for purpose, given in member.consents.items():
                asked.setdefault((purpose, given), []).append(partners[member.row])
        for (purpose, given), ids in asked.items():
            customers = self.env["res.partner"].browse(ids)
            agreed = customers._crm_consent_given(purpose)
            changed = customers - agreed if given else agreed
            changed._crm_record_consent(purpose, given=given, source=self.source)

    # -- cards and points ----------------------------------------------------------

    def _write_cards(self, members, cards, names):
        for member in members:
            card = cards[member.row].sudo()
            if values := self._card_changes(member, card, names):
                card.write(values)

    def _post_parts(self, members, cards, names):
        """Post what the file gives more, or takes back, than earlier ones did."""
        found = self.env["loyalty.card"].union(*cards.values())
        posted = self._posted_parts(found)
        today = local_today(self.env, self.company_id)
        expiry = self.expiry or self.program_id._get_award_expiry(today)
        vals_list = []
        for member in members:
            card = cards[member.row]
            before = posted.get(card.id, ())
            branch_id = self._branch_of(member, names)
            give, take = self._part_changes(member, before, today)
            common = {
                "card_id": card.id,
                "reason": "moved_in",
                "branch_id": branch_id,
                "source_model": SOURCE,
                "source_id": self.id,
                "source_name": self.name,
            }
            key = f"members:{self.source}:{card.id}"
            for place, (day, cents) in enumerate(give, len(before)):
                vals_list.append(
                    {
                        **common,
                        "kind": "opening",
                        "points": cents / 100,
                        "expiry": day or expiry,
                        "key": f"{key}:{place}",
                        "policy": {
                            "moved_in_from": self.source,
                            "valid_until_in_file": day,
                        },
                    }
                )
            for entry_id, cents, left, card_id in take:
                vals_list.append(
                    {
                        **common,
                        "card_id": card_id,
                        "kind": "reversal",
                        "points": -cents / 100,
                        "reversed_entry_id": entry_id,
                        "key": f"{key}:back:{entry_id}:{left}",
                    }
                )
        self.env["loyalty.point.entry"]._post(vals_list, bulk=True)
