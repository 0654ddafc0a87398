from odoo import api, fields, models

from ..tools.points_text import points_text

# The figures of the engine's report.
FIGURES = (
    "points",
    "rate",
    "counted",
    "multiplier",
    "step",
    "found",
    "minimum_amount",
    "minimum_quantity",
    "room",
    "factor",
)


def _readable(values):
    """:return: dict of the same values, figures as people read them"""
    return {
        name: points_text(float(value))
        if name in FIGURES and value not in (None, "")
        else value
        for name, value in values.items()
    }


class LoyaltyPointEntry(models.Model):
    _inherit = "loyalty.point.entry"

    why = fields.Text(compute="_compute_why")

    @api.depends("policy", "reason", "source_name", "date")
    @api.depends_context("lang")
    def _compute_why(self):
        explained = ("rules", "rewards", "welcome_points")
        reasons = self.filtered(
            lambda entry: not any((entry.policy or {}).get(name) for name in explained)
        )._why_reason()
        for entry in self:
            policy = entry.policy or {}
            if policy.get("rules"):
                lines = self._why_counted(policy)
            elif policy.get("rewards"):
                lines = [entry._why_reward(reward) for reward in policy["rewards"]]
            elif policy.get("welcome_points"):
                lines = [self._why_welcome(policy)]
            elif entry.id in reasons:
                lines = [reasons[entry.id]]
            else:
                lines = self._why_lines(policy)
            entry.why = "\n".join(lines)

    @api.model
    def _why_counted(self, policy):
        """:return: the report of the points engine, one sentence per rule"""
        currency = policy.get("currency") or ""
        campaign = policy.get("campaign")
        rules = policy["rules"]
        # most goods have no points of their own: that is no news
        told = [rule for rule in rules if not self._gives_nothing_of_its_own(rule)]
        lines = [
            self._why_rule_given(rule, currency, campaign) for rule in told or rules
        ]
        total = policy.get("unlimited") or policy["points"]
        if len(lines) > 1:
            lines.append(
                self.env._("Together: %(points)s", points=points_text(float(total)))
            )
        if total != policy["points"]:
            lines.append(self._why_limited(policy))
        return lines

    @api.model
    def _gives_nothing_of_its_own(self, rule):
        """:return: whether the goods have no points set on them"""
        return rule["mode"] == "product" and not float(rule.get("counted") or 0)

    @api.model
    def _why_limited(self, policy):
        """:return: which limit of the programme lowered the points"""
        limit = min(policy["limits"], key=lambda limit: float(limit["room"]))
        given = points_text(float(policy["points"]))
        values = {**_readable(limit), "given": given}
        if limit["limit"] == "day":
            return self.env._(
                "No more than %(points)s a day, of which %(room)s were left: %(given)s",
                **values,
            )
        if limit["limit"] == "member":
            return self.env._(
                "No more than %(points)s for a member, of which %(room)s were left: "
                "%(given)s",
                **values,
            )
        return self.env._("No more than %(points)s an order: %(given)s", **values)

    @api.model
    def _why_rule_given(self, rule, currency, campaign):
        """:return: what the rule counted, the campaign on it and the rule's limit"""
        given, boosted = rule["points"], rule.get("unlimited") or rule["points"]
        text = self._why_rule({**rule, "points": rule.get("base") or boosted}, currency)
        if "base" in rule and campaign:
            text = self.env._(
                "%(text)s, times %(factor)s for %(name)s: %(points)s",
                text=text,
                factor=points_text(float(campaign["factor"])),
                name=campaign["name"],
                points=points_text(float(boosted)),
            )
        if boosted != given:
            text = self.env._(
                "%(text)s, but no more than %(points)s by this rule",
                text=text,
                points=points_text(float(given)),
            )
        return text

    def _why_reward(self, reward):
        """:return: what was got; a prepaid card pays with baht, or with uses"""
        self.ensure_one()
        name, points = reward.get("name") or "", float(reward.get("points") or 0)
        if self.sudo().program_id.program_type == "ewallet":
            amount = self.sudo().card_id._format_points(points)
            return self.env._("%(name)s: %(amount)s", name=name, amount=amount)
        return self.env._(
            "%(name)s for %(points)s points", name=name, points=points_text(points)
        )

    @api.model
    def _why_welcome(self, policy):
        return self.env._(
            "Welcome to %(program)s: %(points)s points",
            program=(policy.get("program") or {}).get("name") or "",
            points=points_text(float(policy["welcome_points"])),
        )

    def _why_rule(self, rule, currency):
        values = {**_readable(rule), "currency": currency}
        if rule.get("refused"):
            return self._why_refused(rule, values)
        if rule["mode"] == "money" and rule.get("step"):
            return self.env._(
                "%(multiplier)s whole steps of %(step)s %(currency)s in %(counted)s "
                "%(currency)s, %(rate)s each: %(points)s",
                **values,
            )
        if rule["mode"] == "money":
            return self.env._(
                "%(counted)s %(currency)s at %(rate)s each: %(points)s", **values
            )
        if rule["mode"] == "unit":
            return self.env._(
                "%(counted)s units at %(rate)s each: %(points)s", **values
            )
        if rule["mode"] == "product":
            return self.env._(
                "%(counted)s points set on the products, times %(rate)s: %(points)s",
                **values,
            )
        return self.env._("%(rate)s per order: %(points)s", **values)

    def _why_refused(self, rule, values):
        if rule["refused"] == "minimum_amount":
            return self.env._(
                "Nothing: %(found)s %(currency)s of the minimum %(minimum_amount)s "
                "%(currency)s",
                **values,
            )
        if rule["refused"] == "minimum_quantity":
            return self.env._(
                "Nothing: %(found)s units of the minimum %(minimum_quantity)s", **values
            )
        if rule["refused"] == "no_goods":
            return self.env._("Nothing: no product of the rule was bought")
        return self._why_unmet(rule["refused"])

    @api.model
    def _why_unmet(self, part):
        """:return: which condition did not hold on that day"""
        texts = {
            "dates": self.env._("Nothing: outside the dates"),
            "time": self.env._("Nothing: outside the hours"),
            "branch": self.env._("Nothing: another branch"),
            "channel": self.env._("Nothing: another sales channel"),
            "tier": self.env._("Nothing: for members of other tiers"),
            "tag": self.env._("Nothing: for other customers"),
            "segment": self.env._("Nothing: for customers of other segments"),
            "first_order": self.env._("Nothing: for the first order only"),
            "birth_month": self.env._("Nothing: for the month of the birthday only"),
        }
        return texts.get(part) or self.env._("Nothing: a condition did not hold")

    @api.model
    def _why_lines(self, policy, indent=""):
        """:return: any other snapshot as readable lines, nested ones indented"""
        lines = []
        for name, value in policy.items():
            label = str(name).replace("_", " ")
            if isinstance(value, dict):
                lines += [f"{indent}{label}:", *self._why_lines(value, indent + "  ")]
            elif isinstance(value, list):
                lines.append(f"{indent}{label}:")
                for item in value:
                    if isinstance(item, dict):
                        text = ", ".join(self._why_lines(item))
                    else:
                        text = str(item)
                    lines.append(f"{indent}  - {text}")
            elif value not in (None, "", False):
                lines.append(f"{indent}{label}: {value}")
        return lines
