import { assert, assertEquals, assertLess } from "@std/assert";
import { dirname } from "@std/path";
import { TemporaryDirectory } from "../support/temporary_directory.ts";
import { bundle } from "../../tools/bundle.ts";
import { fencedBlocks } from "./fenced_blocks.ts";
import { pages } from "./pages.ts";

const readme = pages().find(({ pathname }) => pathname.endsWith("/README.md"));
assert(readme);
const text = Deno.readTextFileSync(readme);

Deno.test("README shows two programs and the command before it tells anything", () => {
  const command = text.indexOf("sluice run");
  const firstHeading = text.indexOf("\n## ");
  assert(text.indexOf("title=produce.ts") < text.indexOf("title=consume.ts"));
  assertLess(text.indexOf("title=consume.ts"), command);
  assertLess(command, firstHeading);
});

Deno.test({
  name:
    "what README says ends with two programs that stream, in an empty directory",
  ignore: Deno.build.os === "windows",
  async fn() {
    using directory = new TemporaryDirectory();
    const { path } = directory;
    // JSR cannot be reached: this is what it would serve.
    await bundle(new URL(`file://${path}/dist/`));
    const blocks = fencedBlocks(text);
    const install = blocks.find(({ text }) => text.includes("deno install"))
      ?.text.match(/^deno install .*$/m)?.[0];
    assert(install);
    assert(install.includes("jsr:@sluice/sluice/cli"));
    const empty = `${path}/empty`;
    Deno.mkdirSync(empty);
    const shell = async (script: string) => {
      const { code, stdout } = await new Deno.Command("bash", {
        args: ["-c", `set -e; exec 2>&1; ${script}`],
        cwd: empty,
        env: {
          DENO_INSTALL_ROOT: path,
          NO_COLOR: "1",
          PATH: `${path}/bin:${dirname(Deno.execPath())}:${
            Deno.env.get("PATH")
          }`,
        },
        stdin: "null",
        stdout: "piped",
        signal: AbortSignal.timeout(60_000),
      }).output();
      const output = new TextDecoder().decode(stdout);
      assertEquals(code, 0, output);
      return output;
    };
    const cli = `${path}/dist/cli/mod.js`;
    await shell(install.replace("jsr:@sluice/sluice/cli", cli));
    for (const { title, text } of blocks) {
      if (title) Deno.writeTextFileSync(`${empty}/${title}`, text);
    }
    const run = blocks.find(({ text }) => text.includes("sluice run"))?.text;
    assert(run);
    // The second time the file of the first one is there.
    for (const script of [run, run.replace("mkdir data", "")]) {
      const output = await shell(script);
      const firstRead = output.indexOf("read measurement 1\n");
      assert(firstRead >= 0, output);
      assertLess(firstRead, output.indexOf("wrote 3"), output);
      assertEquals(output.match(/sluice/), null, output);
    }
  },
});
