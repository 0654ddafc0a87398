/** How an order of the till looks to the points engine. */
import {ONE, decimal, toNumber} from "./points_decimal";
import {countPoints} from "./points_engine";
import {holds} from "./points_condition";

function isBought(line) {
    return !(
        line.refunded_orderline_id ||
        line.sale_order_origin_id ||
        line.combo_parent_id
    );
}

export function isFreeProduct(line) {
    return line.reward_id?.reward_type === "product";
}

/** Whether a reward line is money: points of this kind of programme, prepaid value. A
 * prepaid card with a percentage lowers what is paid. */
function isPaid(line, program) {
    const giver = line.reward_id.program_id;
    return (
        ["ewallet", "gift_card", program.program_type].includes(giver.program_type) &&
        !giver.raw._points?.prepaid?.percent
    );
}

/** Whether a rule is about a line. A prepaid card is not among "any" product: the value
 * earns when it is used, and would earn twice. */
function isCovered(line, rule) {
    return (
        rule.validProductIds.has(line.product_id.id) ||
        (rule.any_product && !line.product_id.product_tmpl_id.is_prepaid_card)
    );
}

/** Whether a reward line leaves the minimum amount of a programme alone. */
function isFree(line, program) {
    const reward = line.reward_id;
    return (
        reward.reward_type === "discount" &&
        (reward.program_id.id === program.id || reward.program_id.trigger === "auto")
    );
}

/**
 * The goods that reward lines give for free: the till takes their price back on lines of
 * their own. Of several the one of the reward's price comes first, as on the server.
 *
 * @returns {Map} line of goods -> [{reward: line, quantity: decimal}]
 */
function freeGoods(lines) {
    const goods = lines.filter((line) => !line.reward_id && line.qty > 0);
    const left = new Map(goods.map((line) => [line, decimal(line.qty)]));
    const found = new Map();
    for (const reward of lines.filter(isFreeProduct)) {
        const products = new Set(
            reward.reward_id.reward_product_ids.map((product) => product.id)
        );
        const price = Math.abs(reward.price_unit);
        const distance = (line) => Math.abs(line.price_unit - price);
        const candidates = goods
            .filter((line) => products.has(line.product_id.id))
            .sort((a, b) => distance(a) - distance(b));
        let wanted = decimal(Math.abs(reward.qty));
        for (const line of candidates) {
            const quantity = wanted < left.get(line) ? wanted : left.get(line);
            if (quantity > 0n) {
                found.set(line, [...(found.get(line) || []), {reward, quantity}]);
                left.set(line, left.get(line) - quantity);
                wanted -= quantity;
            }
        }
    }
    return found;
}

/** Whether the conditions of a rule hold; those of its programme are asked apart. */
export function isRuleOpen(program, rule, facts) {
    return holds(program.raw._points?.rules[rule.id]?.condition, facts);
}

/** The highest factor of the campaigns that hold: they do not multiply each other. */
function bestFactor(campaigns, facts) {
    return campaigns
        .filter(({condition}) => holds(condition, facts))
        .map(({factor}) => decimal(factor))
        .reduce((best, factor) => (factor > best ? factor : best), ONE);
}

/** What the member may still earn under each limit of a programme. */
function rooms(program, limits, facts) {
    const earned = {
        order: 0,
        day: facts.earnedToday?.[program.id],
        member: facts.earned?.[program.id],
    };
    return Object.entries(limits)
        .filter(([, limit]) => limit)
        .map(([name, limit]) => decimal(limit) - decimal(earned[name]))
        .map((room) => (room > 0n ? room : 0n));
}

/**
 * Which lines a rule covers is what the server's adapter of till orders decides, too:
 *
 * - quantities: goods, without rewards and without what a reward gives for free;
 * - money: goods and the discounts that other programmes gave, so that what is really
 *   paid earns; points and prepaid value count as money paid;
 * - minimum amount: goods and discounts entered by code, not automatic ones.
 *
 * A combo line carries the price of its items. Lines of a quotation that is settled at
 * the till earned there, goods that come back earn nothing.
 *
 * @param {Object} order pos.order
 * @param {Function} [isGiven] which free products count as given away, not as bought
 */
export class TillBasket {
    constructor(order, isGiven = () => true) {
        this.order = order;
        this.digits = order.currency.decimal_places;
        const bought = order.lines.filter(isBought);
        this.free = freeGoods(
            bought.filter((line) => !isFreeProduct(line) || isGiven(line))
        );
        this.orderLines = bought.filter((line) => !isFreeProduct(line));
        this.lines = this.orderLines.map((line) => this.line(line));
    }

    /**
     * @param {Object} program loyalty.program, counted by the engine
     * @param {Object} facts see points_condition.js
     * @returns {number} the points that the order earns
     */
    points(program, facts) {
        const policy = program.raw._points || {};
        if (!holds(policy.condition, facts)) {
            return 0;
        }
        const rules = program.rule_ids
            .filter((rule) => this.isAsked(rule) && isRuleOpen(program, rule, facts))
            .map((rule) => this.rule(program, rule));
        return toNumber(
            countPoints(
                rules,
                this.lines,
                bestFactor(policy.campaigns || [], facts),
                rooms(program, policy.limits || {}, facts)
            )
        );
    }

    isAsked(rule) {
        return (
            rule.mode !== "with_code" ||
            this.order.uiState.codeActivatedProgramRules.includes(rule.id)
        );
    }

    line(line) {
        const free = this.free.get(line) || [];
        const given = free.reduce((total, {quantity}) => total + quantity, 0n);
        return {
            key: line.uuid,
            quantity: decimal(line.qty) - given,
            total: this.money(line, free, "priceIncl"),
            untaxed: this.money(line, free, "priceExcl"),
            productPoints: decimal(line.product_id.product_tmpl_id.loyalty_points),
        };
    }

    /**
     * What a line costs without its free part; of a combo, with its items. A refund has
     * all its lines with the other sign, those of goods in exchange as well.
     */
    money(line, free, name) {
        const sign = this.order.orderSign;
        let amount = 0n;
        for (const part of [line, ...line.combo_line_ids]) {
            amount += decimal(part[name] * sign);
        }
        for (const {reward, quantity} of free) {
            const whole = decimal(Math.abs(reward.qty));
            amount += (decimal(reward[name] * sign) * quantity) / whole;
        }
        return decimal(toNumber(amount), this.digits);
    }

    rule(program, rule) {
        const covered = this.orderLines.filter((line) => isCovered(line, rule));
        const keys = (keep) => new Set(covered.filter(keep).map((line) => line.uuid));
        const limit = program.raw._points?.rules[rule.id]?.limit;
        return {
            key: rule.id,
            mode: rule.reward_point_mode,
            rate: decimal(rule.reward_point_amount),
            goods: keys((line) => !line.is_reward_line),
            money: keys((line) => !line.is_reward_line || !isPaid(line, program)),
            threshold: keys((line) => !line.is_reward_line || !isFree(line, program)),
            minimumQuantity: decimal(rule.minimum_qty),
            minimumAmount: decimal(rule.minimum_amount),
            minimumWithTax: rule.minimum_amount_tax_mode === "incl",
            step: program.thb_per_point ? decimal(program.thb_per_point) : null,
            limit: limit ? decimal(limit) : null,
        };
    }
}
