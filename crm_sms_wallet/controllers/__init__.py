from . import crm_sms_report
from . import sms_links
from . import sms_status
from . import sms_topup
