import {PaymentScreen} from "@point_of_sale/app/screens/payment_screen/payment_screen";
import {PointsReturn} from "@crm_loyalty_points_pos/app/components/points_return/points_return";
import {patch} from "@web/core/utils/patch";

patch(PaymentScreen, {
    components: {...PaymentScreen.components, PointsReturn},
});
