from . import crm_sms_stop_lift
from . import mailing_sms_test
from . import mailing_campaign_send
from . import base_partner_merge_automation
