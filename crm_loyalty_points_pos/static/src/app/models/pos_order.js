import {PointsUse, isPartial} from "@crm_loyalty_points_pos/app/utils/points_use";
import {PosOrder} from "@point_of_sale/app/models/pos_order";
import {TillBasket} from "@crm_loyalty_points_pos/app/utils/till_basket";
import {patch} from "@web/core/utils/patch";

const {DateTime} = luxon;

/** Whether the points engine counts a programme; see loyalty.program. */
function isEngineProgram(program) {
    return program.program_type === "loyalty" && program.is_nominative;
}

function choiceKey(reward, cardId) {
    return `${reward.id}:${cardId}`;
}

// While a reward is put on an order: the points of a card that it may use.
let cap = null;

patch(PosOrder.prototype, {
    initState() {
        super.initState(...arguments);
        this.uiState = {
            ...this.uiState,
            chosenPoints: this.uiState.chosenPoints || {},
            pointsReceipt: this.uiState.pointsReceipt || null,
        };
    },

    // -- earning -------------------------------------------------------------------

    /** What is known of the sale, for the conditions of programmes. */
    getPointsFacts() {
        return {
            moment: DateTime.now(),
            branch: null,
            channel: null,
            tiers: [],
            tags: [],
            firstOrder: null,
            birthMonth: null,
        };
    },

    /** @override the programmes of the engine are counted as the server counts them */
    pointsForPrograms(programs) {
        const result = super.pointsForPrograms(...arguments);
        const counted = programs.filter(isEngineProgram);
        if (counted.length) {
            const basket = new TillBasket(this);
            const facts = this.getPointsFacts();
            for (const program of counted) {
                const points = basket.points(program, facts);
                result[program.id] = points ? [{points}] : [];
            }
        }
        return result;
    },

    // -- using some of the points ----------------------------------------------------

    /** @override while a reward is applied, only the chosen points are there */
    _getRealCouponPoints(couponId) {
        const points = super._getRealCouponPoints(...arguments);
        return cap?.couponId === couponId ? Math.min(points, cap.points) : points;
    },

    _getRewardLineValuesDiscount(args) {
        const points =
            this.uiState.chosenPoints[choiceKey(args.reward, args.coupon_id)];
        if (points === undefined || !isPartial(args.reward)) {
            return super._getRewardLineValuesDiscount(...arguments);
        }
        cap = {couponId: args.coupon_id, points};
        try {
            return super._getRewardLineValuesDiscount(...arguments);
        } finally {
            cap = null;
        }
    },

    /** @returns {Object[]} lines of a reward, paid with the points of a card */
    getPointsLines(reward, cardId) {
        return this._get_reward_lines().filter(
            (line) => line.reward_id?.id === reward.id && line.coupon_id?.id === cardId
        );
    },

    /** @returns {PointsUse} what may be used for a reward, what it uses now included */
    getPointsUse(reward, cardId) {
        const lines = this.getPointsLines(reward, cardId);
        const used = lines.reduce((total, line) => total + line.points_cost, 0);
        const taken = lines.reduce(
            (total, line) => total + line.prices.total_included,
            0
        );
        const discountable = this._getPointsDiscountable(reward) - taken;
        return new PointsUse({
            available: this._getRealCouponPoints(cardId) + used,
            step: reward.required_points,
            perPoint: reward.discount,
            discountable: Math.min(
                discountable,
                this.priceIncl - taken,
                reward.discount_max_amount || Infinity
            ).toFixed(this.currency.decimal_places),
        });
    },

    _getPointsDiscountable(reward) {
        const applicability = reward.discount_applicability;
        if (applicability === "cheapest") {
            return this._getDiscountableOnCheapest(reward).discountable;
        }
        if (applicability === "specific") {
            return this._getDiscountableOnSpecific(reward).discountable;
        }
        return this._getDiscountableOnOrder(reward).discountable;
    },

    /**
     * Use so many points for a reward, instead of what it uses now.
     *
     * @param {Object} reward
     * @param {number} cardId
     * @param {number|null} points null takes as many as there are, 0 none
     * @returns {true|string} or why it cannot be done
     */
    usePoints(reward, cardId, points) {
        for (const line of this.getPointsLines(reward, cardId)) {
            line.delete();
        }
        const key = choiceKey(reward, cardId);
        delete this.uiState.chosenPoints[key];
        this.uiState.disabledRewards.delete(reward.id);
        if (points === 0) {
            return true;
        }
        if (points !== null) {
            this.uiState.chosenPoints[key] = points;
        }
        return this._applyReward(reward, cardId, {});
    },

    /** @override a reward taken off the order forgets how many points were chosen */
    removeOrderline(line) {
        if (line.is_reward_line && line.reward_id) {
            delete this.uiState.chosenPoints[
                choiceKey(line.reward_id, line.coupon_id?.id)
            ];
        }
        return super.removeOrderline(...arguments);
    },

    setPartner(partner) {
        if (partner?.id !== this.getPartner()?.id && this.uiState?.chosenPoints) {
            this.uiState.chosenPoints = {};
        }
        super.setPartner(...arguments);
    },

    // -- display -----------------------------------------------------------------------

    /**
     * @returns {Object[]} the member cards of the order's customer, one per loyalty
     *     programme: {card, program, won, spent, balance, total, reward}. `reward` is
     *     the one that the cashier may use points for, if any.
     */
    getMemberCards() {
        if (!this.getPartner()) {
            return [];
        }
        return this.getLoyaltyPoints()
            .filter(({program}) => isEngineProgram(program))
            .map(({couponId, program, points}) => ({
                ...points,
                card: this.models["loyalty.card"].get(parseInt(couponId, 10)),
                program,
                reward: program.reward_ids.find(isPartial),
            }));
    },
});
