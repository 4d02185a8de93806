/** Notices above the content of a tab, and the card of an empty one. */

import { say } from "../lib/words.js";
import { h, partNode } from "./dom.js";

/** @typedef {import("../lib/status.js").Notice} Notice */

/**
 * @param {HTMLElement} host
 * @param {Notice[]} notices
 * @param {() => void} retry
 */
export function showNotices(host, notices, retry) {
  // A screen reader says each change here, so the same notices must not be written again.
  const text = notices.map((notice) => notice.text).join("\n");
  if (host.dataset.text === text) return;
  host.dataset.text = text;
  host.replaceChildren(...notices.map((notice) => noticeNode(notice, retry)));
}

/** @param {Notice} notice @param {() => void} retry */
function noticeNode({ kind, text }, retry) {
  const line = h("p", { class: "notice", "data-notice": kind }, text);
  if (kind === "problem") {
    const again = h("button", { type: "button", class: "quiet" }, say("problem.tryNow"));
    again.addEventListener("click", retry);
    line.append(" ", again);
  }
  return line;
}

/** @param {import("../lib/status.js").Empty} empty */
export const emptyCard = ({ title, text, parts = [], command }) =>
  h(
    "section",
    { class: "card empty" },
    h("h2", {}, title),
    text && h("p", {}, text),
    parts.length > 0 && h("p", {}, ...parts.map(partNode)),
    command && h("p", {}, h("code", {}, command)),
  );
