/** Closed days: fetched when the first tab of them, or the first day of the past, is opened. */

export { MODELS, past } from "../lib/models.js";
export { speak } from "../lib/words.js";
export { bars } from "../view/bars.js";
export { heat } from "../view/heat.js";
