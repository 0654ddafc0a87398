import {Component, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {
    BACKSPACE,
    DECIMAL,
    Numpad,
    ZERO,
    getButtons,
} from "@point_of_sale/app/components/numpad/numpad";
import {PointsUse} from "@crm_loyalty_points_pos/app/utils/points_use";
import {_t} from "@web/core/l10n/translation";
import {formatPoints} from "@crm_loyalty_points_pos/app/utils/points_format";
import {parseFloat as parseNumber} from "@web/views/fields/parsers";
import {useHotkey} from "@web/core/hotkeys/hotkey_hook";
import {useService} from "@web/core/utils/hooks";

/** Asks how many points to use; its payload is a number, 0 to use none. */
export class PointsPopup extends Component {
    static template = "crm_loyalty_points_pos.PointsPopup";
    static components = {Numpad, Dialog};
    static props = {
        use: PointsUse,
        used: {type: Number, optional: true},
        getPayload: Function,
        close: Function,
    };
    static defaultProps = {used: 0};

    setup() {
        this.numberBuffer = useService("number_buffer");
        this.numberBuffer.use({
            triggerAtInput: ({buffer}) => (this.state.buffer = buffer),
        });
        this.state = useState({buffer: ""});
        useHotkey("enter", () => this.confirm());
        useHotkey("escape", () => this.props.close());
    }

    get buttons() {
        return getButtons([DECIMAL, ZERO, BACKSPACE]);
    }

    get points() {
        try {
            return parseNumber(this.state.buffer || "0");
        } catch {
            return 0;
        }
    }

    get usable() {
        return this.props.use.usable(this.points);
    }

    get isTooMany() {
        return this.points > this.props.use.max;
    }

    get isValid() {
        return this.usable > 0 && !this.isTooMany;
    }

    get choices() {
        const {use} = this.props;
        const choices = [
            {id: "all", label: _t("All"), points: use.max},
            {id: "half", label: _t("Half"), points: use.half},
            {id: "whole", label: _t("Whole baht"), points: use.wholeBaht},
        ];
        return choices.filter(({points}) => points > 0);
    }

    get upTo() {
        return _t("Up to %s points", formatPoints(this.props.use.max));
    }

    get feedback() {
        const {use} = this.props;
        if (this.isTooMany) {
            return _t("At most %s points can be used.", formatPoints(use.max));
        }
        if (this.points > 0 && this.usable !== this.points) {
            return _t("%s points will be used.", formatPoints(this.usable));
        }
        return "";
    }

    format(points) {
        return formatPoints(points);
    }

    worth(points) {
        return this.env.utils.formatCurrency(this.props.use.worth(points));
    }

    choose(points) {
        this.props.getPayload(points);
        this.props.close();
    }

    confirm() {
        if (this.isValid) {
            this.choose(this.usable);
        }
    }
}
