from datetime import date

from odoo import models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.crm_segments.tools.order_values import clean_text, parse_datetime

from ..tools.device_name import device_name
from ..tools.said_day import BUDDHIST_ERA, said_day
from ..tools.thai_day import is_thai, page_moment
from .crm_shop_member_address import ADDRESS

NAMES = ("first_name", "last_name", "nickname")
NAME_LENGTH = 64
SOURCE = "member page"


class CrmShop(models.Model):
    """What members keep about themselves: profile, consents, devices."""

    _inherit = "crm.shop"

    def _get_member_profile(self, partner):
        """:return: dict of the texts of the form: names, `birthdate` (as
        one types it), parts of the address and `state_id`; `birthday` and `address`
        as one reads them; `email`, `phone`"""
        address = {name: partner[name] or "" for name in ADDRESS}
        lines = [address[name] for name in ADDRESS if name != "zip"]
        lines.append(f"{partner.state_id.name or ''} {address['zip']}".strip())
        return {
            **{name: partner[name] or "" for name in NAMES},
            **address,
            "state_id": partner.state_id.id,
            "birthdate": self._type_day(partner.birthdate),
            "birthday": said_day(self.env, partner.birthdate),
            "address": "\n".join(line for line in lines if line),
            "email": partner.email or "",
            "phone": partner.phone or "",
        }

    def _type_day(self, day):
        """:return: a day as people type it, e.g. "21/11/2533" on Thai pages"""
        if not day:
            return ""
        year = day.year + BUDDHIST_ERA if is_thai(self.env) else day.year
        return f"{day:%d/%m}/{year}"

    def _get_birthday_example(self):
        """:return: how to type a birthday, in the years of the page's language"""
        return self._type_day(date(1987, 12, 31))

    def _save_member_profile(self, partner, values, typed):
        """Write what a member typed about himself.

        :param values: dict of texts, see `_get_member_profile`
        :param typed: {name: list of texts} of the shop's own questions
        :return: dict of the names of fields to what is wrong with them; nothing is
            written unless it is empty
        """
        names = {name: clean_text(values.get(name))[:NAME_LENGTH] for name in NAMES}
        errors = {}
        if not (names["first_name"] or names["last_name"]):
            errors["first_name"] = self.env._("Please fill in your name.")
        birthdate = partner.birthdate
        try:
            birthdate = self._read_birthday(values.get("birthdate"))
        except ValueError:
            errors["birthdate"] = self.env._(
                "Type day, month and year, for example %(example)s.",
                example=self._type_day(self.company_id.create_date.date()),
            )
        questions = self._get_profile_questions(partner)
        answers, wrong = self._read_answers(questions, typed, partner)
        errors.update(wrong)
        if errors:
            return errors
        wanted = {**names, "birthdate": birthdate, **self._read_address(values)}
        if wanted["state_id"]:
            wanted["country_id"] = self._get_country().id
        changed = {
            name: value
            for name, value in wanted.items()
            if (value or False) != (self._get_plain(partner, name) or False)
        }
        try:
            with self.env.cr.savepoint():
                partner.write(changed)
                self._write_profile_answers(partner, answers)
        except ValidationError:
            return {"birthdate": self.env._("This birthday cannot be right.")}
        return {}

    def _get_plain(self, partner, name):
        value = partner[name]
        return value.id if isinstance(value, models.BaseModel) else value

    def _read_birthday(self, text):
        """:param text: as typed; years of the Buddhist era are understood
        :return: datetime.date or False
        :raise ValueError: no day"""
        text = clean_text(text)
        return parse_datetime(text)[0].date() if text else False

    # -- consents ------------------------------------------------------------------

    def _get_member_consents(self, partner):
        """:return: list of dicts, one for each purpose: `purpose`, `label`, `given`,
        `version` and `moment` (of the latest answer, text, empty without one)"""
        self.ensure_one()
        rows = (
            self.env["crm.consent"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", partner.id),
                    ("company_id", "=", self.company_id.id),
                ]
            )
        )
        latest = {}
        for row in rows:
            latest.setdefault(row.purpose, row)
        consents = []
        for purpose, label in rows._fields["purpose"]._description_selection(self.env):
            row = latest.get(purpose, rows.browse())
            consents.append(
                {
                    "purpose": purpose,
                    "label": label,
                    "given": row.given,
                    "version": row.policy_version or "",
                    "moment": page_moment(self.env, self.company_id, row.date),
                }
            )
        return consents

    def _set_member_consent(self, partner, purpose, given):
        """Note in the log what a member says now; nothing if it is said already.

        :param str purpose: of `crm.consent`
        :return: whether it changed anything
        :raise UserError: no such purpose
        """
        known = {each["purpose"]: each for each in self._get_member_consents(partner)}
        if purpose not in known:
            raise UserError(self.env._("There is no such consent."))
        if bool(known[purpose]["given"]) == given:
            return False
        customer = partner.with_company(self.company_id)
        customer._crm_record_consent(
            purpose,
            given=given,
            policy_version=self._get_shown_policy_version() or False,
            source=SOURCE,
            address=partner.phone_sanitized or partner.email_normalized or False,
        )
        return True

    def _get_shown_policy_version(self):
        """:return: version of the texts that are in force, empty without texts"""
        return self._get_policy_version()

    # -- devices -------------------------------------------------------------------

    def _get_member_devices(self, partner, current=None):
        """:param current: crm.member.device that is asking
        :return: list of dicts: `id`, `name`, `since`, `used` (moments as text),
            `current`"""
        devices = self._get_own_devices(partner)
        return [
            {
                "id": device.id,
                "name": device_name(device.label),
                "since": page_moment(self.env, self.company_id, device.created_at),
                "used": page_moment(self.env, self.company_id, device.last_used_at),
                "current": device == current,
            }
            for device in devices
        ]

    def _get_own_devices(self, partner):
        """:return: crm.member.device (superuser) of the member in this shop"""
        return (
            self.env["crm.member.device"]
            .sudo()
            .search(
                [
                    ("partner_id.commercial_partner_id", "=", partner.id),
                    ("company_id", "=", self.company_id.id),
                ]
            )
        )
