from collections import defaultdict

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from odoo.addons.crm_segments.tools.order_plan import Finding

CHUNK = 1000
SOURCE = "crm.member.import"
NAMES = ("name", "first_name", "last_name")


class CrmMemberImport(models.Model):
    """Which customer a row means, and what the file would change. Writes nothing."""

    _inherit = "crm.member.import"

    def _match(self, members):
        """Find the customers of rows, by what the source called them before, then by
        phone number, then by member number.

        :param members: list of MemberRow
        :return: ({row: partner id, 0 for a new customer}, [findings]); refused rows
            are not in the first one
        """
        matched, findings = {}, []
        for chunk in split_every(CHUNK, members, list):
            self._match_chunk(chunk, matched, findings)
        first = {}
        for member in members:
            partner_id = matched.get(member.row)
            if not partner_id:
                continue
            row = first.setdefault(partner_id, member.row)
            if row != member.row:
                del matched[member.row]
                findings.append(
                    Finding(member.row, "error", "same_customer", member.phone, row)
                )
        return matched, findings

    def _match_chunk(self, members, matched, findings):
        known = self._find_identities(members)
        by_phone = self._find_by_phone([m for m in members if m.phone not in known])
        by_number = self._find_by_number(members)
        for member in members:
            found = by_phone.get(member.phone, ())
            partner_id = known.get(member.phone) or (found[0] if found else 0)
            if member.phone not in known and len(found) > 1:
                findings.append(
                    Finding(member.row, "error", "phone_shared", member.phone)
                )
                continue
            holder = by_number.get(member.number)
            if holder and not partner_id and not holder.phone_sanitized:
                # Known by number only: the file brings the phone.
                partner_id = holder.id
            if holder and holder.id != partner_id:
                findings.append(
                    Finding(
                        member.row,
                        "error",
                        "number_taken",
                        member.number,
                        holder.display_name,
                    )
                )
                continue
            matched[member.row] = partner_id

    def _find_identities(self, members):
        """:return: {phone: partner id} of members that this source brought before"""
        rows = (
            self.env["crm.partner.identity"]
            .sudo()
            .search_fetch(
                [
                    ("company_id", "=", self.company_id.id),
                    ("source", "=", self.source),
                    ("external_id", "in", [member.phone for member in members]),
                    ("partner_id.active", "=", True),
                ],
                ["external_id", "partner_id"],
            )
        )
        return {row.external_id: row.partner_id.id for row in rows}

    def _find_by_phone(self, members):
        """:return: {phone: [ids of the customers with it]}"""
        partners = self.env["res.partner"].search_fetch(
            Domain("phone_sanitized", "in", [member.phone for member in members])
            & Domain("company_id", "in", (False, self.company_id.id)),
            ["phone_sanitized", "commercial_partner_id"],
            order="id",
        )
        found = defaultdict(dict)
        for partner in partners:
            found[partner.phone_sanitized][partner.commercial_partner_id.id] = True
        return {phone: list(ids) for phone, ids in found.items()}

    def _find_by_number(self, members):
        """:return: {member number: res.partner}, wherever it was given"""
        numbers = [member.number for member in members if member.number]
        if not numbers:
            return {}
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        holders = partners.search([("member_number", "in", numbers)])
        return {holder.member_number: holder for holder in holders}

    # -- points --------------------------------------------------------------------

    def _posted_parts(self, cards):
        """What this source gave to cards so far.

        :return: {card id: [(day in the file or "", entry id, cents left of it, id of
            the card it was given on, which may have been merged since)]}, the oldest
            first; what was taken back is not in the cents
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT coalesce(card.merged_into_id, card.id),
                          coalesce(e.policy->>'valid_until_in_file', ''), e.id,
                          round(100 * (e.points + coalesce(
                              (SELECT sum(r.points) FROM loyalty_point_entry r
                                WHERE r.reversed_entry_id = e.id), 0)))::bigint,
                          e.card_id
                     FROM loyalty_card card
                     JOIN loyalty_point_entry e ON e.card_id = card.id
                    WHERE (card.id = ANY(%(ids)s) OR card.merged_into_id = ANY(%(ids)s))
                      AND e.kind = 'opening' AND e.source_model = %(model)s
                      AND e.policy->>'moved_in_from' = %(source)s
                    ORDER BY e.id""",
                ids=cards.ids,
                model=SOURCE,
                source=self.source,
            )
        )
        posted = defaultdict(list)
        for card_id, *row in rows:
            posted[card_id].append(tuple(row))
        return posted

    def _part_changes(self, member, posted, today):
        """What has to move so that the source gave what the file says.

        :param posted: list of `_posted_parts` for the member's card
        :return: ([(day or None, cents to give)], [(entry id, cents to take back, cents
            left of it, id of its card)])
        """
        if member.parts is None:
            return [], []
        give, take = [], []
        wanted = {str(day or ""): cents for day, cents in member.parts.items()}
        for day in {*wanted, *(row[0] for row in posted)}:
            if day and day < str(today):
                continue
            rows = [row for row in posted if row[0] == day]
            missing = wanted.get(day, 0) - sum(row[2] for row in rows)
            if missing > 0:
                give.append((day or None, missing))
            for _day, entry_id, cents, card_id in reversed(rows):
                part = min(cents, -missing)
                if part > 0:
                    take.append((entry_id, part, cents, card_id))
                    missing += part
        return sorted(give, key=lambda part: part[0] or ""), take

    # -- profile -------------------------------------------------------------------

    def _profile_changes(self, member, partner, names, tag_ids):
        """:param names: of `_known_names`
        :param tag_ids: {text of a tag: id, 0 for one to be made}
        :return: values to write on the known customer, without his member number
        """
        profile = dict(member.profile)
        if partner.is_company:
            for name in ("birthdate", "gender", "nickname"):
                profile.pop(name, None)
        # A name in two parts is one value: half of it from each side is nobody's.
        named = {n: profile.pop(n) for n in NAMES if n in profile}
        values = {
            name: value
            for name, value in profile.items()
            if value != partner[name] and (self.overwrite or not partner[name])
        }
        if not partner.is_company and (self.overwrite or not partner.first_name):
            values.update({n: v for n, v in named.items() if v != partner[n]})
        if not partner.phone_sanitized:
            values["phone"] = member.phone
        group = names["group"].get(member.group)
        if group and (self.overwrite or not partner.customer_group_id):
            if partner.customer_group_id.id != group:
                values["customer_group_id"] = group
        known = set(partner.category_id.ids)
        missing = [tag for tag in member.tags if tag_ids[tag] not in known]
        if missing:
            values["category_id"] = missing
        return values

    def _card_changes(self, member, card, names):
        """:param card: of the member, or none yet
        :return: values to write on the card"""
        wanted = {
            "tier_id": names["tier"].get(member.tier),
            "member_since": member.joined,
        }
        return {
            name: value
            for name, value in wanted.items()
            if value
            and (self.overwrite or not card[name])
            and value != card._fields[name].convert_to_write(card[name], card)
        }

    def _find_tags(self, members):
        """:return: {text of a tag: id, 0 for one that is not there}"""
        texts = {tag for member in members for tag in member.tags}
        if not texts:
            return {}
        tags = self.env["res.partner.category"].search([("name", "in", list(texts))])
        found = {tag.name: tag.id for tag in tags}
        return {text: found.get(text, 0) for text in texts}
