import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { TemporaryDirectory } from "../support/temporary_directory.ts";

const tool = fromFileUrl(
  new URL("../../tools/ci_summary.ts", import.meta.url),
);

const REPORT = `<?xml version="1.0"?>
<testsuites><testsuite>
  <testcase name="a" time="0.1"/>
  <testcase name="b &gt; &quot;b&quot;" classname="./b_test.ts" time="0.1"><failure message="no"/></testcase>
  <testcase name="c" time="0.1"><skipped/></testcase>
  <testcase name="d" time="0.1"></testcase>
</testsuite></testsuites>`;
const GREEN = REPORT.replace(/.*"b &gt.*\n/, "");

async function summary(runs: string[], report = REPORT) {
  using directory = new TemporaryDirectory();
  await Deno.writeTextFile(`${directory.path}/report.xml`, report);
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", tool, ...runs],
    cwd: directory.path,
  }).output();
  return { code, lines: new TextDecoder().decode(stdout).trim().split("\n") };
}

Deno.test("tests and other runs are counted together, those that failed named", async () => {
  assertEquals(await summary(["tests=1:report.xml", "check=0", "demo=3"]), {
    code: 1,
    lines: [
      "FAILED tests",
      '  "b > "b"" in ./b_test.ts: no',
      "FAILED demo",
      "3 passed, 2 failed, 1 skipped",
    ],
  });
});

Deno.test("all green exits with 0", async () => {
  assertEquals(await summary(["tests=0:report.xml", "check=0"], GREEN), {
    code: 0,
    lines: ["3 passed, 0 failed, 1 skipped"],
  });
});

Deno.test("a run that died without a failed test has failed", async () => {
  assertEquals(await summary(["tests=137:report.xml"], GREEN), {
    code: 1,
    lines: ["FAILED tests", "2 passed, 1 failed, 1 skipped"],
  });
});

Deno.test("a run of tests that ran none is no success", async () => {
  assertEquals(await summary(["tests=0:report.xml"], "<testsuites/>"), {
    code: 1,
    lines: ["0 passed, 0 failed"],
  });
});
