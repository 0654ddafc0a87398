import {describeRelativeDate, isRelativeDate, withRelativeDates} from "./relative_date";
import {TreeEditor} from "@web/core/tree_editor/tree_editor";
import {patch} from "@web/core/utils/patch";

const DATES = ["date", "datetime"];

/** Conditions may count from today; Odoo evaluates such values but cannot show them. */
patch(TreeEditor.prototype, {
    getValueEditorInfo(node) {
        const info = super.getValueEditorInfo(node);
        const {type} = this.getFieldDef(node.path) || {};
        return DATES.includes(type) && info.component ? withRelativeDates(info) : info;
    },

    async prepareInfo(props) {
        await super.prepareInfo(props);
        const describe = this.getConditionDescription;
        if (props.readonly && describe) {
            this.getConditionDescription = (node) => this.describeDates(node, describe);
        }
    },

    describeDates(node, describe) {
        const description = describe(node);
        const {type} = this.getFieldDef(node.path) || {};
        const shown = description.valueDescription?.values;
        if (DATES.includes(type) && shown) {
            const values = [node.value].flat();
            const own = node.operator === "in range" ? values.slice(2) : values;
            own.forEach((value, index) => {
                if (isRelativeDate(value)) {
                    shown[index] = describeRelativeDate(value);
                }
            });
        }
        return description;
    },
});
