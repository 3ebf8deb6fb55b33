import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { hasNatsServer, NatsServer } from "../../../support/nats_server.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";
import { Machines } from "../machines.ts";

const page = new URL("../../../../docs/several-machines.md", import.meta.url);

const CL = {
  IO_Graph: [
    { name: "write", output_stream: ["a.txt"] },
    { name: "read", input_stream: ["a.txt"] },
  ],
};

Deno.test({
  name: "the permissions that the documentation names are enough",
  ignore: !hasNatsServer,
  async fn() {
    using directory = new TemporaryDirectory();
    const [user] = /\{ user: "north"[^]*?\] \} \}/
      .exec(Deno.readTextFileSync(page)) ?? [];
    assert(user);
    const north = user.replace(/"\$2a[^"]*"/, '"secret"');
    const config = join(directory.path, "server.conf");
    Deno.writeTextFileSync(
      config,
      `jetstream { store_dir: "${directory.path}" }
      authorization { users: [${north}, ${
        north.replaceAll("north", "south")
      }] }`,
    );
    await using server = await NatsServer.start({
      jetStream: false,
      args: ["-c", config],
    });
    await using machines = new Machines(server, CL);
    const start = async (name: string) => {
      const url = `nats://${name}:secret@${server.address}`;
      const [machine] = await machines.startWith([`--nats=${url}`], name);
      return machine;
    };
    const [writes, reads] = [await start("north"), await start("south")];
    await using reader = reads.step({
      app: "read",
      code: `
        console.log(await Deno.readTextFile(Deno.args[0] + "/a.txt"));`,
    });
    await using writer = writes.step({
      app: "write",
      code: `Deno.writeTextFileSync(Deno.args[0] + "/a.txt", "text");`,
    });
    const ends = await Promise.all([writer.result, reader.result]);
    assertEquals(
      ends.map(({ stdout, stderr }) => [stdout, stderr]),
      [["", ""], ["text\n", ""]],
    );
    const codes = await machines.stop();
    const told = await Promise.all(
      machines.all.map(async ({ agent }) => (await agent.result).stderr),
    );
    assertEquals([codes, told], [[0, 0], ["", ""]]);
  },
});
