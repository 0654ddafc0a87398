from . import crm_sms_report
