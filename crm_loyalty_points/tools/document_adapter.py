"""How the documents of a channel look to the points engine."""

from functools import cached_property
from typing import Any, NamedTuple

from . import basket as engine
from .customer_facts import read_facts, read_tiers


class Item(NamedTuple):
    """One line of a document that costs something.

    :ivar product: product.product
    :ivar reward: loyalty.reward that the line gives, empty for goods
    :ivar is_goods: its quantity earns: neither a reward nor a delivery
    :ivar source: the document's own line, of whatever kind
    """

    key: int | str
    product: Any
    reward: Any
    is_goods: bool
    source: Any


class DocumentAdapter:
    """Reads a document once; gives its basket and the policy of any programme.

    Which lines a rule covers follows Odoo's ``_program_check_compute_points``:

    * quantities: goods only, without rewards, deliveries and the items of a combo;
    * money: goods and discounts that other programmes gave, so that what is really
      paid earns; points and prepaid value count as money paid;
    * minimum amount: goods and discounts entered by code, not automatic ones.

    A channel says how its documents are read: ``kind`` and the methods of the first
    part. The customer is asked only for what the programmes ask.
    """

    kind = ""
    supposed_customer = None

    def __init__(self, document):
        self.document = document
        self.env = self._get_env()
        self.company = self._get_company()
        self.currency = self._get_currency()

    # -- what a channel says -------------------------------------------------------

    def _get_env(self):
        return self.document.env

    def _get_company(self):
        return self.document.company_id

    def _get_currency(self):
        return self.document.currency_id

    def get_customer(self):
        """:return: res.partner as superuser, empty when nobody knows who buys"""
        partner = (self.supposed_customer or self.document.partner_id).sudo()
        return partner.browse() if partner.is_public else partner

    def get_source(self):
        """:return: (model name, id) of the document, as its entries name it"""
        return self.document._name, self.document._origin.id or 0

    def is_first_order(self):
        """:return: whether the customer has bought nothing before this"""
        customer = self.get_customer()
        return not customer._has_bought_before(self.company, self.document)

    def get_unposted(self, programs):
        """:return: {programme id: points} of other documents of the customer that will
        be posted in the same transaction, before this one"""
        return {}

    def _get_items(self):
        """:return: iterable of :class:`Item`; a combo line carries the price of its
        items, which are left out"""
        raise NotImplementedError

    def _get_line(self, item):
        """:return: basket.Line of an item; ``self.points_of`` helps"""
        raise NotImplementedError

    def _get_circumstances(self):
        """:return: dict of the basket's ``day``, ``moment``, ``partner`` (ids),
        ``branch`` and ``channel``"""
        raise NotImplementedError

    def _get_entered_rules(self):
        """:return: the loyalty.rule whose code was entered"""
        return self.env["loyalty.rule"]

    # -- the basket ----------------------------------------------------------------

    @cached_property
    def items(self):
        return tuple(self._get_items())

    @cached_property
    def products(self):
        products = (item.product for item in self.items)
        return self.env["product.product"].union(*products)

    @cached_property
    def day(self):
        return self._circumstances["day"]

    @cached_property
    def _circumstances(self):
        return self._get_circumstances()

    def basket(self, programs=()):
        """:param programs: loyalty.program that will count it
        :return: basket.Basket of the whole document"""
        needs = programs._get_earning_needs() if programs else set()
        return engine.Basket(
            lines=tuple(self._get_line(item) for item in self.items),
            digits=self.currency.decimal_places,
            currency=self.currency.name or "",
            kind=self.kind,
            customer=read_facts(self, needs, programs),
            **self._circumstances,
        )

    def circumstances(self, *conditioned):
        """What ``_check_conditions`` of programmes, rules and rewards asks.

        :param conditioned: recordsets of ``loyalty.condition.mixin``
        :return: basket.Basket without lines
        """
        needs = set().union(*(each._get_condition_needs() for each in conditioned))
        return engine.Basket(
            kind=self.kind,
            customer=read_facts(self, needs),
            **self._circumstances,
        )

    @cached_property
    def customer_tiers(self):
        """Ids of the tiers of all the customer's member cards."""
        customer = self.get_customer()
        return frozenset(read_tiers(customer)) if customer else frozenset()

    def points_of(self, product, uom):
        """The product's points for one of the line's unit: a dozen counts twelve."""
        points = product.loyalty_points
        if points and uom and uom != product.uom_id:
            points *= uom._compute_quantity(1, product.uom_id, round=False)
        return engine.number(points)

    def suppose_customer(self, partner):
        """Count as if this res.partner had bought it."""
        self.supposed_customer = partner

    def suppose_tiers(self, tier_ids):
        """Count as for a customer with these tiers, whatever they are now."""
        self.customer_tiers = frozenset(tier_ids)

    # -- the programme -------------------------------------------------------------

    def policy(self, program):
        """:return: basket.Policy of a programme for this document; rules whose code was
        not entered are left out"""
        rules = program.rule_ids.filtered(
            lambda rule: rule.mode != "with_code" or rule in self._get_entered_rules()
        )
        return engine.Policy(
            program.id,
            program.name or "",
            tuple(self._rule(rule) for rule in rules),
            condition=program._get_condition(),
            campaigns=(*self._campaigns(program), *self._tier_campaigns(program)),
            limits=program._get_limits(),
        )

    def _campaigns(self, program):
        return [campaign._prepare_campaign() for campaign in program._get_campaigns()]

    def _tier_campaigns(self, program):
        """What the customer's own tier multiplies points by."""
        return [
            tier._prepare_campaign()
            for tier in program._get_factor_tiers()
            if tier.id in self.customer_tiers
        ]

    def _rule(self, rule):
        program = rule.program_id
        covered = self._covered(rule)
        return engine.Rule(
            key=rule.id,
            mode=rule.reward_point_mode,
            rate=engine.number(rule.reward_point_amount),
            goods=_keys(item for item in covered if item.is_goods),
            money=_keys(item for item in covered if _is_paid(item, program)),
            threshold=_keys(item for item in covered if _is_compared(item, program)),
            minimum_quantity=engine.number(rule.minimum_qty),
            minimum_amount=engine.number(rule._compute_amount(self.currency)),
            minimum_with_tax=rule.minimum_amount_tax_mode == "incl",
            step=self._step(program),
            limit=engine.number(rule.max_points, 2) if rule.max_points else None,
            condition=rule._get_condition(),
        )

    def _covered(self, rule):
        """The items whose product the rule names. A prepaid card is not among "any":
        the value earns when it is used, and would earn twice."""
        domain = rule._get_valid_product_domain()
        if domain.is_true():
            return [item for item in self.items if not item.product.is_prepaid_card]
        products = set(self.products.filtered_domain(domain)._ids)
        return [item for item in self.items if item.product.id in products]

    def _step(self, program):
        """Baht per point in the document's currency, None when every baht counts."""
        if not program.thb_per_point:
            return None
        amount = program.currency_id._convert(
            program.thb_per_point,
            self.currency,
            self.company,
            self.day,
            round=program.currency_id != self.currency,
        )
        return engine.number(amount) or None


def _keys(items):
    return frozenset(item.key for item in items)


def _is_paid(item, program):
    """Whether an item is paid with money, or lowers what is paid: so do prepaid cards
    that give a percentage."""
    giver = item.reward.program_id
    return (
        not giver
        or giver.program_type not in ("ewallet", "gift_card", program.program_type)
        or (giver.is_prepaid and giver.prepaid_kind == "percent")
    )


def _is_compared(item, program):
    """Whether an item counts for a minimum amount."""
    giver = item.reward.program_id
    return item.reward.reward_type != "discount" or not (
        giver == program or giver.trigger == "auto"
    )
