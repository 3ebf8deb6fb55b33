import { assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { Absences } from "../../../src/capio/overlay/absences.ts";
import { rememberExists } from "../../../src/capio/platform/mod.ts";
import { Step, TestDirectory } from "../step.ts";

/** More looks in a row than are made in the usual way. */
const MANY = 40;

Deno.test("looks that find nothing again and again miss nothing that is there", () => {
  using directory = new TestDirectory();
  const at = (name: string) => `${directory.path}/${name}`;
  const looked: string[] = [];
  rememberExists((path) => {
    looked.push(path);
    return existsSync(path);
  });
  Deno.symlinkSync("nothing", at("dangling"));
  Deno.symlinkSync(".", at("link"));
  Deno.mkdirSync(at("directory"));
  const absences = new Absences();
  const lookAtMany = () => {
    for (let i = 0; i < MANY; i++) {
      assertEquals(absences.look(at(`absent-${i}`)), undefined);
    }
  };
  lookAtMany();
  assertEquals(looked.includes(at(`absent-${MANY - 1}`)), true);
  assertEquals(absences.look(at("dangling"))?.isSymlink, true);
  lookAtMany();
  assertEquals(absences.look(at("link"))?.isSymlink, true);
  lookAtMany();
  assertEquals(absences.look(at("directory"))?.isDirectory, true);
  lookAtMany();
  // One that came after all these looks.
  Deno.writeTextFileSync(at("file"), "");
  assertEquals(absences.look(at("file"))?.isFile, true);
  lookAtMany();
  // Another directory has links of its own.
  Deno.symlinkSync("nothing", at("directory/dangling"));
  assertEquals(absences.look(at("directory/dangling"))?.isSymlink, true);
  lookAtMany();
  assertEquals(absences.look(at("no/directory")), undefined);
});

Deno.test("a step that makes many files writes through a link that leads nowhere", async () => {
  using directory = new TestDirectory();
  const { path } = directory;
  Deno.symlinkSync("target", `${path}/dangling`);
  await using step = new Step({
    capioDir: path,
    app: "writer",
    args: [path],
    code: `
      const [directory] = Deno.args;
      for (let i = 0; i < ${MANY}; i++) {
        Deno.writeTextFileSync(directory + "/" + i, "new");
      }
      Deno.writeTextFileSync(directory + "/dangling", "linked");
    `,
  });
  const { stderr, code } = await step.result;
  assertEquals({ stderr, code }, { stderr: "", code: 0 });
  assertEquals(Deno.readTextFileSync(`${path}/target`), "linked");
  assertEquals(Deno.lstatSync(`${path}/dangling`).isSymlink, true);
  assertEquals(Deno.readTextFileSync(`${path}/${MANY - 1}`), "new");
});
