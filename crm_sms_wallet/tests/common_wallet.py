"""What tests of the wallet share. Nothing here is a test."""

import uuid
from decimal import Decimal

from odoo.addons.crm_sms_wallet.tools import wallet_proof


def make_company(env, name="Buyer", **values):
    """:return: a company without entries in its wallet"""
    return env["res.company"].create({"name": f"{name} {uuid.uuid4().hex}", **values})


def make_wallet(env, mode="own", **values):
    """:return: an empty wallet of a new company; in mode resold with a seller"""
    wallet = env["crm.sms.wallet"]._of(make_company(env))
    if mode == "resold":
        seller = make_company(env, "Seller", currency_id=wallet.currency_id.id)
        values.update(mode="resold", seller_company_id=seller.id)
    wallet.write(values)
    return wallet


def make_seller_pay(env, seller):
    """Let a company take money: a chart of accounts, and Odoo's demo provider, which
    answers what it is told to (without its module, one that answers nothing).

    :return: the provider
    """
    seller.sms_test_payments = True
    env["account.chart.template"].try_loading(
        "generic_coa", company=seller, install_demo=False
    )
    provider = env.ref("payment.payment_provider_demo").copy(
        {"company_id": seller.id, "state": "test", "name": "Demo of the seller"}
    )
    lines = env["account.payment.method.line"]
    if not lines.search_count([("payment_provider_id", "=", provider.id)]):
        _book_in_bank(env, provider)
    return provider


def _book_in_bank(env, provider):
    """What the provider's own module does: a way to book what was paid."""
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", provider.company_id.id)], limit=1
    )
    env["account.payment.method.line"].create(
        {
            "name": "Test provider",
            "payment_method_id": env.ref("account.account_payment_method_manual_in").id,
            "journal_id": bank.id,
            "payment_provider_id": provider.id,
        }
    )
    provider.invalidate_recordset(["journal_id"])


def make_payment(env, provider, topup, **values):
    """:return: a draft transaction that pays a top-up"""
    return env["payment.transaction"].create(
        {
            "provider_id": provider.id,
            "payment_method_id": env.ref("payment.payment_method_unknown").id,
            "amount": topup.amount,
            "currency_id": topup.currency_id.id,
            "partner_id": topup.company_id.partner_id.id,
            "operation": "online_direct",
            "sms_topup_id": topup.id,
            **values,
        }
    )


def lot_costs(env, wallet):
    """:return: {lot id: Decimal, the sum of its draws}"""
    env.cr.execute(
        """SELECT lot_id, sum(cost)::text FROM crm_sms_credit_draw
            WHERE wallet_id = %s GROUP BY lot_id""",
        [wallet.id],
    )
    return {lot_id: Decimal(cost) for lot_id, cost in env.cr.fetchall()}


def assert_proven(case, env):
    case.assertEqual(wallet_proof.check(env), [])
