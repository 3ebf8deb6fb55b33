/**
 * How long does it take to join a workflow that has 100 000 files? The baseline
 * has 100 files.
 */
import { CapioWorkspace } from "@sluice/sluice/capio";
import { TestDirectory } from "../tests/capio/step.ts";

const RULES = [{
  path: "*",
  committed: "on_close",
  fire: "no_update",
}] as const;

const small = workflow(100);
const large = workflow(100_000);

Deno.bench({
  name: "100 files",
  group: "join",
  baseline: true,
  fn: () => join(small.directory),
});
Deno.bench({
  name: "100 000 files",
  group: "join",
  n: 5,
  warmup: 1,
  fn: () => join(large.directory),
});

addEventListener("unload", () => {
  for (const { directory, writer } of [small, large]) {
    writer.leave();
    directory[Symbol.dispose]();
  }
});

function workflow(files: number) {
  const directory = new TestDirectory();
  const capioDir = directory.path;
  const writer = new CapioWorkspace({ capioDir, rules: RULES });
  for (let file = 0; file < files; file++) {
    writer.fs.writeTextFileSync(`${capioDir}/${file}`, "small");
  }
  return { directory, writer };
}

function join(directory: TestDirectory): void {
  using _ = new CapioWorkspace({ capioDir: directory.path, appName: "late" });
}
