/** Bundles the page into the Python package; run by hatch_build.py, or by hand: `npm run build`. */

import { copyFile, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const files = [
  "dashboard.html",
  "dashboard.js",
  "dashboard.css",
  "manifest.webmanifest",
  "icon.svg",
  "icon-192.png",
  "icon-512.png",
];

/**
 * What uPlot offers and this page has no use for: packed, 5 kB of helpers, a calendar, a legend and scatter plots.
 *
 * @type {[RegExp, string][]}
 */
const unused = [
  [/\nuPlot\.assign = assign;\n[^]*(?=\nexport \{ uPlot as default \};)/, "\n"],
  [/function genTimeStuffs\([^]*?genTimeStuffs\(1e-3\);/, ""],
  [/const _tzDate[^]*?const _timeSeriesVal.*;/, ""],
  [/let isTime = .*;/g, ""],
  [/\bisTime\b/g, "false"],
  [/const showLegend = .*;/, ""],
  [/\bshowLegend\b/g, "false"],
  [/\bmode == 1\b/g, "true"],
  [/\bmode == 2\b/g, "false"],
];
const withoutUnused = {
  name: "without-unused",
  setup: (/** @type {import("esbuild").PluginBuild} */ { onLoad }) =>
    onLoad({ filter: /uPlot\.esm\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const [part, instead] of unused) {
        const whole = contents;
        contents = whole.replace(part, instead);
        if (contents === whole) throw new Error(`${path} is of another form: ${part} is not in it`);
      }
      return { contents };
    }),
};

const outdir = fileURLToPath(new URL("../src/powerstats_cli/page", import.meta.url));

await build({
  entryPoints: files.map((file) => here + file),
  outdir,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  charset: "utf8",
  legalComments: "none",
  // V8 then compiles the functions ahead, beside the main thread, and not each of them at its first call.
  banner: { js: "//# allFunctionsCalledOnLoad" },
  logLevel: "warning",
  loader: { ".html": "copy", ".webmanifest": "copy", ".svg": "copy", ".png": "copy" },
  plugins: [withoutUnused],
});

// Whoever passes the page on passes uPlot on, and its licence wants to come along.
await copyFile(new URL("../LICENSE", import.meta.resolve("uplot")), `${outdir}/uplot.LICENSE.txt`);
