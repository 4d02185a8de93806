/** A file as it is fetched: what is wrong with it is said, what was read stays, it is tried again. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { say } from "../../templates/lib/words.js";
import { Source } from "../../templates/view/source.js";
import { file, power } from "./home.js";
import "./english.js";

const WHOLE = file({
  tier: "daily",
  bucket: "60min",
  timezone: "Europe/Amsterdam",
  date: "2026-11-24",
  until: "2026-11-24T01:00:00+01:00",
  series: { power: { unit: "W" } },
  points: { "2026-11-24T00:00:00+01:00": { power: power(100, 1) } },
});

/** @type {Record<string, string>} */
const BROKEN = {
  cut: WHOLE.slice(0, WHOLE.length / 2),
  empty: "",
  html: "<html>captive portal</html>",
  "another form": '{"version":1,"hello":[]}',
  "a list": "[1,2]",
  null: "null",
  newer: WHOLE.replace('"version":1', '"version":2'),
  "another tier": WHOLE.replace('"tier":"daily"', '"tier":"weekly"'),
  "no zone": WHOLE.replace("Europe/Amsterdam", "Mars/Olympus"),
  "no time": WHOLE.replace('"timestamp":"2026', '"timestamp":"x'),
  "points of nothing": `${WHOLE.slice(0, WHOLE.indexOf('"data_points"'))}"data_points":[null,3,"x"]}`,
};

/** @param {(() => Response)[]} answers one a fetch; the last one stays */
function served(...answers) {
  const asked = mock.method(globalThis, "fetch", async () => {
    const [answer] = answers.length > 1 ? answers.splice(0, 1) : answers;
    return answer();
  });
  let changes = 0;
  const source = new Source("daily", () => {
    changes += 1;
  });
  return { source, asked, changes: () => changes };
}
/** @param {Source} source @returns {string} what it says that is wrong */
const said = ({ problem }) => (problem ? say(problem.key, problem.values) : "");
const ok = (/** @type {string} */ text) => () => new Response(text);
const status = (/** @type {number} */ code) => () => new Response("no", { status: code });
const offline = () => {
  throw new TypeError("Failed to fetch");
};

test.beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
test.afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

test("a file is read, and the same text not again", async () => {
  const { source, changes } = served(ok(WHOLE));
  await source.load();
  const { doc } = source;
  assert.equal(doc?.points.size, 1);
  assert.equal(source.problem, null);
  await source.load();
  assert.equal(source.doc, doc);
  assert.equal(changes(), 2);
});

for (const [fault, text] of Object.entries(BROKEN)) {
  test(`a file that is broken is said, nothing of it is shown: ${fault}`, async () => {
    const { source } = served(ok(text), ok(WHOLE));
    await source.load();
    assert.match(said(source), /^daily\.json cannot be read: /);
    assert.equal(source.both, null);
    await source.load();
    assert.equal(source.problem, null);
    assert.ok(source.both);
  });
}

test("what was read stays if the file breaks", async () => {
  const { source } = served(ok(WHOLE), ok(BROKEN.cut), ok(WHOLE));
  await source.load();
  const { both } = source;
  await source.load();
  assert.match(said(source), /it is incomplete/);
  assert.deepEqual(source.both, both);
  await source.load();
  assert.equal(source.problem, null);
});

for (const code of [500, 503, 403]) {
  test(`a server that answers ${code} is said`, async () => {
    const { source } = served(status(code), ok(WHOLE));
    await source.load();
    assert.equal(said(source), `daily.json cannot be read: the server answers ${code}.`);
    await source.load();
    assert.ok(source.both);
  });
}

test("a file that is not there is missing, no problem; one that goes away is said", async () => {
  const { source } = served(status(404), ok(WHOLE), status(410));
  await source.load();
  assert.deepEqual([source.isMissing, source.problem], [true, null]);
  await source.load();
  assert.equal(source.isMissing, false);
  await source.load();
  assert.deepEqual([source.isMissing, said(source)], [false, "daily.json is not there any more."]);
  assert.ok(source.both);
});

test("without a network it is said, and tried again ever later", async () => {
  const { source, asked } = served(offline);
  await source.load();
  assert.equal(said(source), "daily.json cannot be reached.");
  for (const seconds of [5, 10, 20, 40, 60, 60]) {
    const before = asked.mock.callCount();
    mock.timers.tick(seconds * 1000 - 1);
    assert.equal(asked.mock.callCount(), before);
    mock.timers.tick(1);
    assert.equal(asked.mock.callCount(), before + 1);
    await source.busy;
  }
});

test("what is asked for twice at once is fetched once", async () => {
  const { source, asked } = served(ok(WHOLE));
  await Promise.all([source.load(), source.load()]);
  assert.equal(asked.mock.callCount(), 1);
});
