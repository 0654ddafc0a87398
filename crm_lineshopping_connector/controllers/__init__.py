from . import line_webhook
from . import member_line_order
