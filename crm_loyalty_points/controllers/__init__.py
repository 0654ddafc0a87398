from . import member_common
from . import member_look
from . import member_code
