/** Steps about points at the till. */

export function balanceIs(points) {
    return [
        {
            content: `the member has ${points} points`,
            trigger: `.o_member_strip .o_member_balance:contains("${points}")`,
        },
    ];
}

export function earns(points) {
    return [
        {
            content: `the order earns ${points} points`,
            trigger: `.o_member_strip .loyalty-points-won:contains("${points}")`,
        },
    ];
}

export function spends(points) {
    return [
        {
            content: `the order uses ${points} points`,
            trigger: `.o_member_strip .loyalty-points-spent:contains("${points}")`,
        },
    ];
}

export function openPoints() {
    return [
        {
            content: "choose how many points to use",
            trigger: ".o_member_strip .o_use_points",
            run: "click",
        },
        {
            content: "the pop-up says how many there are",
            trigger: ".o_points_popup .o_points_max",
        },
    ];
}

export function typePoints(points) {
    return [...String(points)].map((digit) => ({
        content: `type ${digit}`,
        trigger: `.o_points_popup .numpad-button:contains(/^${digit}$/)`,
        run: "click",
    }));
}

export function receiptHas(row, value) {
    return [
        {
            content: `the receipt says ${row} ${value}`,
            trigger: `.pos-receipt .o_points_receipt [data-row="${row}"]:contains("${value}")`,
        },
    ];
}
