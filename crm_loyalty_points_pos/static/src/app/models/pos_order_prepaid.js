/** Prepaid cards at the till: for what they are for, and percentages as discounts. */
import {PosOrder} from "@point_of_sale/app/models/pos_order";
import {PosOrderline} from "@point_of_sale/app/models/pos_order_line";
import {_t} from "@web/core/l10n/translation";
import {patch} from "@web/core/utils/patch";

/** @returns {Object|false} what the server says of a prepaid card */
export function prepaidOf(program) {
    return program?.raw?._points?.prepaid || false;
}

/** A reward whose programme is not a means of payment, so that it is taxed. */
function asDiscount(reward) {
    const program = Object.create(reward.program_id, {
        program_type: {value: "promotion"},
    });
    return Object.create(reward, {program_id: {value: program}});
}

patch(PosOrder.prototype, {
    /** @returns {boolean} whether anything on the order is what a card is for */
    _hasPrepaidGoods(reward) {
        const allowed = new Set(reward.all_discount_product_ids.map(({id}) => id));
        return this.getOrderlines().some((line) => {
            const product = line.combo_parent_id?.product_id || line.product_id;
            return !line.reward_id && line.getQuantity() > 0 && allowed.has(product.id);
        });
    },

    /** @override say what a card is for; a percentage lowers prices with their tax, once
     * per order, and costs nothing where uses are not counted */
    _getRewardLineValuesDiscount(args) {
        const {reward} = args;
        const prepaid = prepaidOf(reward.program_id);
        if (!prepaid) {
            return super._getRewardLineValuesDiscount(...arguments);
        }
        if (!this._hasPrepaidGoods(reward)) {
            return prepaid.refusal;
        }
        if (!prepaid.percent) {
            return super._getRewardLineValuesDiscount(...arguments);
        }
        if (this._get_reward_lines().some((line) => line.reward_id.id === reward.id)) {
            return _t("This card is used on the order already.");
        }
        const lines = super._getRewardLineValuesDiscount({
            ...args,
            reward: asDiscount(reward),
        });
        return lines.map((line) => ({
            ...line,
            reward_id: reward,
            points_cost: prepaid.unlimited ? 0 : line.points_cost,
        }));
    },
});

patch(PosOrderline.prototype, {
    /** @override a percentage has no balance to show */
    isGiftCardOrEWalletReward() {
        return (
            super.isGiftCardOrEWalletReward(...arguments) &&
            !prepaidOf(this.reward_id?.program_id).percent
        );
    },
});
