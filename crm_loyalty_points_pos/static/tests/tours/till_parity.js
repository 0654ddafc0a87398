/**
 * Random baskets, counted by the till itself. Each is sent to the server as an open
 * order whose note tells what the till found; the test counts the same orders there.
 */

/** A small generator with a seed: the same baskets every time, on every machine. */
function random(seed) {
    let state = seed;
    return (below) => {
        state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
        return Math.floor((state / 0x80000000) * below);
    };
}

function pick(next, values) {
    return values[next(values.length)];
}

async function fill(pos, order, products, next) {
    const count = 1 + next(5);
    for (let each = 0; each < count; each++) {
        const product = pick(next, products);
        const line = pos.models["pos.order.line"].create({
            order_id: order,
            product_id: product,
            qty: pick(next, [1, 2, 3, 7, 0.5, 1.25]),
            price_unit: pick(next, [product.lst_price, 24.99, 25, 0, 1234.56]),
            discount: pick(next, [0, 0, 10, 33.3, 100]),
            tax_ids: product.taxes_id.map((tax) => ["link", tax]),
            price_type: "manual",
        });
        line.setUnitPrice?.(line.price_unit);
    }
}

/**
 * @param {number} count of baskets
 * @param {number} seed
 */
export async function countBaskets(count, seed) {
    const pos = window.posmodel;
    const next = random(seed);
    const products = pos.models["product.product"].filter((product) =>
        product.display_name.startsWith("Parity")
    );
    const members = pos.models["res.partner"].filter((partner) =>
        partner.name.startsWith("Parity")
    );
    const codes = pos.models["loyalty.rule"].filter(
        (rule) => rule.mode === "with_code"
    );
    for (let each = 0; each < count; each++) {
        const order = pos.addNewOrder();
        order.setPartner(pick(next, members));
        await pos.fetchCustomerFacts(order);
        await fill(pos, order, products, next);
        if (codes.length && next(2)) {
            order.uiState.codeActivatedProgramRules.push(codes[0].id);
        }
        await pos.updatePrograms();
        for (const {reward, coupon_id: couponId} of order.getClaimableRewards()) {
            if (next(2)) {
                order._applyReward(reward, couponId, {});
            }
        }
        await pos.updatePrograms();
        const points = {};
        for (const {program, points: found} of order.getLoyaltyPoints()) {
            points[program.id] = found.won;
        }
        order.general_customer_note = JSON.stringify(points);
        await pos.syncAllOrders({orders: [order], force: true, throw: true});
    }
    return count;
}
