import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { stdConfigArgs } from "../../tools/std_config.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));
const config = await stdConfigArgs();

const PRELOAD = "src/capio/session/preload.ts";
const PROGRAM = "tests/versions/program.ts";

const STARTED: [name: string, args: string[]][] = [
  ["the preload", [`--preload=${PRELOAD}`, PROGRAM]],
  ["the command line", ["src/cli/mod.ts", "--help"]],
];

for (const [name, args] of STARTED) {
  Deno.test(`${name} says in one line that Deno is too old`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        ...config,
        "--preload=tests/versions/old_deno.ts",
        ...args,
      ],
      cwd: root,
      env: { CAPIO_DIR: root, NO_COLOR: "1" },
    }).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals(decode(stdout), "");
    assertEquals(
      decode(stderr),
      'sluice: Needs Deno 2.9 or later, found 2.8.3, run "deno upgrade"\n',
    );
    assertEquals(code, 1);
  });
}
