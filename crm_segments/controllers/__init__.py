from . import crm_staff_join
