import logging
import random
import time

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo import api, fields, models

from odoo.addons.crm_segments.tools.cron_turn import turn_deadline

from ..tools.myshop_api import MyshopError, MyshopGone, MyshopLater, MyshopRefused
from .crm_lineshopping_pull import FIRST

_logger = logging.getLogger(__name__)

# A turn of the job, well below the two minutes after which the server ends it by force;
# a shop gets at least its part of it.
TURN_SECONDS = 50
LEAST_SECONDS = 5
# Orders that are read without a transaction and stored together.
BATCH = 25
# After so many orders in a row that cannot be read it is asked whether the service is
# down.
IN_A_ROW = 3
LOST_RACES = (SerializationFailure, LockNotAvailable, DeadlockDetected)
ATTEMPTS = 5


class OrdersFail(MyshopLater):
    """Orders in a row cannot be read though the service works; they are noted as
    exceptions, and others may be read."""

    def __init__(self, text, asked):
        """:param asked: numbers of the orders that were asked for, failed or not"""
        super().__init__(text)
        self.asked = set(asked)


class CrmLineshoppingShop(models.Model):
    """The one job that asks LINE SHOPPING. Being one, it keeps the pace that the
    service allows; everything it does may be cut off at any line and is done again."""

    _inherit = "crm.lineshopping.shop"

    @api.model
    def _cron_work(self):
        """Work off what is due at all connected shops, each getting its turn."""
        deadline = turn_deadline(self.env, TURN_SECONDS)
        if deadline is None:
            return
        shops = self.sudo().search([("state", "=", "active")])
        left = False
        for position, shop in enumerate(shops):
            now = time.monotonic()
            share = max((deadline - now) / (len(shops) - position), LEAST_SECONDS)
            shop = shop.with_company(shop.company_id).with_context(
                allowed_company_ids=shop.company_id.ids
            )
            left |= not shop._work_safely(now + share)
        self.env["ir.cron"]._commit_progress(0, remaining=int(left))

    def _work_safely(self, deadline):
        """Work; what goes wrong at one shop must not keep the others waiting.

        :return: whether everything is done that can be done now
        """
        self.ensure_one()
        try:
            with self._api() as api_client:
                return self._work(api_client, deadline)
        except LOST_RACES:
            self._roll_back()
            return False
        except MyshopRefused as error:
            self._roll_back()
            self._stop(str(error))
        except MyshopError as error:
            self._roll_back()
            self._rest(str(error))
        except Exception as error:
            _logger.exception("Reading the orders of %s failed", self)
            self._roll_back()
            self._rest(type(error).__name__)
        self._commit()
        return True

    def _work(self, api_client, deadline):
        """:return: see `_work_safely`"""
        if self.wait_until and self.wait_until > fields.Datetime.now():
            return True
        self._start_due()
        self._start_check()
        self._commit()
        stop = None
        for step in (self._work_events, self._work_troubles, self._work_pulls):
            try:
                if not step(api_client, deadline):
                    return False
            except OrdersFail as error:
                stop = error  # the other steps have other orders
        if stop:
            self._works()  # it does answer: the pause does not become longer each time
            self._commit()
            raise stop
        return True

    def _may_go_on(self, deadline):
        """:return: whether there is time, and nobody has paused the shop"""
        return time.monotonic() < deadline and self.state == "active"

    # -- steps -------------------------------------------------------------------------

    def _work_events(self, api_client, deadline):
        """Read the orders that webhooks have named.

        :return: whether none is left
        """
        events = self.env["crm.lineshopping.event"]
        todo = [("shop_id", "=", self.id), ("state", "=", "new")]
        while found := events.search(todo, limit=200):
            if not self._may_go_on(deadline):
                return False
            numbers = list(dict.fromkeys(found.mapped("order_number")))[:BATCH]
            found = found.filtered(
                lambda event, some=numbers: event.order_number in some
            )
            by_staff = all(event.kind == "staff" for event in found)
            source = "staff" if by_staff else "webhook"
            try:
                self._read_orders(api_client, numbers, source)
            except OrdersFail as error:
                # those that failed wait among the exceptions from here on
                found.filtered(
                    lambda event, some=error.asked: event.order_number in some
                ).state = "done"
                self._commit()
                raise
            found.state = "done"
            self._works()
            self._commit(len(found))
        return True

    def _work_troubles(self, api_client, deadline):
        """Try again what failed.

        :return: whether nothing is due any more
        """
        troubles = self.env["crm.lineshopping.exception"]
        due = [("shop_id", "=", self.id), ("next_try_at", "<=", fields.Datetime.now())]
        while found := troubles.search(due, limit=BATCH, order="next_try_at, id"):
            if not self._may_go_on(deadline):
                return False
            numbers = found.filtered(lambda one: one.kind == "fetch").mapped("number")
            others = found.filtered(lambda one: one.kind != "fetch").mapped("number")
            if numbers:
                self._read_orders(api_client, numbers, "retry")
            if others:
                orders = self._orders_of(others)
                orders.dirty = True
                troubles._clear(self, set(others) - set(orders.mapped("number")))
                self._commit()
                self._settle_taken(orders)
        return True

    def _work_pulls(self, api_client, deadline):
        """:return: whether no reading is under way any more"""
        pulls = self._running_pulls().sorted(lambda pull: FIRST.index(pull.kind))
        return all(pull._run(api_client, deadline) for pull in pulls)

    # -- orders ------------------------------------------------------------------------

    def _orders_of(self, numbers):
        domain = [("shop_id", "=", self.id), ("number", "in", list(numbers))]
        return self.env["crm.lineshopping.order"].search(domain)

    def _read_orders(self, api_client, numbers, source, heads=None):
        """Ask for some orders, store what is answered, let sale orders and points
        follow. Commits before, in between and after.

        :param numbers: at most BATCH
        :param dict heads: {number: order without goods}, stored where asking fails
        :return: dict with read, changed and trouble (numbers of orders)
        :raise MyshopError: the service cannot be used; what it answered before is kept
        :raise OrdersFail: the same, but these orders are the reason
        """
        self._commit()  # nothing is locked while we wait for answers
        fetched_at = self.env.cr.now()
        answers, gone, errors, stop = _ask(api_client, numbers)
        heads = {number: heads[number] for number in errors if number in (heads or {})}

        def store():
            return self._store_safely(answers, gone, errors, heads, source, fetched_at)

        changed = self._in_transaction(store)
        self._settle_taken(changed)
        if stop:
            raise stop
        trouble = len(errors)
        return {"read": len(answers), "changed": len(changed), "trouble": trouble}

    def _store_safely(self, answers, gone, errors, heads, source, fetched_at):
        """Store; where that fails order by order, and what fails then is noted as an
        exception: one answer that cannot be stored must not hold up the others.

        :return: the orders that changed
        """
        orders = self.env["crm.lineshopping.order"]
        numbers = [*answers, *gone, *errors]
        try:
            with self.env.cr.savepoint():
                return self._store(answers, gone, errors, heads, source, fetched_at)
        except LOST_RACES:
            raise
        except Exception as error:
            # neither log nor exception tells its text: it may quote the answer
            kind = type(error).__name__
            _logger.warning("Answers for %s are not stored: %s", self, kind)
            self.env.invalidate_all(flush=False)
        if len(numbers) == 1:
            troubles = self.env["crm.lineshopping.exception"]
            text = errors.get(numbers[0], kind)
            troubles._note_exception(self, numbers[0], text, kind="fetch")
            orders._note_checked(self, numbers)
            return orders
        changed = orders
        for number in numbers:
            changed |= self._store_safely(
                _only(answers, number),
                [one for one in gone if one == number],
                _only(errors, number),
                _only(heads, number),
                source,
                fetched_at,
            )
        return changed

    def _store(self, answers, gone, errors, heads, source, fetched_at):
        """:return: the orders that changed"""
        orders = self.env["crm.lineshopping.order"]
        troubles = self.env["crm.lineshopping.exception"]
        changed = orders._take(
            self, [*answers.values(), *heads.values()], source, fetched_at=fetched_at
        )
        for number in gone:
            changed |= orders._mark_gone(self, number)
        troubles._clear(self, [*answers, *gone], "fetch")
        for number, error in errors.items():
            troubles._note_exception(self, number, error, kind="fetch")
        for number, answer in answers.items():
            if not answer.get("orderItems") and not self._orders_of([number]).has_items:
                text = self.env._("LINE SHOPPING does not tell what was ordered.")
                troubles._note_exception(self, number, text, kind="fetch")
        orders._note_checked(self, [*answers, *gone, *errors])
        return changed

    def _settle_taken(self, orders):
        """Let sale orders and points follow. What fails here stays `dirty` and is
        settled by the job for that; reading goes on."""
        if not orders:
            return
        numbers = orders.mapped("number")
        troubles = self.env["crm.lineshopping.exception"]
        domain = [("shop_id", "=", self.id), ("number", "in", numbers)]
        domain.append(("kind", "=", "settle"))
        before = {one.number: one.tries for one in troubles.search(domain)}
        try:
            orders._settle()
            self.env.flush_all()
            well = [
                one.number
                for one in troubles.search(domain)
                if one.tries == before.get(one.number)
            ]
            troubles._clear(self, well, "settle")
            self._commit(1)
        except LOST_RACES:
            self._roll_back()
        except Exception:
            _logger.exception("Orders of %s are not settled", self)
            self._roll_back()

    # -- transactions ------------------------------------------------------------------

    def _commit(self, processed=0):
        self.env.flush_all()
        self.env["ir.cron"]._commit_progress(processed, remaining=1)
        # others may have paused the shop or cancelled a reading
        self.env.invalidate_all()

    def _roll_back(self):
        self.env.cr.rollback()
        self.env.invalidate_all(flush=False)

    def _in_transaction(self, step):
        """Do a step and commit it; again from its beginning when a race is lost.

        :return: what the step returned
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                result = step()
                self._commit(1)
                return result
            except LOST_RACES:
                self._roll_back()
                if attempt == ATTEMPTS:
                    raise
                time.sleep(random.uniform(0.01, 0.05 * attempt))


def _ask(api_client, numbers):
    """:return: ({number: order}, [numbers nobody knows], {number: why it failed}, what
    stops everything or None)"""
    answers, gone, errors, failed = {}, [], {}, 0
    for number in numbers:
        try:
            answers[number] = api_client.order(number)
            failed = 0
        except MyshopGone:
            gone.append(number)
        except MyshopRefused as error:
            return answers, gone, errors, error
        except MyshopError as error:
            errors[number] = str(error)
            failed += 1
            if failed >= IN_A_ROW:
                try:
                    api_client.check()
                except MyshopError as down:
                    # not these orders: the service. They are asked for again later
                    for last in list(errors)[-failed:]:
                        del errors[last]
                    return answers, gone, errors, down
                stop = OrdersFail(str(error), [*answers, *gone, *errors])
                return answers, gone, errors, stop
    return answers, gone, errors, None


def _only(values, number):
    return {number: values[number]} if number in values else {}
