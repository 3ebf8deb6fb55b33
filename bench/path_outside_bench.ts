/**
 * How much slower is a call inside a context than without one, when its path is
 * outside the workflow's directory?
 */
import fs from "node:fs";
import { enterCapio } from "@sluice/sluice/capio";

const directory = Deno.makeTempDirSync();
const outside = Deno.makeTempFileSync();
const original = Deno.lstatSync;
const originalOfNode = fs.lstatSync;

const session = enterCapio({ capioDir: directory, scope: "process" });
const replaced = Deno.lstatSync;
const replacedOfNode = fs.lstatSync;

Deno.bench({
  name: "lstatSync as it was",
  group: "absolute path",
  baseline: true,
  fn: () => void original(outside),
});
Deno.bench({
  name: "lstatSync in a context, outside of its directory",
  group: "absolute path",
  fn: () => void replaced(outside),
});

Deno.bench({
  name: "lstatSync of node:fs as it was",
  group: "node:fs",
  baseline: true,
  // Deno's functions that it calls are replaced in both measurements.
  fn: () => void originalOfNode(outside),
});
Deno.bench({
  name: "lstatSync of node:fs in a context, outside of its directory",
  group: "node:fs",
  fn: () => void replacedOfNode(outside),
});

Deno.chdir("/");
Deno.bench({
  name: "lstatSync as it was",
  group: "relative path",
  baseline: true,
  fn: () => void original("tmp"),
});
Deno.bench({
  name: "lstatSync in a context, outside of its directory",
  group: "relative path",
  fn: () => void replaced("tmp"),
});

addEventListener("unload", () => {
  session.leave();
  Deno.removeSync(outside);
  Deno.removeSync(directory);
});
