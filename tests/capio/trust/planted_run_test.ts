import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { setAsideRuns, workflowStatus } from "@sluice/sluice/capio";
import { Surroundings } from "../../support/surroundings.ts";
import { eventually, Step, type StepResult } from "../step.ts";
import { type PlantedEntry, plantRun } from "./planted_run.ts";

const ignore = Deno.build.os === "windows";

/** A harmless step that may do anything, as a supervising process may. */
async function harmlessStep(capioDir: string): Promise<StepResult> {
  await using step = new Step({
    capioDir,
    flags: ["-A"],
    args: [capioDir],
    code: `Deno.writeTextFileSync(Deno.args[0] + "/out.txt", "out");`,
  });
  return await step.result;
}

/** The names under `.capio` of runs that were set aside. */
function setAside(capioDir: string): string[] {
  return setAsideRuns(capioDir).map(({ name }) => name)
    .filter((name) => name.includes(".set-aside-"));
}

const PLANTED: Record<string, (around: Surroundings) => PlantedEntry[]> = {
  "a file behind a link": ({ inside }) => {
    Deno.symlinkSync("../home", join(inside, "link"));
    return [{ path: "link/profile" }];
  },
  "a spool that is a link": ({ inside }) => {
    plantRun(inside, []);
    const spool = join(inside, ".capio/CAPIO/spool");
    Deno.removeSync(spool);
    Deno.symlinkSync("../../../home", spool);
    return [];
  },
  "members that are a link": ({ inside }) => {
    plantRun(inside, []);
    const members = join(inside, ".capio/CAPIO/members");
    Deno.removeSync(members);
    Deno.symlinkSync("../../../home", members);
    return [];
  },
  "paths with /../": () => [
    { path: "x/../../secret.txt" },
    { path: "/../secret.txt" },
    { path: "../home/profile" },
  ],
  "a directory that is a link": ({ inside, home }) => {
    Deno.symlinkSync(home, join(inside, "directory"));
    Deno.mkdirSync(join(inside, ".capio/CAPIO/spool/directory"), {
      recursive: true,
      mode: 0o777,
    });
    return [{ path: "directory", kind: "directory" }];
  },
  "a hook inside": ({ inside }) => {
    Deno.mkdirSync(join(inside, ".git/hooks"), { recursive: true });
    return [{ path: ".git/hooks/pre-commit" }];
  },
};

for (const [what, plant] of Object.entries(PLANTED)) {
  Deno.test({
    name:
      `a journal that somebody has planted with ${what} is set aside, and the step runs`,
    ignore,
    async fn() {
      using around = new Surroundings();
      const { inside } = around;
      const entries = plant(around);
      const isMade = entries.length === 0;
      // The paths with "/../" would already be planted outside.
      const inPlace = entries.filter(({ path }) => !path.includes(".."));
      if (!isMade) plantRun(inside, inPlace);
      const journal = join(inside, ".capio/CAPIO/journal");
      if (inPlace.length < entries.length) {
        const lines = entries.map(({ path }) =>
          `{"event":"make","path":"${path}","kind":"file","complete":true,"by":"1-00000000","time":1}\n`
        );
        Deno.writeTextFileSync(journal, lines.join(""), { append: true });
      }
      const text = Deno.readTextFileSync(journal);
      assertEquals(workflowStatus(inside), undefined);
      const { code, stderr } = await harmlessStep(inside);
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, "it was set aside as");
      assertStringIncludes(stderr, `"sluice recover --capio-dir ${inside}"`);
      assertEquals(Deno.readTextFileSync(join(inside, "out.txt")), "out");
      const [name, ...others] = setAside(inside);
      assertEquals(others, []);
      const kept = join(inside, ".capio", name, "journal");
      assertEquals(Deno.readTextFileSync(kept), text);
      if (what === "a hook inside") {
        assertEquals([...Deno.readDirSync(join(inside, ".git/hooks"))], []);
      }
      around.assertUntouched();
    },
  });
}

Deno.test({
  name: "runs set aside at the same moment never replace each other",
  ignore,
  async fn() {
    using around = new Surroundings();
    const { inside } = around;
    for (let n = 1; n <= 2; n++) {
      plantRun(inside, [{ path: `planted${n}` }]);
      assertEquals((await harmlessStep(inside)).code, 0);
    }
    const runs = setAsideRuns(inside);
    assertEquals(
      runs.map(({ entries }) => entries.map(({ path }) => path)),
      [["planted1"], ["planted2"]],
    );
  },
});

Deno.test({
  name: "a journal of a later format is refused in one line, and stays",
  ignore,
  async fn() {
    using around = new Surroundings();
    const { inside } = around;
    plantRun(inside, [{ path: "planted" }], {
      firstLine: `{"sluice":"journal","format":2,"more":[]}`,
    });
    const { code, stderr } = await harmlessStep(inside);
    assertEquals(code, 1);
    assertEquals(stderr.trim().split("\n").length, 1);
    assertStringIncludes(stderr, "it must have format 1, found 2");
    assertEquals(
      [...Deno.readDirSync(join(inside, ".capio"))].map(({ name }) => name)
        .filter((name) => name !== "CAPIO.lock"),
      ["CAPIO"],
    );
    const spooled = join(inside, ".capio/CAPIO/spool/planted");
    assertEquals(Deno.readTextFileSync(spooled), "planted");
    around.assertUntouched();
  },
});

Deno.test({
  name: "a run that goes on is never set aside, whichever version has begun it",
  ignore,
  async fn() {
    using around = new Surroundings();
    const { inside } = around;
    plantRun(inside, []);
    const member = join(inside, ".capio/CAPIO/members/1-00000000");
    using lock = Deno.openSync(member, { create: true, write: true });
    lock.lockSync(true);
    const { code, stderr } = await harmlessStep(inside);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "is going on. Wait until it has ended");
    assertEquals(setAside(inside), []);
  },
});

for (const copy of ["-a", "-al"]) {
  Deno.test({
    name:
      `a directory copied with cp ${copy} after a crash has a run of its own, the original is recovered`,
    ignore: ignore || Deno.build.os === "darwin",
    async fn() {
      using around = new Surroundings();
      const original = join(around.inside, "original");
      const copied = join(around.inside, "copied");
      Deno.mkdirSync(original);
      await using killed = new Step({
        capioDir: original,
        args: [original],
        code: `
          Deno.mkdirSync(Deno.args[0] + "/sub");
          Deno.writeTextFileSync(Deno.args[0] + "/sub/unfinished", "text");
          setInterval(() => {}, 1000);`,
      });
      await eventually(original, (status) => status?.files[0]?.size === 4);
      killed.kill();
      await killed.result;
      const { success } = await new Deno.Command("cp", {
        args: [copy, original, copied],
      }).output();
      assert(success);
      const there = await harmlessStep(copied);
      assertEquals(there.code, 0);
      assertStringIncludes(there.stderr, "it was set aside as");
      if (copy === "-al") {
        // Its journal has a second name as long as that of the copy is there.
        Deno.removeSync(copied, { recursive: true });
      }
      const { code, stderr } = await harmlessStep(original);
      assertEquals(code, 0);
      assertStringIncludes(stderr, "discarded 1 unfinished file");
      assertEquals(setAside(original), []);
      around.assertUntouched();
    },
  });
}
