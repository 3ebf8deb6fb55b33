import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { Surroundings } from "../../support/surroundings.ts";
import { Step, type StepOptions } from "../step.ts";
import { plantRun } from "./planted_run.ts";

/** Only root can run processes of others. */
const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;
if (!isRoot) console.warn("Without root no second user is tried");

const NEIGHBOUR = 65534;
const COLLEAGUE = 65533;
const GROUP = 65532;

/** A command that runs another one as a user. */
function as(user: number, group = user): string[] {
  return [
    "setpriv",
    `--reuid=${user}`,
    `--regid=${group}`,
    "--clear-groups",
  ];
}

async function shell(
  code: string,
  user: number,
  group?: number,
): Promise<void> {
  const [program, ...args] = [...as(user, group), "sh", "-ec", code];
  const { success, stderr } = await new Deno.Command(program, { args })
    .output();
  assert(success, new TextDecoder().decode(stderr));
}

/** Whether other users can read this checkout, to run a step from it. */
async function canReadCheckout(): Promise<boolean> {
  const file = fromFileUrl(import.meta.url);
  const [program, ...args] = [...as(NEIGHBOUR), "cat", file, Deno.execPath()];
  const command = new Deno.Command(program, { args, stdout: "null" });
  return (await command.output()).success;
}

/** A directory beside `inside`, which all users can enter. */
function openTo(around: Surroundings, mode: number): string {
  const { inside } = around;
  Deno.chmodSync(inside.slice(0, inside.lastIndexOf("/")), 0o711);
  Deno.chmodSync(inside, mode);
  return inside;
}

const WRITE = `Deno.writeTextFileSync(Deno.args[0] + "/out.txt", "out");`;

Deno.test({
  name:
    "what a neighbour has planted in a sticky directory is refused, and stays",
  ignore: !isRoot,
  async fn() {
    using around = new Surroundings();
    const inside = openTo(around, 0o1777);
    Deno.symlinkSync("../home", join(inside, "link"));
    const plants = [
      "mkdir .capio",
      "umask 0; mkdir -p .capio/CAPIO/spool/link; echo x > .capio/CAPIO/spool/link/profile; touch .capio/CAPIO/journal",
      "ln -s ../home .capio",
      "mkdir .capio; ln -s ../../secret.txt .capio/CAPIO.lock",
    ];
    for (const plant of plants) {
      await shell(`cd ${inside}; ${plant}`, NEIGHBOUR);
      await using step = new Step({
        capioDir: inside,
        flags: ["-A"],
        args: [inside],
        code: WRITE,
      });
      const { code, stderr } = await step.result;
      assertEquals(code, 1);
      assertStringIncludes(stderr, `Cannot use "${inside}/.capio"`);
      if (!plant.startsWith("ln")) {
        assertStringIncludes(stderr, `user id ${NEIGHBOUR}, not 0`);
        assertStringIncludes(stderr, "Use a directory of your own");
        assertStringIncludes(stderr, `--shared (shared: "group"`);
      }
      around.assertUntouched();
      Deno.removeSync(join(inside, ".capio"), { recursive: true });
    }
  },
});

Deno.test({
  name: "what is made in a sticky directory is closed to the neighbours",
  ignore: !isRoot,
  async fn() {
    using around = new Surroundings();
    const inside = openTo(around, 0o1777);
    await using step = new Step({
      capioDir: inside,
      args: [inside],
      code: WRITE + `
        for (const name of ["", "/CAPIO.lock", "/CAPIO", "/CAPIO/journal"]) {
          const { mode } = Deno.lstatSync(Deno.args[0] + "/.capio" + name);
          console.log(name, ((mode ?? 0) & 0o7777).toString(8));
        }`,
    });
    const { stdout, stderr } = await step.result;
    assertEquals(stderr, "");
    assertEquals(
      stdout,
      " 700\n/CAPIO.lock 600\n/CAPIO 700\n/CAPIO/journal 600\n",
    );
  },
});

Deno.test({
  name: "members of a group share a workflow when all of them say so",
  ignore: !isRoot || !await canReadCheckout(),
  async fn() {
    using around = new Surroundings();
    const inside = openTo(around, 0o2770);
    Deno.chownSync(inside, null, GROUP);
    Deno.chmodSync(inside, 0o2770);
    using caches = new Surroundings();
    openTo(caches, 0o1777);
    const stepAs = (
      user: number,
      group: number,
      options: Pick<StepOptions, "app" | "code"> & { shared?: boolean },
    ) =>
      new Step({
        capioDir: inside,
        // Deno keeps what it has compiled in a directory of the user.
        through: [
          ...as(user, group),
          "env",
          `DENO_DIR=${caches.inside}/${user}`,
          `CAPIO_SHARED=${options.shared === false ? "" : "group"}`,
        ],
        flags: ["--allow-env"],
        args: [inside],
        openTimeoutSeconds: 60,
        ...options,
      });
    await using reader = stepAs(COLLEAGUE, GROUP, {
      app: "reader",
      code: `console.log(await Deno.readTextFile(Deno.args[0] + "/out.txt"));`,
    });
    await using writer = stepAs(NEIGHBOUR, GROUP, {
      app: "writer",
      code: `
        await using file = await Deno.create(Deno.args[0] + "/out.txt");
        await file.write(new TextEncoder().encode("shared"));
        while (!Deno.readTextFileSync(Deno.args[0] + "/.capio/CAPIO/journal").includes("reader")) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        const { gid, mode } = Deno.lstatSync(Deno.args[0] + "/.capio/CAPIO");
        console.log(gid, ((mode ?? 0) & 0o7777).toString(8));`,
    });
    const well = { code: 0, signal: null, stderr: "" };
    assertEquals(await writer.result, { ...well, stdout: `${GROUP} 2770\n` });
    assertEquals(await reader.result, { ...well, stdout: "shared\n" });
    const left = [...Deno.readDirSync(inside)].map(({ name }) => name);
    assertEquals(left, ["out.txt"]);
    // Who does not say so is told how.
    await shell(`umask 007; mkdir ${inside}/.capio`, NEIGHBOUR, GROUP);
    await using alone = stepAs(COLLEAGUE, GROUP, {
      code: WRITE,
      shared: false,
    });
    const { code, stderr } = await alone.result;
    assertEquals(code, 1);
    assertStringIncludes(stderr, "has to use --shared");
    around.assertUntouched();
  },
});

Deno.test({
  name: "a directory that all users can write to is not shared with a group",
  ignore: !isRoot,
  async fn() {
    using around = new Surroundings();
    const inside = openTo(around, 0o3777);
    plantRun(inside, []);
    Deno.env.set("CAPIO_SHARED", "group");
    try {
      await using step = new Step({ capioDir: inside, code: "" });
      const { code, stderr } = await step.result;
      assertEquals(code, 1);
      assertStringIncludes(stderr, "all users can write to that directory");
    } finally {
      Deno.env.delete("CAPIO_SHARED");
    }
    around.assertUntouched();
  },
});
