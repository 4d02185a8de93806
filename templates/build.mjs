/** Bundles the page into the Python package; run by hatch_build.py, or by hand: `npm run build`. */

import { readdir, rm, writeFile } from "node:fs/promises";
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
const outdir = fileURLToPath(new URL("../src/powerstats_cli/page", import.meta.url));

// A file that an earlier build made and this one does not would be published with the others.
await rm(outdir, { recursive: true, force: true });

await build({
  entryPoints: files.map((file) => here + file),
  outdir,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  charset: "utf8",
  // V8 then compiles the functions ahead, beside the main thread, and not each of them at its first call.
  banner: { js: "//# allFunctionsCalledOnLoad" },
  logLevel: "warning",
  loader: { ".html": "copy", ".webmanifest": "copy", ".svg": "copy", ".png": "copy" },
});

// What the page fetches later, each as a module with all that it needs. Another part of the page has a
// copy of what both need, so a part that keeps a state, such as the words, must be given it.
const later = await readdir(`${here}later`);
await build({
  entryPoints: later.map((file) => `${here}later/${file}`),
  entryNames: "later.[name]",
  outdir,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2020",
  charset: "utf8",
  logLevel: "warning",
});

// The page fetches the texts of its language alone.
for (const file of await readdir(`${here}words`)) {
  const { default: words } = await import(`./words/${file}`);
  await writeFile(`${outdir}/words.${file}on`, JSON.stringify(words));
}
