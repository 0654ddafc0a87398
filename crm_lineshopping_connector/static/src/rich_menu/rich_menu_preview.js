import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * The picture of a rich menu as customers see it, with its areas over it.
 */
export class RichMenuPreview extends Component {
    static template = "crm_lineshopping_connector.RichMenuPreview";
    static props = {...standardFieldProps};

    get look() {
        return this.props.record.data[this.props.name] || {areas: []};
    }

    get barText() {
        return this.props.record.data.chat_bar_text || "";
    }

    styleOf(area) {
        const {left, top, width, height} = area;
        return `left: ${left}%; top: ${top}%; width: ${width}%; height: ${height}%;`;
    }
}

registry.category("fields").add("line_rich_menu_preview", {
    component: RichMenuPreview,
    displayName: _t("Preview of a rich menu"),
    supportedTypes: ["json"],
});
