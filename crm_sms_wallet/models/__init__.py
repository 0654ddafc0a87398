from . import crm_sms_click
from . import crm_sms_link
from . import crm_sms_stop
from . import res_company_sms_law
