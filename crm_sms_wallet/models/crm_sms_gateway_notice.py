from odoo import models

# At the third rest in a row it is more than a hiccup.
RESTS = 3


class CrmSmsGateway(models.Model):
    """Managers are told when a gateway keeps refusing messages, and no longer once it
    has taken one."""

    _inherit = "crm.sms.gateway"

    def _rest(self, reason):
        done = super()._rest(reason)
        if self.wait_count == RESTS:
            self._note_failure(reason)
        return done

    def _works(self):
        done = super()._works()
        if self.state == "failed":
            self.state = "new"
            self.activity_unlink([self._warning_type()])
        return done

    def action_read_balance(self):
        """A gateway that answers again and has credit need not rest any longer."""
        shown = super().action_read_balance()
        if self.waits_until and self.state == "ok":
            self.action_try_now()
        return shown
