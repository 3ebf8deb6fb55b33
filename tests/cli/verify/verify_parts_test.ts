import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { CapioClEngine, parseCapioCl } from "../../../src/capio/mod.ts";
import {
  changedPaths,
  compareRuns,
  copyPlan,
  differingPaths,
  judge,
  makeCopy,
  placeInCopy,
  planInCopy,
  readTree,
  withDirectory,
} from "../../../src/cli/verify/mod.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const { signal } = new AbortController();
const none = () => false;

Deno.test("a directory is replaced in a text where it is named as a whole", () => {
  for (
    const [text, expected] of [
      ["/w/data", "/copy"],
      ["/w/data/a.csv", "/copy/a.csv"],
      ["--out=/w/data/a:/w/data", "--out=/copy/a:/copy"],
      ["file:///w/data/a", "file:///copy/a"],
      ["'/w/data/a' late", "'/copy/a' late"],
      ["/w/data2/a", "/w/data2/a"],
      ["/x/w/data/a", "/x/w/data/a"],
      ["data/a", "data/a"],
    ]
  ) assertEquals(withDirectory(text, "/w/data", "/copy"), expected, text);
});

Deno.test("a plan runs in a copy, wherever its files lie", () => {
  for (
    const [directory, capioDir, top] of [
      ["/a/b/c/plan", "/a/b/c/plan/data", "/a"],
      ["/a/b/c/plan", "/a/b/c/data", "/a"],
      ["/a/b/c/plan", "/other", "/"],
      ["/plan", "/plan", "/"],
    ]
  ) {
    const copy = copyPlan({ directory, capioDir }, "/copy");
    assertEquals(copy, { top, root: "/copy" });
    const step = { name: "a", args: [`${capioDir}/x`, "y"], cwd: directory };
    const plan = planInCopy({ directory, capioDir, steps: [step] }, copy);
    const place = (path: string) => placeInCopy(copy, path);
    assertEquals(plan, {
      directory: place(directory),
      capioDir: place(capioDir),
      steps: [{
        name: "a",
        args: [`${place(capioDir)}/x`, "y"],
        cwd: place(directory),
      }],
    });
  }
});

Deno.test({
  name:
    "a copy has the files, links to what is around them, and no outputs of an earlier run",
  ignore: Deno.build.os === "windows",
  async fn() {
    using original = new TemporaryDirectory();
    using target = new TemporaryDirectory();
    const directory = join(original.path, "work");
    const capioDir = join(directory, "data");
    for (
      const path of [
        "data/.capio/CAPIO",
        "data/.git",
        "data/only/below",
        "data/kept",
        "beside",
      ]
    ) Deno.mkdirSync(join(directory, path), { recursive: true });
    const write = (path: string) =>
      Deno.writeTextFileSync(join(directory, path), path);
    for (
      const path of [
        "data/input",
        "data/only/below/output",
        "data/kept/output",
        "data/kept/own",
        "data/.git/HEAD",
        "beside/file",
      ]
    ) write(path);
    Deno.symlinkSync(`${capioDir}/input`, `${capioDir}/link`);
    const copy = copyPlan({ directory, capioDir }, join(target.path, "copy"));
    const isOutput = (path: string) => path.endsWith("output");
    await makeCopy(copy, { directory, capioDir }, { isOutput, signal });
    const place = placeInCopy(copy, capioDir);
    const tree = await readTree(place);
    assertEquals([...tree.keys()].sort(), ["input", "kept/own", "link"]);
    assertEquals(Deno.readLinkSync(join(place, "link")), `${place}/input`);
    assertEquals(
      [...Deno.readDirSync(place)].map(({ name }) => name).sort(),
      ["input", "kept", "link"],
    );
    const beside = placeInCopy(copy, join(directory, "beside"));
    assertEquals(Deno.readLinkSync(beside), join(directory, "beside"));
    // What is written in the copy stays there.
    Deno.writeTextFileSync(join(place, "input"), "changed");
    assertEquals(Deno.readTextFileSync(`${capioDir}/input`), "data/input");
    assertEquals(
      [...await differingPaths(await readTree(capioDir), tree, signal)].sort(),
      ["input", "kept/output", "only/below/output"],
    );
    assertEquals(
      [...changedPaths(tree, await readTree(place))],
      ["input"],
    );
  },
});

Deno.test("files are compared to the last byte", async () => {
  using one = new TemporaryDirectory();
  using other = new TemporaryDirectory();
  const bytes = new Uint8Array(2 * 1024 * 1024 + 3);
  for (
    const [name, at] of [
      ["same", -1],
      ["first", 0],
      ["middle", 1024 * 1024 + 7],
      ["last", bytes.length - 1],
    ] as const
  ) {
    Deno.writeFileSync(join(one.path, name), bytes);
    const changed = bytes.slice();
    if (at >= 0) changed[at] = 1;
    Deno.writeFileSync(join(other.path, name), changed);
  }
  const trees = [await readTree(one.path), await readTree(other.path)] as const;
  assertEquals(
    [...await differingPaths(...trees, signal)].sort(),
    ["first", "last", "middle"],
  );
});

Deno.test("each file of the runs is sorted by what came of it", () => {
  const config = parseCapioCl(JSON.stringify({
    name: "test",
    IO_Graph: [{ name: "a", output_stream: ["between", "out", "gone"] }],
    permanent: ["out", "gone"],
  }));
  const engine = new CapioClEngine(config, { capioDir: "/data" });
  const comparison = compareRuns({
    ordered: new Set(["in", "out", "gone", "between", "time", "skip", "own"]),
    atOnce: new Set(["in", "out", "new", "time", "skip", "own"]),
    unstable: new Set(["time"]),
    differing: new Set(["gone", "between", "time", "skip", "own", "new"]),
    written: new Set(["out", "gone", "between", "time", "skip", "own"]),
    isIgnored: (path) => path === "skip",
    engine,
  });
  assertEquals(comparison, {
    same: ["out"],
    different: ["own"],
    missing: ["gone"],
    additional: ["new"],
    notKept: ["between"],
    unstable: ["time"],
    ignored: ["skip"],
  });
});

Deno.test("the verdict says what was compared, and how fast it was", () => {
  const comparison = compareRuns({
    ordered: new Set(["out"]),
    atOnce: new Set(["out"]),
    unstable: new Set(),
    differing: new Set(),
    written: new Set(["out"]),
    isIgnored: none,
    engine: undefined,
  });
  const empty = { ...comparison, same: [] };
  const runs = {
    comparison,
    printSame: [] as string[],
    printOther: [] as string[],
    touched: [] as string[],
    isOutOfOrder: false,
    inOrder: 3000,
    atOnce: 1500,
  };
  assertEquals(judge(runs), {
    isVerified: true,
    lines: [],
    text:
      "Verified: the same at once as in order (1 file), 2.00 times as fast: 1.5 s after 3.0 s",
  });
  // Progress may come in other pieces.
  const other = judge({ ...runs, printOther: ["a"] });
  assertEquals(other.isVerified, true);
  assertEquals(other.lines, ["Prints something else at once: a"]);
  for (
    const wrong of [
      { ...runs, isOutOfOrder: true },
      { ...runs, touched: ["out"] },
      { ...runs, comparison: { ...comparison, different: ["b"] } },
      { ...runs, comparison: { ...comparison, missing: ["b"] } },
      { ...runs, comparison: { ...comparison, additional: ["b"] } },
      { ...runs, comparison: empty },
      { ...runs, comparison: empty, printSame: ["b"], printOther: ["a"] },
    ]
  ) {
    const { isVerified, text } = judge(wrong);
    assertEquals(isVerified, false, text);
    assertEquals(text.startsWith("Not verified: "), true, text);
  }
  const printed = judge({ ...runs, comparison: empty, printSame: ["a", "b"] });
  assertEquals(printed.isVerified, true, printed.text);
});
