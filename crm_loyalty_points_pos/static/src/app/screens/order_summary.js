import {MemberStrip} from "@crm_loyalty_points_pos/app/components/member_strip/member_strip";
import {OrderSummary} from "@point_of_sale/app/screens/product_screen/order_summary/order_summary";
import {patch} from "@web/core/utils/patch";

patch(OrderSummary, {
    components: {...OrderSummary.components, MemberStrip},
});
