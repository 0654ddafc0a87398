/** How an order of the till looks to the points engine. */
import {decimal, toNumber} from "./points_decimal";
import {countPoints} from "./points_engine";
import {holds} from "./points_condition";

/** Whether a reward line is money: points of this kind of programme, prepaid value. */
function isPaid(line, program) {
    const type = line.reward_id.program_id.program_type;
    return ["ewallet", "gift_card", program.program_type].includes(type);
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
 * Which lines a rule covers is what the server's adapter of till orders decides, too:
 *
 * - quantities: goods, without rewards;
 * - money: goods and the discounts that other programmes gave, so that what is really
 *   paid earns; points and prepaid value count as money paid;
 * - minimum amount: goods and discounts entered by code, not automatic ones.
 *
 * A combo line carries the price of its items. Lines of a quotation that is settled at
 * the till earned there.
 */
export class TillBasket {
    constructor(order) {
        this.order = order;
        this.digits = order.currency.decimal_places;
        this.orderLines = order
            .getOrderlines()
            .filter(
                (line) =>
                    !line.combo_parent_id && order.isLineValidForLoyaltyPoints(line)
            );
    }

    /**
     * @param {Object} program loyalty.program, counted by the engine
     * @param {Object} facts see points_condition.js
     * @returns {number} the points that the order earns
     */
    points(program, facts) {
        if (!holds(program.conditions, facts)) {
            return 0;
        }
        const orderLines = this.orderLines.filter(
            (line) => !line.ignoreLoyaltyPoints({program})
        );
        const rules = program.rule_ids
            .filter((rule) => this.isAsked(rule) && holds(rule.conditions, facts))
            .map((rule) => this.rule(program, rule, orderLines));
        const lines = orderLines.map((line) => this.line(line));
        return toNumber(countPoints(rules, lines));
    }

    isAsked(rule) {
        return (
            rule.mode !== "with_code" ||
            this.order.uiState.codeActivatedProgramRules.includes(rule.id)
        );
    }

    line(line) {
        const combo = line.combo_line_ids.length > 0;
        const prices = line.prices;
        const product = line.product_id.product_tmpl_id;
        return {
            key: line.uuid,
            quantity: decimal(line.getQuantity()),
            total: decimal(
                combo ? line.comboTotalPrice : prices.total_included,
                this.digits
            ),
            untaxed: decimal(
                combo ? line.comboTotalPriceWithoutTax : prices.total_excluded,
                this.digits
            ),
            productPoints: decimal(product.loyalty_points),
        };
    }

    rule(program, rule, orderLines) {
        const covered = orderLines.filter(
            (line) => rule.any_product || rule.validProductIds.has(line.product_id.id)
        );
        const keys = (keep) => new Set(covered.filter(keep).map((line) => line.uuid));
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
            limit: rule.point_limit ? decimal(rule.point_limit) : null,
        };
    }
}
