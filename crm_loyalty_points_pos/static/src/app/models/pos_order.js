import {PointsUse, isPartial} from "@crm_loyalty_points_pos/app/utils/points_use";
import {PosOrder} from "@point_of_sale/app/models/pos_order";
import {
    TillBasket,
    isFreeProduct,
    isRuleOpen,
} from "@crm_loyalty_points_pos/app/utils/till_basket";
import {holds} from "@crm_loyalty_points_pos/app/utils/points_condition";
import {patch} from "@web/core/utils/patch";

const {DateTime} = luxon;
const PREPAID = ["ewallet", "gift_card"];

/** Whether the points engine counts a programme; see loyalty.program. */
function isEngineProgram(program) {
    return program.program_type === "loyalty" && program.is_nominative;
}

/** A programme with only those of its rules whose conditions hold. */
function withOpenRules(program, facts) {
    const open = program.rule_ids.filter((rule) => isRuleOpen(program, rule, facts));
    return open.length === program.rule_ids.length
        ? program
        : Object.create(program, {rule_ids: {value: open}});
}

/** Whether the conditions of a reward and of its programme hold. */
function isRewardOpen(reward, facts) {
    const policy = reward.program_id.raw._points;
    return holds(policy?.condition, facts) && holds(policy?.rewards[reward.id], facts);
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
            customerFacts: this.uiState.customerFacts || {},
            chosenPoints: this.uiState.chosenPoints || {},
            pointsReceipt: this.uiState.pointsReceipt || null,
            pointsClaim: this.uiState.pointsClaim || "",
        };
    },

    // -- earning -------------------------------------------------------------------

    /** What is known of the sale, for the conditions of programmes. */
    getPointsFacts() {
        const zone = this.company.customer_tz || "Asia/Bangkok";
        return {
            moment: DateTime.now().setZone(zone),
            branch: this.config.raw.branch_id,
            channel: this.config.raw.crm_team_id,
            tiers: [],
            tags: [],
            segments: [],
            ...this.uiState.customerFacts,
        };
    },

    /** @override the programmes of the engine are counted as the server counts them.
     *
     * Odoo counts free products as bought at first, and takes them out when it shows
     * the points (see _getPointsCorrection); so it is here. */
    pointsForPrograms(programs) {
        const facts = this.getPointsFacts();
        const result = super.pointsForPrograms(
            programs.map((program) => withOpenRules(program, facts))
        );
        for (const program of programs.filter(isEngineProgram)) {
            const points = this._countPoints(program, facts, true);
            result[program.id] = points ? [{points}] : [];
        }
        return result;
    },

    /** @returns {number} the points of a programme, with its own free products or not */
    _countPoints(program, facts, gross) {
        const basket = new TillBasket(
            this,
            (line) => !gross || line.reward_id.program_id.id !== program.id
        );
        return basket.points(program, facts);
    },

    /** @override what the free products of a programme would have earned */
    _getPointsCorrection(program) {
        if (
            !isEngineProgram(program) ||
            !this._get_reward_lines().some(isFreeProduct)
        ) {
            return isEngineProgram(program)
                ? 0
                : super._getPointsCorrection(...arguments);
        }
        const facts = this.getPointsFacts();
        return (
            this._countPoints(program, facts, true) -
            this._countPoints(program, facts, false)
        );
    },

    // -- conditions ----------------------------------------------------------------

    /** @override the conditions of a promotion hold for all that it gives; value that
     * was paid for is given whatever they say, they only tell where it may be spent */
    _programIsApplicable(program) {
        return (
            super._programIsApplicable(...arguments) &&
            (isEngineProgram(program) ||
                PREPAID.includes(program.program_type) ||
                holds(program.raw._points?.condition, this.getPointsFacts()))
        );
    },

    /** @override rewards whose conditions do not hold are not offered */
    getClaimableRewards() {
        const facts = this.getPointsFacts();
        return super
            .getClaimableRewards(...arguments)
            .filter(({reward}) => isRewardOpen(reward, facts));
    },

    // -- using some of the points ----------------------------------------------------

    /** @override points that have to wait are not there yet, and while a reward is
     * applied, only the chosen points are */
    _getRealCouponPoints(couponId) {
        const points =
            super._getRealCouponPoints(...arguments) - this._getWaitingPoints(couponId);
        return cap?.couponId === couponId ? Math.min(points, cap.points) : points;
    },

    /** @returns {number} what this order earns on a card, but only some days later */
    _getWaitingPoints(couponId) {
        const change = Object.values(this.uiState.couponPointChanges).find(
            (pe) => pe.coupon_id === couponId
        );
        const program = change && this.models["loyalty.program"].get(change.program_id);
        return program?.raw._points?.waits && program.applies_on !== "future"
            ? change.points
            : 0;
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
            available:
                this._getRealCouponPoints(cardId) +
                used -
                (this._getWaitingPoints(cardId)
                    ? 0
                    : this._getPointsCorrection(reward.program_id)),
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
            this.uiState.customerFacts = {};
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
