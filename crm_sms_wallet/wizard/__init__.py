from . import crm_sms_stop_lift
from . import mailing_sms_test
