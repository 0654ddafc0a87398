import {getDataURLFromFile} from "@web/core/utils/urls";

export const MAX_MEGABYTES = 12;
const KNOWN_TYPES = ["image/jpeg", "image/png", "image/gif"];
const SIDE = 1920;

/** The server takes few kinds of pictures; the browser can draw many more. */
async function toJpeg(file) {
    const bitmap = await window.createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
}

const isTooLarge = (file) => file.size > MAX_MEGABYTES * 1024 * 1024;

/**
 * A file as the server takes it: drawn anew where it is of another kind, or too large.
 * What the browser cannot draw goes as it is, for the server says what is wrong.
 *
 * @param {File} file
 * @returns {Promise<String|null>} in base64; null for a file that stays too large
 */
export async function readPhoto(file) {
    let blob = file;
    if (!KNOWN_TYPES.includes(file.type) || isTooLarge(file)) {
        blob = await toJpeg(file).catch(() => file);
    }
    return isTooLarge(blob) ? null : (await getDataURLFromFile(blob)).split(",")[1];
}
