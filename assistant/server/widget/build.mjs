// Builds dist/widget.js (all that the first message needs) and dist/widget-extra.js (figures, routine, plan).
// `--tests` bundles test/*.test.ts into build-tests/ for `node --test`; `--out DIR` builds somewhere else.
import { readFile, readdir, rm } from "node:fs/promises";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const flag = process.argv.indexOf("--out");
const out = flag > 0 ? path.resolve(process.argv[flag + 1]) : path.join(here, "dist");

/** Style sheets become minified strings, for adoptedStyleSheets. */
const css = {
  name: "css-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path: file }) => {
      const source = await readFile(file, "utf8");
      const { code } = await esbuild.transform(source, { loader: "css", minify: true, target: "es2021" });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

const common = {
  bundle: true,
  minify: true,
  target: "es2021",
  charset: "utf8",
  legalComments: "none",
  plugins: [css],
  absWorkingDir: here,
};

if (process.argv.includes("--tests")) {
  const target = path.join(here, "build-tests");
  await rm(target, { recursive: true, force: true });
  const tests = (await readdir(path.join(here, "test"))).filter((name) => name.endsWith(".test.ts"));
  await esbuild.build({
    ...common,
    minify: false,
    entryPoints: tests.map((name) => `test/${name}`),
    outdir: target,
    outExtension: { ".js": ".mjs" },
    format: "esm",
    platform: "node",
  });
} else {
  await esbuild.build({
    ...common,
    entryPoints: ["src/extra/main.ts"],
    outfile: path.join(out, "widget-extra.js"),
    format: "esm",
  });
  // The first file asks for exactly this second one, so that both can be cached for good.
  const extra = createHash("sha256").update(await readFile(path.join(out, "widget-extra.js"))).digest("hex").slice(0, 16);
  await esbuild.build({
    ...common,
    entryPoints: ["src/main.ts"],
    outfile: path.join(out, "widget.js"),
    format: "iife",
    define: { EXTRA_HASH: JSON.stringify(extra) },
  });
  for (const name of ["widget.js", "widget-extra.js"]) {
    const bytes = await readFile(path.join(out, name));
    console.log(`${name}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzip`);
  }
}
