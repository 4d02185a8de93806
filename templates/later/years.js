/** The calendar years: fetched when their tab is opened for the first time. */

export { years } from "../view/years.js";
