from . import crm_staff_join
from . import crm_privacy
