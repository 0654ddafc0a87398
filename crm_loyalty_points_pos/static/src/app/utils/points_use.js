/** How many points a customer may use for a discount per point. */
import {ONE, decimal, toNumber} from "./points_decimal";

const SEARCHED = 10000n;

/** Whether the cashier may choose how many points a reward uses. */
export function isPartial(reward) {
    return (
        reward.reward_type === "discount" &&
        reward.discount_mode === "per_point" &&
        reward.program_id.program_type === "loyalty" &&
        !reward.clear_wallet &&
        reward.discount > 0
    );
}

/** @returns {bigint} a quotient, rounded up after two digits */
function roundUp(count, divisor) {
    const cent = ONE / 100n;
    return ((count + divisor * cent - 1n) / (divisor * cent)) * cent;
}

/**
 * What can be chosen for a reward, exactly counted.
 *
 * @param {Object} use
 * @param {number} use.available points on the card
 * @param {number} use.step points are used in multiples of this
 * @param {number} use.perPoint money for a point
 * @param {number} use.discountable money the reward may take off, at most
 */
export class PointsUse {
    constructor({available, step, perPoint, discountable}) {
        this.step = decimal(step) || ONE;
        this.perPoint = decimal(perPoint);
        const points = this.floor(decimal(available));
        // a last part of a point may pay the last satang
        const enough = roundUp(decimal(discountable) * ONE, this.perPoint);
        this.most = points < enough ? points : enough;
    }

    floor(points) {
        return (points / this.step) * this.step;
    }

    get max() {
        return this.most > 0n ? toNumber(this.most) : 0;
    }

    /** @returns {number} the points really used when so many are asked for */
    usable(points) {
        const asked = decimal(points);
        return asked >= this.most ? this.max : toNumber(this.floor(asked));
    }

    /** @returns {number} money taken off for points, before the last rounding */
    worth(points) {
        return toNumber((decimal(points) * this.perPoint) / ONE);
    }

    get half() {
        return toNumber(this.floor(this.most / 2n));
    }

    /** @returns {number} the most points whose worth is whole baht, 0 without any */
    get wholeBaht() {
        let baht = (this.most * this.perPoint) / ONE / ONE;
        for (let tries = SEARCHED; baht > 0n && tries > 0n; tries--, baht--) {
            const money = baht * ONE * ONE;
            const points = money / this.perPoint;
            if (money % this.perPoint === 0n && points % this.step === 0n) {
                return toNumber(points);
            }
        }
        return 0;
    }
}
