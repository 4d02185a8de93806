/** Shares and changes read the same in the terminal and on the page: both get one table of cases. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { percent, signed } from "../../templates/lib/format.js";
import "./english.js";

const cases = JSON.parse(readFileSync(new URL("expected/percents.json", import.meta.url), "utf8"));

for (const [share, text] of cases.shares) {
  test(`a share of ${share} is ${text}`, () => {
    assert.equal(percent(share), text);
  });
}

for (const [share, text] of cases.changes) {
  test(`a change of ${share} is ${text}`, () => {
    assert.equal(signed(share), text);
  });
}
