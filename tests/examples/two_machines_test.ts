import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { hasNatsServer } from "../support/nats_server.ts";

const demo = fromFileUrl(
  new URL("../../examples/two-machines/demo.ts", import.meta.url),
);

Deno.test({
  name:
    "the flights on two machines have the same bytes, and leave nothing behind",
  ignore: !hasNatsServer || Deno.build.os === "windows",
  async fn() {
    const temporary = Deno.makeTempDirSync();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--quiet",
        ...await stdConfigArgs(),
        demo,
        "--size=1",
      ],
      env: { NO_COLOR: "1", TMPDIR: temporary },
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assertEquals(code, 0);
    const text = new TextDecoder().decode(stdout);
    assertMatch(text, /All steps of machine "north" ended well after/);
    assertMatch(text, /All steps of machine "south" ended well after/);
    assertMatch(text, /on two machines +\d+\.\d\d s/);
    assertMatch(text, /The same bytes in all files/);
    assertEquals([...Deno.readDirSync(temporary)], []);
    Deno.removeSync(temporary);
  },
});
