from ast import literal_eval
from collections.abc import Collection
from contextlib import contextmanager

import psycopg2

from odoo import models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import segment_sql
from ..tools.planner import half_of_all

# Parts of field names that nobody may guess at by counting who has what.
SECRET = ("token", "password", "secret", "_key", "key_", "hash", "api_key")
# Records that a rule may name, but not look into.
DENIED = ("res.users", "res.groups", "ir", "auth", "payment", "mail.mail")
ANY = ("any", "not any")
BY_ID = ("in", "not in", "=", "!=")


class CrmSegment(models.Model):
    """What a rule means, and what it may ask."""

    _inherit = "crm.segment"

    # -- reading the rule ----------------------------------------------------------

    def _parse_rule(self):
        """:return: Domain on res.partner
        :raise UserError: when the text is no list of conditions
        :raise ValueError: when it is one that means nothing"""
        self.ensure_one()
        try:
            rule = literal_eval((self.domain or "").strip() or "[]")
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            raise UserError(
                self.env._(
                    "The rule of %(name)s cannot be read. Build it again with the "
                    "condition editor; dates that move are written like “today -90d”.",
                    name=self.name or "",
                )
            ) from None
        return Domain(rule) if rule else Domain.TRUE

    def _rule_conditions(self):
        """:return: list of (model, condition) of the rule, those inside ``any`` too"""
        found = []
        todo = [(self.env["res.partner"], self._parse_rule())]
        while todo:
            model, domain = todo.pop()
            for condition in domain.iter_conditions():
                found.append((model, condition))
                if condition.operator in ANY:
                    inner = self._path_model(model, condition.field_expr)
                    if inner is not None:
                        todo.append((inner, Domain(condition.value)))
        return found

    def _path_model(self, model, path):
        """:return: the model a path leads to, None when it leads to a value"""
        for name in path.split("."):
            field = model._fields.get(name) if model is not None else None
            model = self.env[field.comodel_name] if field and field.relational else None
        return model

    def _get_children(self):
        """:return: the segments whose members decide about this one's"""
        self.ensure_one()
        ids = set()
        try:
            conditions = self._rule_conditions()
        except (UserError, ValueError):
            conditions = []
        for model, condition in conditions:
            name = condition.field_expr.rpartition(".")[2]
            target = self._path_model(model, condition.field_expr)
            if target is not None and target._name == self._name and name != "id":
                ids.update(self._condition_ids(condition))
        mentioned = self.sudo().with_context(active_test=False)
        mentioned = mentioned.search([("id", "in", list(ids))])
        return self.sudo().include_ids | self.sudo().exclude_ids | mentioned

    def _condition_ids(self, condition):
        """:return: list of the record numbers that a condition compares with"""
        value = condition.value
        listed = isinstance(value, Collection) and not isinstance(value, str)
        values = value if listed else [value]
        return [v for v in values if isinstance(v, int) and not isinstance(v, bool)]

    # -- checks --------------------------------------------------------------------

    def _check_cycles(self):
        """:raise ValidationError: naming the chain of segments that bites its tail"""
        for segment in self.sudo():
            chain = segment._find_cycle()
            if chain:
                raise ValidationError(
                    self.env._(
                        "These segments depend on each other in a circle: %(chain)s. "
                        "Take one of them out.",
                        chain=" → ".join(each.name for each in chain),
                    )
                )

    def _find_cycle(self):
        """:return: list of segments from this one back to itself, or None"""
        paths = [[self]]
        seen = set()
        while paths:
            path = paths.pop()
            for child in path[-1]._get_children():
                if child == self:
                    return [*path, child]
                if child.id not in seen:
                    seen.add(child.id)
                    paths.append([*path, child])
        return None

    def _check_rule(self):
        """:raise ValidationError: the rule is wrong, or asks what it may not"""
        self._check_conditions()
        if self.kind == "dynamic":
            query = SQL("EXPLAIN %s", self._customers_query().select())
            self.env.flush_query(query)
            with self._comparing():
                self.env.cr.execute(query, log_exceptions=False)

    def _check_conditions(self):
        """What a user may not read he may not ask either: who is in a segment would
        tell him.

        :raise ValidationError: the rule means nothing, or asks what it may not
        """
        self.ensure_one()
        if self.kind != "dynamic":
            return
        user = self.env.user
        try:
            for model, condition in self._rule_conditions():
                self._check_condition(model.with_user(user), condition)
            self._evaluator().with_user(user)._search(self._parse_rule(), order="id")
        except (UserError, AccessError) as error:
            raise ValidationError(str(error)) from None
        except (ValueError, TypeError, KeyError, NotImplementedError) as error:
            raise ValidationError(self._rule_error(str(error))) from error

    def _rule_error(self, reason):
        return self.env._(
            "The rule of %(name)s does not work: %(reason)s",
            name=self.name or "",
            reason=reason,
        )

    @contextmanager
    def _comparing(self):
        """:raise ValidationError: the database cannot compare such values"""
        try:
            with self.env.cr.savepoint(flush=False):
                yield
        except psycopg2.DataError as error:
            reason = str(error).splitlines()[0]
            raise ValidationError(self._rule_error(reason)) from None

    def _check_condition(self, model, condition):
        """Check every step of the path of one condition, as the user of ``model``."""
        steps = condition.field_expr.split(".")
        field = None
        for number, name in enumerate(steps):
            if model is None:
                break  # a part of a date, or a question of the shop's own
            field = self._check_step(model, name, condition)
            last = number == len(steps) - 1
            model = model.env[field.comodel_name] if field.relational else None
            enters = not last or condition.operator not in BY_ID
            if model is not None and enters:
                self._check_model(model, condition)
        if model is not None and self._is_denied(model):
            self._check_names_records(model, condition)

    def _check_step(self, model, name, condition):
        """:return: the field; :raise UserError: naming what is wrong with it"""
        path = condition.field_expr
        field = model._fields.get(name)
        if field is None:
            raise UserError(
                self.env._(
                    "The rule asks for “%(path)s”, which does not exist (any more). "
                    "Take this condition out.",
                    path=path,
                )
            )
        secret = any(part in f"{name}_" for part in SECRET)
        if secret or not model._has_field_access(field, "read"):
            raise UserError(self._refusal(field.get_description(model.env)["string"]))
        if not field._description_searchable:
            raise UserError(
                self.env._(
                    "Nobody can be searched by “%(path)s”. Take this condition out.",
                    path=path,
                )
            )
        return field

    def _check_model(self, model, condition):
        """:raise UserError: the rule looks into records that it may not look into"""
        if self._is_denied(model) or not model.has_access("read"):
            raise UserError(self._refusal(condition.field_expr))

    def _check_names_records(self, model, condition):
        """Denied records may be named by their number, not found by their content."""
        values = condition.value
        named = isinstance(values, Collection) and not isinstance(values, str)
        if not all(isinstance(value, int) for value in (values if named else [values])):
            raise UserError(self._refusal(condition.field_expr))

    def _refusal(self, name):
        return self.env._(
            "A segment may not ask for “%(name)s”: you may not read it, or it is "
            "private. Take this condition out.",
            name=name,
        )

    def _is_denied(self, model):
        denied = (*self._denied_models(), self._name)
        return any(
            model._name == name or model._name.startswith(f"{name}.") for name in denied
        )

    def _denied_models(self):
        """:return: names of the models that no rule looks into; a name stands for those
        that begin with it, too. Modules add theirs."""
        return DENIED

    # -- who fits ------------------------------------------------------------------

    def _evaluator(self):
        """:return: res.partner as a rule sees it: everything, as in the segment's
        company, at the shop's clock"""
        self.ensure_one()
        segment = self.sudo()
        company = segment.company_id
        partners = self.env["res.partner"].sudo().with_company(company)
        return partners.with_context(
            allowed_company_ids=company.ids,
            active_test=True,
            tz=company.customer_tz,
            lang=segment.user_id.lang or self.env.lang,
        )

    def _customers_query(self, partner_ids=None):
        """:param partner_ids: only these; default everybody
        :return: Query of res.partner: who belongs to the segment now"""
        self.ensure_one()
        partners = self._evaluator()
        query = self._base_query(self._members_domain(partners))
        if query.is_empty():
            return query
        partner = SQL.identifier(partners._table, "id")
        if partner_ids is not None:
            query.add_where(SQL("%s = ANY(%s)", partner, list(partner_ids)))
        if self.kind == "dynamic":
            self._draw_sample(query, partner)
        return query

    def _base_query(self, domain):
        """:param domain: Domain on res.partner
        :return: Query of the customers of the segment's company who meet it"""
        partners = self._evaluator()
        domain &= Domain("member_number", "!=", False) & Domain("active", "=", True)
        domain &= Domain("company_id", "in", (False, self.company_id.id))
        query = partners._search(domain, order="id")
        query.order = None
        if not query.is_empty():
            partner = SQL.identifier(partners._table, "id")
            customer = SQL.identifier(partners._table, "commercial_partner_id")
            query.add_where(half_of_all(SQL("%s = %s", customer, partner)))
        return query

    def _members_domain(self, partners):
        """:return: Domain on res.partner: rule and other segments, before the sample"""
        if self.kind == "fixed":
            return partners._in_segments(Domain("segment_id", "in", self._origin.ids))
        domain = self._parse_rule()
        included, excluded = self.include_ids, self.exclude_ids
        if included:
            members = partners._in_segments(
                Domain("segment_id", "in", included._origin.ids)
            )
            domain = members if domain.is_true() else domain | members
        if excluded:
            domain &= partners._in_segments(
                Domain("segment_id", "in", excluded._origin.ids), exists=False
            )
        return domain

    def _draw_sample(self, query, partner):
        """Limit a query to the customers drawn at random."""
        drawn = segment_sql.sample_hash(self._origin.id or 0, partner)
        if self.sample == "count":
            query.order = SQL("%s, %s", drawn, partner)
            query.limit = self.sample_count
        elif self.sample == "percent":
            limit = segment_sql.sample_limit(self.sample_percent)
            if limit is not None:
                query.add_where(SQL("%s < %s", drawn, limit))
