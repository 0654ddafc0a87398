from . import base_partner_merge
from . import crm_staff_invite
from . import crm_privacy_erase
from . import crm_tag_change
from . import crm_tag_change_line
from . import crm_segment_add
from . import crm_customer_search
from . import crm_customer_search_criteria
