from . import crm_staff_join
from . import crm_privacy
from . import crm_export
