/** Money: fetched after the first chart, if money.json is published. */

export { money } from "../view/money.js";
