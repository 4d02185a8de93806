/** Bundles the page into the Python package; run by hatch_build.py, or by hand: `npm run build`. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const files = [
  "dashboard.html", "dashboard.js", "dashboard.css", "manifest.webmanifest", "icon.svg", "icon-192.png", "icon-512.png",
];

/** The helpers that uPlot offers to its users weigh 3 kB, and this page has no use for them. */
const withoutHelpers = {
  name: "without-helpers",
  setup: (/** @type {import("esbuild").PluginBuild} */ { onLoad }) =>
    onLoad({ filter: /uPlot\.esm\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const helpers = /\nuPlot\.assign = assign;\n[^]*(?=\nexport \{ uPlot as default \};)/;
      if (!helpers.test(source)) throw new Error(`${path} is of another form: look at withoutHelpers`);
      return { contents: source.replace(helpers, "\n") };
    }),
};

await build({
  entryPoints: files.map((file) => here + file),
  outdir: fileURLToPath(new URL("../src/powerstats_cli/page", import.meta.url)),
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  loader: { ".html": "copy", ".webmanifest": "copy", ".svg": "copy", ".png": "copy" },
  plugins: [withoutHelpers],
});
