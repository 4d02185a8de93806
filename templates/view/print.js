/** Paper: the open tab, white, on one sheet if that can be read, or on as many as it needs. */

import { afterPrint, forPrint } from "./theme.js";

/** The smaller of A4 and Letter without margins, in CSS pixels. */
const SHEET = { width: 718, height: 915 };

/** Smaller letters than this share of their size are hard to read. */
const SMALLEST = 0.72;

/** @param {HTMLElement} main @param {() => void} redraw draws the open tab's charts anew */
export function printing(main, redraw) {
  addEventListener("beforeprint", () => {
    forPrint();
    document.documentElement.classList.add("printing");
    for (const others of main.querySelectorAll(".others")) {
      others.dispatchEvent(new Event("showall"));
    }
    main.style.width = `${SHEET.width}px`;
    const fitting = SHEET.height / main.offsetHeight;
    const zoom = fitting < SMALLEST ? 1 : Math.min(1, fitting);
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
