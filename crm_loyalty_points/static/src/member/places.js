/** The postcode proposes sub-district, district and province of an address. */
import {mount} from "@crm_loyalty_points/member/member";

const NAMES = ["subdistrict", "city", "state_id"];

class Places {
    constructor(zip) {
        this.zip = zip;
        this.list = zip.parentElement.querySelector(".o_member_places");
        const prefix = zip.name.slice(0, -"zip".length);
        this.fields = NAMES.map((name) => zip.form.elements[prefix + name]);
        this.proposed = new Map();
        zip.addEventListener("input", () => this.ask());
    }

    async ask() {
        const postcode = this.zip.value.trim();
        this.list.hidden = true;
        if (!/^\d{5}$/.test(postcode)) {
            return;
        }
        let places = [];
        try {
            const url = `${this.zip.dataset.memberPlaces}?postcode=${postcode}`;
            places = await (await fetch(url)).json();
        } catch {
            // Without the network one types the address oneself.
            return;
        }
        if (places.length && postcode === this.zip.value.trim()) {
            this.propose(places);
            this.show(places);
        }
    }

    /** Fill in what all places have in common; what was typed by hand stays. */
    propose(places) {
        NAMES.forEach((name, index) => {
            const field = this.fields[index];
            if (field.value && field.value !== this.proposed.get(name)) {
                return;
            }
            const values = new Set(places.map((place) => String(place[name])));
            field.value = values.size === 1 ? [...values][0] : "";
            this.proposed.set(name, field.value);
        });
    }

    show(places) {
        const districts = new Set(places.map((place) => place.city));
        const buttons = places.map((place) => {
            const button = document.createElement("button");
            button.type = "button";
            button.textContent =
                districts.size > 1
                    ? `${place.subdistrict}, ${place.city}`
                    : place.subdistrict;
            button.setAttribute("aria-pressed", "false");
            button.addEventListener("click", () => this.choose(place, button));
            return button;
        });
        this.list.replaceChildren(...buttons);
        this.list.hidden = places.length < 2;
    }

    choose(place, button) {
        NAMES.forEach((name, index) => {
            this.fields[index].value = place[name];
            this.proposed.set(name, String(place[name]));
        });
        for (const other of this.list.children) {
            other.setAttribute("aria-pressed", String(other === button));
        }
    }
}

mount("input[data-member-places]", (zip) => new Places(zip));
