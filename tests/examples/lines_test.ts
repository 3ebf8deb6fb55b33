import { assertEquals } from "@std/assert";
import { stdConfigArgs } from "../../tools/std_config.ts";

Deno.test("syncstream's own example gives its documented answer", async () => {
  const root = new URL("../../", import.meta.url);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      ...await stdConfigArgs(),
      new URL("examples/lines/host_and_mirror.ts", root).href,
      "0",
    ],
    cwd: root,
  }).output();
  assertEquals(
    new TextDecoder().decode(stdout),
    '{"items":["test line 1","test line 2","test line 3"],"message":"success"}\n',
    new TextDecoder().decode(stderr),
  );
});
