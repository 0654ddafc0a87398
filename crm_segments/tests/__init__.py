from . import test_consent
from . import test_crm_branch
from . import test_crm_customer_metric
from . import test_member_number
from . import test_notify
from . import test_person_name
from . import test_profile
from . import test_search
