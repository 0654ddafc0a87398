from odoo.http import request

from odoo.addons.crm_sms_wallet.controllers.sms_links import SmsLinks


class LineLinks(SmsLinks):
    """Short links and the opt-out of messages by LINE: the same addresses."""

    def _find_delivery(self, token):
        messages = request.env["crm.line.message"]
        return super()._find_delivery(token) or messages._by_opt_out_token(token)
