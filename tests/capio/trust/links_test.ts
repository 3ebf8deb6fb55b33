import fs from "node:fs";
import {
  assert,
  assertEquals,
  AssertionError,
  assertStringIncludes,
} from "@std/assert";
import { dirname, join } from "@std/path";
import {
  CapioError,
  CapioWorkspace,
  publishSetAsideRun,
  setAsideRuns,
  withCapio,
  workflowStatus,
} from "@sluice/sluice/capio";
import { makePipe, Surroundings } from "../../support/surroundings.ts";
import { eventually, Step } from "../step.ts";

/** As they are outside of every context. */
const { removeSync, symlinkSync } = Deno;
const ignore = Deno.build.os === "windows";

/** What stands under `.capio` while a run goes on, and after a crash. */
const PLACES = [
  ".capio",
  ".capio/CAPIO",
  ".capio/CAPIO.lock",
  ".capio/CAPIO/journal",
  ".capio/CAPIO/members",
  ".capio/CAPIO/spool",
  // In a stale run it is not used, but removed; so it comes last.
  ".capio/CAPIO/publication.lock",
];

/** What somebody plants in the place of an entry. */
const PLANTS: Record<string, (path: string, around: Surroundings) => void> = {
  "a link to a file": (path, { secret }) => Deno.symlinkSync(secret, path),
  "a link to a directory": (path, { home }) => Deno.symlinkSync(home, path),
  "a link to nothing": (path, { home }) =>
    Deno.symlinkSync(join(home, "new"), path),
  "a pipe": makePipe,
};

/** A run that a killed step has left, with an unfinished file. */
async function leaveRun(capioDir: string): Promise<void> {
  await using step = new Step({
    capioDir,
    args: [capioDir],
    code: `
      Deno.writeTextFileSync(Deno.args[0] + "/unfinished", "text");
      setInterval(() => {}, 1000);`,
  });
  await eventually(capioDir, (status) => status?.files[0]?.size === 4);
  step.kill();
  await step.result;
}

/** Does all that can be done with a directory; each may be refused. */
async function tryEverything(capioDir: string): Promise<unknown[]> {
  const calls: (() => unknown)[] = [
    () => workflowStatus(capioDir),
    () => setAsideRuns(capioDir),
    () =>
      withCapio({ capioDir }, async () => {
        await Deno.mkdir(`${capioDir}/made`);
        await Deno.writeTextFile(`${capioDir}/made/out.txt`, "out");
      }),
    async () => {
      for (const { name } of setAsideRuns(capioDir)) {
        await publishSetAsideRun(capioDir, name);
      }
    },
  ];
  const refusals: unknown[] = [];
  for (const call of calls) {
    try {
      await call();
    } catch (error) {
      refusals.push(error);
    }
  }
  return refusals;
}

for (const [what, plant] of Object.entries(PLANTS)) {
  Deno.test({
    name:
      `${what} in the place of anything that sluice uses is refused, and leads nowhere`,
    ignore,
    async fn() {
      using kept = new Surroundings();
      await leaveRun(kept.inside);
      for (const place of PLACES) {
        for (const state of ["absent", "stale", "live"]) {
          using around = new Surroundings();
          const { inside } = around;
          const path = join(inside, place);
          const original = join(kept.inside, "original");
          const system = join(inside, ".capio");
          using workspace = state === "live"
            ? new CapioWorkspace({ capioDir: inside, appName: "first" })
            : undefined;
          // Moved, not copied: it stays a run of this machine.
          if (state === "stale") {
            Deno.renameSync(join(kept.inside, ".capio"), system);
          }
          if (state === "absent") {
            Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
          } else Deno.renameSync(path, original);
          plant(path, around);
          const refusals = await tryEverything(inside);
          const message = `${what} at ${place}, ${state}`;
          around.assertUntouched(message);
          for (const error of refusals) {
            assert(error instanceof CapioError, `${message}: ${error}`);
            assertStringIncludes(error.message, `"${path}"`);
          }
          const isRemoved = state === "stale" && place === PLACES.at(-1);
          assert(
            state === "absent" || isRemoved || refusals.length > 0,
            message,
          );
          if (state === "absent" || isRemoved) continue;
          Deno.removeSync(path);
          Deno.renameSync(original, path);
          workspace?.[Symbol.dispose]();
          if (state === "live") continue;
          Deno.renameSync(system, join(kept.inside, ".capio"));
        }
      }
    },
  });
}

Deno.test({
  name:
    "a link that takes the place of a directory keeps its files from being published, and loses none",
  ignore,
  async fn() {
    using around = new Surroundings();
    const { inside, home } = around;
    const capioDir = inside;
    Deno.mkdirSync(join(inside, "sub"));
    const replace = () => {
      removeSync(join(inside, "sub"), { recursive: true });
      symlinkSync(home, join(inside, "sub"));
    };
    let refusal: unknown;
    try {
      await withCapio({ capioDir, appName: "writer" }, async () => {
        await Deno.writeTextFile(`${inside}/sub/profile`, "overwritten");
        await Deno.writeTextFile(`${inside}/sub/empty`, "overwritten");
        await Deno.writeTextFile(`${inside}/well.txt`, "well");
        replace();
      });
    } catch (error) {
      refusal = error;
    }
    assert(refusal instanceof CapioError, String(refusal));
    assertEquals(refusal.code, "UNTRUSTED");
    assertStringIncludes(refusal.message, `Cannot publish "sub/`);
    assertStringIncludes(refusal.message, "found a symbolic link");
    assertEquals(Deno.readTextFileSync(join(inside, "well.txt")), "well");
    around.assertUntouched();
    // The next run is not kept from beginning, and nothing is thrown away.
    const warned: unknown[] = [];
    const { warn } = console;
    console.warn = (text) => warned.push(text);
    try {
      await withCapio({ capioDir }, () => {});
    } finally {
      console.warn = warn;
    }
    assertStringIncludes(String(warned), "it was set aside as");
    const [run] = setAsideRuns(capioDir);
    const refused = run.entries.map(({ path, refused }) => [path, !!refused]);
    assertEquals(refused.sort(), [["sub/empty", true], ["sub/profile", true]]);
    Deno.removeSync(join(inside, "sub"));
    await publishSetAsideRun(capioDir, run.name);
    const profile = Deno.readTextFileSync(join(inside, "sub/profile"));
    assertEquals(profile, "overwritten");
    assertEquals([...Deno.readDirSync(inside)].map(({ name }) => name).sort(), [
      "sub",
      "well.txt",
    ]);
    around.assertUntouched();
  },
});

Deno.test({
  name:
    "a directory that was replaced by a link does not pass its mode on through it",
  ignore,
  async fn() {
    using around = new Surroundings();
    const { inside, home } = around;
    let refusal: unknown;
    try {
      await withCapio({ capioDir: inside }, async () => {
        await Deno.mkdir(`${inside}/made`, { mode: 0o777 });
        await Deno.chmod(`${inside}/made`, 0o777);
        symlinkSync(home, `${inside}/made`);
      });
    } catch (error) {
      refusal = error;
    }
    assert(refusal instanceof CapioError, String(refusal));
    around.assertUntouched();
  },
});

Deno.test({
  name:
    "a link in the spool is published as a link, and never in place of a file",
  ignore,
  async fn() {
    using around = new Surroundings();
    const { inside, home, secret } = around;
    const spool = join(inside, ".capio/CAPIO/spool");
    await withCapio({ capioDir: inside }, async () => {
      await Deno.symlink(secret, `${inside}/link`);
      await Deno.symlink(home, `${inside}/to-directory`);
    });
    assertEquals(Deno.readLinkSync(`${inside}/link`), secret);
    assertEquals(Deno.readLinkSync(`${inside}/to-directory`), home);
    let refusal: unknown;
    try {
      await withCapio({ capioDir: inside }, async () => {
        await Deno.writeTextFile(`${inside}/out.txt`, "out");
        Deno.removeSync(`${spool}/out.txt`);
        Deno.symlinkSync(secret, `${spool}/out.txt`);
      });
    } catch (error) {
      refusal = error;
    }
    assert(refusal instanceof CapioError, String(refusal));
    assertStringIncludes(
      refusal.message,
      "must be a file, found a symbolic link",
    );
    around.assertUntouched();
  },
});

/** Calls that a link in the place of a directory or a file could lead outside. */
const CALLS: Record<string, (dir: string) => unknown> = {
  "create a file": (dir) => Deno.writeTextFile(`${dir}/sub/new`, "new"),
  "create a file exclusively": (dir) =>
    Deno.writeTextFile(`${dir}/sub/new`, "new", { createNew: true }),
  "overwrite a file": (dir) => Deno.writeTextFile(`${dir}/sub/profile`, "new"),
  "append to a file": (dir) =>
    Deno.writeTextFile(`${dir}/sub/profile`, "new", { append: true }),
  "open a file for writing": async (dir) => {
    using file = await Deno.open(`${dir}/sub/profile`, { write: true });
    await file.write(new Uint8Array(9));
  },
  "read a file": (dir) => Deno.readTextFile(`${dir}/sub/profile`),
  "open a file for reading": async (dir) => {
    using file = await Deno.open(`${dir}/sub/profile`);
    await file.read(new Uint8Array(9));
  },
  "ask for a file": (dir) => Deno.stat(`${dir}/sub/profile`),
  "truncate a file": (dir) => Deno.truncate(`${dir}/sub/profile`, 1),
  "change the mode of a file": (dir) => Deno.chmod(`${dir}/sub/profile`, 0o777),
  "change the times of a file": (dir) => Deno.utime(`${dir}/sub/profile`, 1, 1),
  "rename a file": (dir) => Deno.rename(`${dir}/sub/profile`, `${dir}/other`),
  "rename a file over it": (dir) =>
    Deno.rename(`${dir}/mine`, `${dir}/sub/profile`),
  "copy a file": (dir) => Deno.copyFile(`${dir}/sub/profile`, `${dir}/copy`),
  "copy a file over it": (dir) =>
    Deno.copyFile(`${dir}/mine`, `${dir}/sub/profile`),
  "remove a file": (dir) => Deno.remove(`${dir}/sub/profile`),
  "remove a directory": (dir) => Deno.remove(`${dir}/sub`, { recursive: true }),
  "make a directory": (dir) =>
    Deno.mkdir(`${dir}/sub/made/deep`, { recursive: true }),
  "make a link": (dir) => Deno.symlink("mine", `${dir}/sub/link`),
  "make another name": (dir) => Deno.link(`${dir}/mine`, `${dir}/sub/name`),
  "make a temporary file": (dir) => Deno.makeTempFile({ dir: `${dir}/sub` }),
  "list a directory": (dir) => Array.fromAsync(Deno.readDir(`${dir}/sub`)),
  "list a directory as Node does": (dir) => fs.promises.readdir(`${dir}/sub`),
  "change a file as Node does": (dir) =>
    fs.promises.appendFile(`${dir}/sub/profile`, "new"),
};

for (const place of ["sub", "sub/profile"]) {
  Deno.test({
    name:
      `a link that is planted as spool/${place} while a run goes on leads no call elsewhere`,
    ignore,
    async fn() {
      for (const [what, call] of Object.entries(CALLS)) {
        using around = new Surroundings();
        const { inside, home } = around;
        const planted = join(inside, ".capio/CAPIO/spool", place);
        try {
          await withCapio(
            { capioDir: inside, openTimeoutSeconds: 0 },
            async () => {
              await Deno.mkdir(`${inside}/sub`);
              await Deno.writeTextFile(`${inside}/sub/profile`, "inside");
              await Deno.writeTextFile(`${inside}/mine`, "mine");
              removeSync(planted, { recursive: true });
              symlinkSync(
                place === "sub" ? home : join(home, "profile"),
                planted,
              );
              try {
                const result = await call(inside);
                assert(JSON.stringify(result) !== `"profile"`, what);
                if (what.startsWith("list")) {
                  assert(!JSON.stringify(result).includes("empty"), what);
                }
              } catch (error) {
                assert(!(error instanceof AssertionError), `${what}: ${error}`);
              }
            },
          );
        } catch (error) {
          // What was planted is not published either.
          assert(error instanceof CapioError, `${what}: ${error}`);
        }
        around.assertUntouched(`${what} with a link as ${place}`);
      }
    },
  });
}

Deno.test({
  name: "nothing is written to a file that has a second name under .capio",
  ignore,
  async fn() {
    for (const place of [...PLACES, ".capio/CAPIO/members/1-00000000"]) {
      using around = new Surroundings();
      const { inside, secret } = around;
      const path = join(inside, place);
      Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      Deno.linkSync(secret, path);
      await tryEverything(inside);
      around.assertUntouched(place);
    }
  },
});
