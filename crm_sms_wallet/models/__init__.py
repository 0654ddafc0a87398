from . import crm_sms_click
from . import crm_sms_link
from . import crm_sms_stop
from . import res_company_sms_law
from . import sms_batch
from . import sms_delivery
