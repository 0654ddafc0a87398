import {FloatField, floatField} from "@web/views/fields/float/float_field";
import {registry} from "@web/core/registry";

/**
 * A limit of a search. Nothing was entered as long as it is 0, so nothing is shown:
 * "0 to 0" would look as if nobody could be found.
 */
export class LimitField extends FloatField {
    get formattedValue() {
        return this.value ? super.formattedValue : "";
    }

    parse(value) {
        return value.trim() ? super.parse(value) : 0;
    }
}

export const limitField = {
    ...floatField,
    component: LimitField,
    supportedTypes: ["integer", "float", "monetary"],
    extractProps: (...args) => ({
        ...floatField.extractProps(...args),
        trailingZeros: false,
    }),
};

registry.category("fields").add("crm_limit", limitField);
