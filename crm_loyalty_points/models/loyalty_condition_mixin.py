from babel.dates import get_day_names

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import babel_locale_parse, format_duration, get_lang

from ..tools import basket as engine

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
# Part of the stored condition: the field that lists the records it allows.
RECORD_PARTS = {
    "branches": "condition_branch_ids",
    "channels": "condition_team_ids",
    "tiers": "condition_tier_ids",
    "tags": "condition_tag_ids",
    "segments": "condition_segment_ids",
}
# What is archived still is asked for: without it everybody would meet the condition.
ARCHIVED_TOO = {"active_test": False}
# What has to be asked about the customer.
CUSTOMER_PARTS = {"tiers", "tags", "segments", "first_order", "birth_month"}


class LoyaltyConditionMixin(models.AbstractModel):
    """When something of a programme holds: at which hours, where, and for whom.

    What is left empty asks nothing; all that is set has to hold. Every channel asks
    ``_check_conditions`` on the server. The condition is stored a second time as plain
    data, so that a sale reads no relation of a programme that asks for nothing.
    """

    _name = "loyalty.condition.mixin"
    _description = "Conditions of Points and Rewards"

    mon = fields.Boolean(prefetch="conditions")
    tue = fields.Boolean(prefetch="conditions")
    wed = fields.Boolean(prefetch="conditions")
    thu = fields.Boolean(prefetch="conditions")
    fri = fields.Boolean(prefetch="conditions")
    sat = fields.Boolean(prefetch="conditions")
    sun = fields.Boolean(prefetch="conditions")
    hour_from = fields.Float(
        "From Hour",
        help="In the shop's time zone for customers. The window includes the minute at "
        "which it ends: until 16:00 refuses at 16:01. From 22:00 until 2:00 passes "
        "midnight and belongs to the day on which it began.",
        prefetch="conditions",
    )
    hour_to = fields.Float(
        "Until Hour", help="0 or 24 is the end of the day.", prefetch="conditions"
    )
    condition_branch_ids = fields.Many2many(
        "crm.branch",
        string="Branches",
        ondelete="restrict",
        context=ARCHIVED_TOO,
        help="Only at these branches.",
    )
    condition_team_ids = fields.Many2many(
        "crm.team",
        string="Sales Channels",
        ondelete="restrict",
        context=ARCHIVED_TOO,
        help="Only through these sales teams: shops, tills and websites each have one.",
    )
    condition_tier_ids = fields.Many2many(
        "loyalty.tier",
        string="Tiers",
        ondelete="restrict",
        context=ARCHIVED_TOO,
        help="Only for members of one of these tiers.",
    )
    condition_tag_ids = fields.Many2many(
        "res.partner.category",
        string="Customer Tags",
        ondelete="restrict",
        context=ARCHIVED_TOO,
        help="Only for customers with one of these tags.",
    )
    condition_segment_ids = fields.Many2many(
        "crm.segment",
        string="Segments",
        ondelete="restrict",
        context=ARCHIVED_TOO,
        help="Only for customers who are in one of these segments. Whoever enters or "
        "leaves counts within a minute; a segment that has stopped, or was archived, "
        "keeps the customers it had.",
    )
    condition_first_order = fields.Boolean(
        "First Order Only",
        help="Only when the customer has bought nothing before.",
        prefetch="conditions",
    )
    condition_birth_month = fields.Boolean(
        "Birthday Month Only",
        help="Only in the month of the customer's birthday.",
        prefetch="conditions",
    )
    condition_data = fields.Json(compute="_compute_condition_data", store=True)
    condition_summary = fields.Char(
        "Holds", compute="_compute_condition_summary", compute_sudo=True
    )

    @api.depends(
        *WEEKDAYS,
        *RECORD_PARTS.values(),
        "hour_from",
        "hour_to",
        "condition_first_order",
        "condition_birth_month",
    )
    def _compute_condition_data(self):
        for record in self:
            record.condition_data = record._prepare_condition_data() or False

    @api.depends("condition_data")
    @api.depends_context("lang")
    def _compute_condition_summary(self):
        for record in self:
            record.condition_summary = " · ".join(record._describe_condition())

    @api.constrains("hour_from", "hour_to")
    def _check_hours(self):
        for record in self.filtered(lambda each: each.hour_from or each.hour_to):
            if not (0 <= record.hour_from < 24 and 0 <= record.hour_to <= 24):
                raise ValidationError(self.env._("Hours go from 0:00 to 24:00."))
            if record.hour_from == record.hour_to:
                raise ValidationError(
                    self.env._("From and until hour are the same: clear both instead.")
                )

    @api.constrains(
        "condition_branch_ids",
        "condition_team_ids",
        "condition_tier_ids",
        "condition_segment_ids",
    )
    def _check_condition_company(self):
        for record in self.filtered("company_id"):
            asked = (
                record.condition_branch_ids.company_id
                | record.condition_team_ids.company_id
                | record.condition_tier_ids.company_id
                | record.condition_segment_ids.company_id
            )
            if asked - record.company_id:
                raise ValidationError(
                    self.env._(
                        "Branches, sales channels, tiers and segments are those of the "
                        "company %(company)s.",
                        company=record.company_id.name,
                    )
                )

    # -- asking --------------------------------------------------------------------

    def _get_condition(self):
        """:return: tools.condition.Condition"""
        self.ensure_one()
        if not self.condition_data:
            return engine.ALWAYS
        return engine.Condition.read(self.condition_data)

    def _check_conditions(self, basket):
        """Whether all of these hold.

        :param basket: tools.basket.Basket, of which the circumstances are read; see
            ``DocumentAdapter.circumstances``
        :return: None, or in the user's language what does not hold and why
        """
        for record in self:
            part = engine.unmet(record._get_condition(), basket)
            if part:
                return record._describe_unmet(part, basket)
        return None

    def _get_condition_needs(self):
        """:return: set of what has to be known about the customer, of
        ``CUSTOMER_PARTS``"""
        asked = set().union(*(each.condition_data or () for each in self))
        return asked & CUSTOMER_PARTS

    def _get_condition_name(self):
        """:return: what a refusal calls this"""
        return self.display_name

    def _prepare_condition_data(self):
        """:return: JSON-able dict of what is set, see ``Condition.read``"""
        self.ensure_one()
        days = [number for number, name in enumerate(WEEKDAYS) if self[name]]
        data = {
            "weekdays": days if len(days) < len(WEEKDAYS) else [],
            "window": self._prepare_window(),
            "first_order": self.condition_first_order,
            "birth_month": self.condition_birth_month,
            **{part: sorted(self[name].ids) for part, name in RECORD_PARTS.items()},
        }
        return {part: value for part, value in data.items() if value}

    def _prepare_window(self):
        """:return: [first, last] minute of the day, or None"""
        first, last = round(self.hour_from * 60), round(self.hour_to * 60)
        return [first, last or DAY_MINUTES] if first or last else None

    # -- words ---------------------------------------------------------------------

    def _describe_condition(self):
        """:return: list of short texts, one per part"""
        self.ensure_one()
        data = self.condition_data or {}
        texts = [self._describe_time(data)]
        texts += [
            ", ".join(self[name].mapped("display_name"))
            for part, name in RECORD_PARTS.items()
            if part in data
        ]
        if data.get("first_order"):
            texts.append(self.env._("first order"))
        if data.get("birth_month"):
            texts.append(self.env._("birthday month"))
        return [text for text in texts if text]

    def _describe_time(self, data):
        """:return: e.g. "Mon–Fri 14:00–16:00", empty when there is no such condition"""
        texts = [self._describe_weekdays(data.get("weekdays") or ())]
        window = data.get("window")
        if window:
            texts.append("–".join(format_duration(minute / 60) for minute in window))
        return " ".join(text for text in texts if text)

    def _describe_weekdays(self, days):
        """:return: runs of three and more days as "Mon–Fri", the others one by one"""
        names = self._get_weekday_names()
        runs = []
        for day in days:
            if runs and runs[-1][-1] == day - 1:
                runs[-1].append(day)
            else:
                runs.append([day])
        texts = []
        for run in runs:
            if len(run) > 2:
                texts.append(f"{names[run[0]]}–{names[run[-1]]}")
            else:
                texts += [names[day] for day in run]
        return ", ".join(texts)

    def _get_weekday_names(self):
        """:return: {0 (Monday) to 6: short name in the user's language}"""
        locale = babel_locale_parse(get_lang(self.env).code)
        return get_day_names("abbreviated", locale=locale)

    def _describe_unmet(self, part, basket):
        """:return: why this does not hold for a basket"""
        self.ensure_one()
        record = self.sudo()
        values = {
            "name": record._get_condition_name(),
            "when": record._describe_time(record.condition_data or {}),
            "branches": ", ".join(record.condition_branch_ids.mapped("name")),
            "channels": ", ".join(record.condition_team_ids.mapped("name")),
            "tiers": ", ".join(record.condition_tier_ids.mapped("name")),
            "tags": ", ".join(record.condition_tag_ids.mapped("name")),
            "segments": ", ".join(record.condition_segment_ids.mapped("name")),
            "now": self._describe_moment(basket.moment),
        }
        return self._get_refusals(values)[part]

    def _get_refusals(self, values):
        """:return: {part: text}; customers do not learn how the shop sorts people"""
        tagged = self.env._("%(name)s is for selected customers only.", **values)
        inside = tagged
        if self.env.user._is_internal():
            tagged = self.env._("%(name)s is for customers tagged %(tags)s.", **values)
            inside = self.env._(
                "%(name)s is for customers of the segment %(segments)s.", **values
            )
        return {
            "dates": self.env._("%(name)s does not hold today.", **values),
            "time": self.env._("%(name)s holds %(when)s. It is %(now)s now.", **values),
            "branch": self.env._("%(name)s holds at %(branches)s only.", **values),
            "channel": self.env._(
                "%(name)s holds through %(channels)s only.", **values
            ),
            "tier": self.env._("%(name)s is for members of %(tiers)s.", **values),
            "tag": tagged,
            "segment": inside,
            "first_order": self.env._(
                "%(name)s is for a customer's first order.", **values
            ),
            "birth_month": self.env._(
                "%(name)s holds in the month of the customer's birthday.", **values
            ),
        }

    def _describe_moment(self, moment):
        if not moment:
            return ""
        return f"{self._get_weekday_names()[moment.weekday()]} {moment:%H:%M}"
