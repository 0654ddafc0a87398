from . import member_common
