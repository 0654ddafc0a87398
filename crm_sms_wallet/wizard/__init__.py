from . import crm_sms_stop_lift
