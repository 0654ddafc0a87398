from . import base_partner_merge
from . import crm_staff_invite
from . import crm_privacy_erase
