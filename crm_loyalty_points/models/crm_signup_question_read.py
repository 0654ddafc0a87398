import base64

from odoo import models
from odoo.tools import email_normalize

from odoo.addons.crm_segments.models.res_partner import (
    FIRST_BIRTH_YEAR,
    MAX_HEIGHT_CM,
    MAX_WEIGHT_KG,
)
from odoo.addons.crm_segments.tools.local_date import local_today
from odoo.addons.crm_segments.tools.order_values import clean_text

from ..tools import signup_values

TEXT_LENGTH = 250
LONG_TEXT_LENGTH = 4000
ADDRESS_FIELDS = ("street", "subdistrict", "city", "state_id", "zip")


class CrmSignupQuestion(models.Model):
    """Understand what visitors typed."""

    _inherit = "crm.signup.question"

    def _read_typed(self, typed):
        """Check the answer to one question.

        :param dict typed: {name of a field of the form: list of texts}, photos as
            base64
        :return: (value, error): value None without an answer; a dict of partner
            fields for personal data, else the value of the property, or the bytes of
            a photo. The error is a text for the visitor, "" if all is well
        """
        self.ensure_one()
        name = self._get_form_name()
        texts = [text for text in typed.get(name) or [] if text.strip()]
        try:
            if self._get_widget() == "address":
                value = self._read_address(typed)
            else:
                value = self._read_texts(texts) if texts else None
        except ValueError as error:
            return None, self._get_error(str(error))
        if value is None and self._is_required():
            return None, self._get_error("missing")
        return value, ""

    def _read_texts(self, texts):
        """:raise ValueError: with a code of :meth:`_get_error`"""
        widget = self._get_widget()
        text = texts[0]
        if widget == "choices":
            return self._read_choices(texts)
        if widget == "choice":
            value = self._read_choices([text])[0]
        elif widget == "number":
            value = self._read_number(text)
        elif widget == "date":
            value = self._read_date(text)
        elif widget == "photo":
            return self._read_photo(text)
        elif widget == "tel":
            country = self.shop_id._get_country()
            value = signup_values.phone_number(text, country)
        elif widget == "email":
            value = email_normalize(text)
        elif widget == "long_text":
            value = "\n".join(text.splitlines()).strip()[:LONG_TEXT_LENGTH]
        else:
            value = clean_text(text)[:TEXT_LENGTH]
        if not value and value != 0:
            raise ValueError(f"{widget}_bad")
        return value if self.kind == "other" else self._get_profile_values(value)

    def _get_profile_values(self, value):
        """:return: dict of partner fields"""
        key = self.profile_key
        if key in ("branch", "source"):
            field = "joined_branch_id" if key == "branch" else "acquisition_source_id"
            return {field: int(value)}
        return {key: value}

    def _read_photo(self, text):
        """:param str text: base64, or ``error:`` and why it is no photo"""
        if text.startswith("error:"):
            raise ValueError(text.removeprefix("error:"))
        return base64.b64decode(text)

    def _read_choices(self, texts):
        known = {key for key, _label in self._get_choices()}
        if set(texts) - known:
            raise ValueError("choice_bad")
        return [key for key, _label in self._get_choices() if key in texts]

    def _read_number(self, text):
        value = signup_values.number(text)
        limits = {"weight": MAX_WEIGHT_KG, "height": MAX_HEIGHT_CM}
        limit = self.kind == "personal" and limits.get(self.profile_key)
        if limit and not 0 < value <= limit:
            raise ValueError("number_range")
        return value

    def _read_date(self, text):
        day = signup_values.birthday(text)
        if self.kind == "other":
            return day.isoformat()
        if day > local_today(self.env, self.company_id):
            raise ValueError("date_future")
        if day.year < FIRST_BIRTH_YEAR:
            raise ValueError("date_bad")
        return day

    def _read_address(self, typed):
        values = {
            field: clean_text(text)[:TEXT_LENGTH]
            for field in ADDRESS_FIELDS
            for text in (typed.get(f"address_{field}") or [""])[:1]
        }
        if not any(values.values()):
            return None
        if self._is_required() and not (values.get("street") and values.get("zip")):
            raise ValueError("address_part")
        states = self.shop_id._get_provinces()
        state = states.filtered(lambda state: str(state.id) == values.get("state_id"))
        if values.get("state_id") and not state:
            raise ValueError("choice_bad")
        country = self.shop_id._get_country()
        return {**values, "state_id": state.id, "country_id": country.id}

    def _is_required(self):
        """:return: whether the form insists on an answer; on the e-mail address also
        when the code goes there"""
        self.ensure_one()
        shop = self.shop_id
        if self.profile_key == "email" and shop._is_email_proven():
            return True
        if self.required and self.profile_key == "branch":
            return bool(self._get_choices())
        return self.required

    def _get_error(self, code):
        """:return: what to tell the visitor about an answer"""
        known = {
            "missing": self.env._("Please fill this in."),
            "tel_bad": self.env._("This is not a phone number."),
            "email_bad": self.env._("This is not an e-mail address."),
            "number_bad": self.env._("Please type a number."),
            "number_range": self.env._("This number cannot be right."),
            "choice_bad": self.env._("Please choose one of the answers."),
            "date_bad": self.env._("Please type day, month and year: 31/12/2530."),
            "date_short_year": self.env._("Please type the year with four digits."),
            "date_future": self.env._("This day lies in the future."),
            "photo_bad": self.env._("This file is not a photo."),
            "photo_big": self.env._("This photo is too large."),
            "address_part": self.env._("Please fill in street and postcode."),
        }
        return known.get(code) or self.env._("Please check this answer.")
