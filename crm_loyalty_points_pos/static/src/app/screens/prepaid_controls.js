import {ControlButtons} from "@point_of_sale/app/screens/product_screen/control_buttons/control_buttons";
import {PartnerLine} from "@point_of_sale/app/screens/partner_list/partner_line/partner_line";
import {patch} from "@web/core/utils/patch";
import {prepaidOf} from "@crm_loyalty_points_pos/app/models/pos_order_prepaid";

patch(ControlButtons.prototype, {
    /** @override nobody is paid back by selling him a prepaid card for the amount: it
     * would hold its full value */
    _getEWalletPrograms() {
        return super
            ._getEWalletPrograms(...arguments)
            .filter((program) => this.isWalletShown(program));
    },

    isWalletShown(program) {
        return this.pos.getOrder().priceIncl >= 0 || !prepaidOf(program);
    },
});

patch(PartnerLine.prototype, {
    /** @override a card with a percentage holds no money */
    _getLoyaltyPointsRepr(loyaltyCard) {
        const prepaid = prepaidOf(loyaltyCard.program_id);
        if (!prepaid?.percent) {
            return super._getLoyaltyPointsRepr(...arguments);
        }
        return prepaid.unlimited
            ? loyaltyCard.program_id.name
            : `${loyaltyCard.program_id.name}: ${loyaltyCard.points}`;
    },
});
