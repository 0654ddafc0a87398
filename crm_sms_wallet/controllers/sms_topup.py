from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.payment.controllers.portal import PaymentPortal

from ..models.crm_sms_topup import MANAGER
from ..models.crm_sms_topup_slip import MAX_SLIP


class SmsTopup(PaymentPortal):
    """The page where a company pays a top-up of its SMS wallet.

    For managers of that company alone; the payment itself is Odoo's own form, with the
    providers of the selling company.
    """

    @http.route(
        "/sms_wallet/topup/<int:topup_id>", type="http", auth="user", website=True
    )
    def sms_topup(self, topup_id, error=None, **_kwargs):
        topup = self._topup(topup_id)
        values = {
            **self._payment_values(topup),
            "topup": topup,
            "error": error,
            "promptpay": topup._promptpay_payload(),
        }
        return request.render("crm_sms_wallet.topup_page", values)

    @http.route("/sms_wallet/topup/<int:topup_id>/qr", type="http", auth="user")
    def sms_topup_qr(self, topup_id):
        """:return: the PromptPay code as a picture"""
        payload = self._topup(topup_id)._promptpay_payload()
        if not payload:
            raise NotFound()
        image = request.env["ir.actions.report"].barcode(
            "QR", payload, width=300, height=300
        )
        return request.make_response(
            image, [("Content-Type", "image/png"), ("Cache-Control", "private")]
        )

    @http.route(
        "/sms_wallet/topup/<int:topup_id>/slip",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def sms_topup_slip(self, topup_id, slip=None, transferred_on=None, **_kwargs):
        """Take the slip of a transfer."""
        topup = self._topup(topup_id)
        data = slip.read(MAX_SLIP + 1) if slip else b""
        try:
            day = fields.Date.to_date(transferred_on or None)
            topup._submit_slip(slip.filename if slip else None, data, day)
        except UserError as error:
            return self.sms_topup(topup_id, error=str(error))
        except ValueError:
            return self.sms_topup(
                topup_id, error=request.env._("Enter the day of the transfer.")
            )
        return request.redirect(topup.page_url)

    @http.route(
        "/sms_wallet/topup/<int:topup_id>/transaction", type="jsonrpc", auth="user"
    )
    def sms_topup_transaction(self, topup_id, access_token=None, **kwargs):
        """Create the draft transaction. Amount, currency and payer are the top-up's,
        whatever the page says; :return: the values its provider's form goes on with"""
        topup = self._topup(topup_id)
        self._validate_transaction_kwargs(
            kwargs, additional_allowed_keys=("reference_prefix",)
        )
        providers, _methods = self._payment_options(topup)
        if topup.state == "done" or kwargs.get("provider_id") not in providers.ids:
            raise NotFound()
        kwargs.update(
            amount=topup.amount,
            currency_id=topup.currency_id.id,
            partner_id=topup.company_id.partner_id.id,
            reference_prefix=topup.name,
            landing_route=topup.page_url,
            tokenization_requested=False,
            token_id=None,
            is_validation=False,
        )
        transaction = self._create_transaction(
            **kwargs, custom_create_values={"sms_topup_id": topup.id}
        )
        return transaction._get_processing_values()

    def _topup(self, topup_id):
        """:return: the top-up (sudo)
        :raises NotFound: none that the user may pay, whether it is there or not"""
        topup = request.env["crm.sms.topup"].sudo().browse(topup_id).exists()
        user = request.env.user
        if not (
            topup and user.has_group(MANAGER) and topup.company_id in user.company_ids
        ):
            raise NotFound()
        return topup

    def _payment_options(self, topup):
        """:return: (providers, methods) of the seller that can take the amount"""
        payer = topup.company_id.partner_id
        providers = (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                *(topup.seller_company_id.id, payer.id, topup.amount),
                currency_id=topup.currency_id.id,
            )
        )
        if not topup.seller_company_id.sms_test_payments:
            providers = providers.filtered(lambda provider: provider.state == "enabled")
        methods = (
            request.env["payment.method"]
            .sudo()
            ._get_compatible_payment_methods(
                providers.ids, payer.id, currency_id=topup.currency_id.id
            )
        )
        return providers, methods

    def _payment_values(self, topup):
        """:return: what Odoo's payment form needs"""
        providers, methods = self._payment_options(topup)
        return {
            "res_company": topup.seller_company_id,
            "reference_prefix": topup.name,
            "amount": topup.amount,
            "currency": topup.currency_id,
            "partner_id": topup.company_id.partner_id.id,
            "providers_sudo": providers,
            "payment_methods_sudo": methods,
            "tokens_sudo": request.env["payment.token"].sudo(),
            "show_tokenize_input_mapping": dict.fromkeys(providers.ids, False),
            "transaction_route": f"{topup.page_url}/transaction",
            "landing_route": topup.page_url,
            "access_token": "",
        }
