import { assertEquals } from "@std/assert";
import { stepCommand } from "../../../../src/capio/mod.ts";
import { isOnLocalDisk } from "../../../../src/cli/capio/running/local_file_system.ts";
import { stepStart } from "../../../../src/cli/capio/running/step_start.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

Deno.test("a step starts with the same command with and without the whole of CAPIO", async () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  Deno.mkdirSync(`${path}/data`);
  Deno.symlinkSync("data", `${path}/link`);
  const plain = `${path}/plain.json`;
  Deno.writeTextFileSync(plain, '{"name":"w","IO_Graph":[]}');
  const naming = `${path}/naming.json`;
  Deno.writeTextFileSync(
    naming,
    '{"name":"w","version":1.1,"configuration":"../cl.toml","IO_Graph":[]}',
  );
  for (
    const given of [
      { capioDir: "." },
      { capioDir: "src" },
      { capioDir: `${path}/data` },
      { capioDir: `${path}/link` },
      { capioDir: `${path}/../${path}/data/` },
      { capioDir: `${path}/missing` },
      { capioDir: path, memoryDir: `${path}/link` },
      { capioDir: path, capioClConfigurationFile: plain },
      { capioDir: path, capioClConfigurationFile: naming },
      { capioDir: path, capioClConfigurationFile: `${path}/none.json` },
      { capioDir: path, denoFlags: ["--allow-read=x", "--allow-net"] },
    ]
  ) {
    const step = {
      silent: true,
      denoFlags: [],
      script: "step.ts",
      args: ["--fast"],
      appName: "app",
      ...given,
    };
    assertEquals(await stepStart(step), stepCommand(step));
  }
});

Deno.test({
  name: "a directory of this machine is told from one of a shared file system",
  ignore: Deno.build.os !== "linux",
  fn() {
    assertEquals(isOnLocalDisk("/proc"), false);
    assertEquals(isOnLocalDisk("/nowhere/at/all"), false);
    const table = Deno.readTextFileSync("/proc/self/mountinfo");
    if (/ \/ \S+ .*- (?:ext4|overlay|xfs|btrfs) /.test(table)) {
      assertEquals(isOnLocalDisk("/"), true);
    }
  },
});
