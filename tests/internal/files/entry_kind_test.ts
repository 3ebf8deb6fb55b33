import { assertEquals } from "@std/assert";
import { kindOfEntry, lstatIfThere } from "../../../src/internal/mod.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

Deno.test({
  name: "the kind of an entry is its own, not that of what it leads to",
  ignore: Deno.build.os === "windows",
  async fn() {
    using directory = new TemporaryDirectory();
    const { path } = directory;
    Deno.writeTextFileSync(`${path}/file`, "");
    Deno.mkdirSync(`${path}/directory`);
    Deno.symlinkSync(`${path}/file`, `${path}/link`);
    Deno.symlinkSync(`${path}/nothing`, `${path}/dangling`);
    await new Deno.Command("mkfifo", { args: [`${path}/pipe`] }).output();
    const kind = (name: string) => {
      const info = lstatIfThere(`${path}/${name}`);
      return info && kindOfEntry(info);
    };
    assertEquals(kind("file"), "a file");
    assertEquals(kind("directory"), "a directory");
    assertEquals(kind("link"), "a link");
    assertEquals(kind("dangling"), "a link");
    assertEquals(kind("pipe"), "a named pipe");
    assertEquals(kind("nothing"), undefined);
    const device = lstatIfThere("/dev/null");
    assertEquals(device && kindOfEntry(device), "a device");
  },
});
