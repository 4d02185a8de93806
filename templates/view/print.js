/** Paper: the open tab as one sheet, white. */

import { afterPrint, forPrint } from "./theme.js";

/** The smaller of A4 and Letter without margins, in CSS pixels. */
const SHEET = { width: 718, height: 900 };

/** @param {HTMLElement} main @param {() => void} redraw draws the open tab's charts anew */
export function printing(main, redraw) {
  addEventListener("beforeprint", () => {
    forPrint();
    document.documentElement.classList.add("printing");
    main.style.width = `${SHEET.width}px`;
    const zoom = Math.min(1, SHEET.height / main.offsetHeight);
    main.style.width = `${SHEET.width / zoom}px`;
    main.style.zoom = String(zoom);
    redraw();
  });
  addEventListener("afterprint", () => {
    document.documentElement.classList.remove("printing");
    main.style.width = "";
    main.style.zoom = "";
    afterPrint();
    redraw();
  });
}
