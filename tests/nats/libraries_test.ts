import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { NATS_SPECIFIERS, natsLibraries } from "../../src/nats/mod.ts";
import project from "../../deno.json" with { type: "json" };

const root = fromFileUrl(new URL("../../", import.meta.url));

Deno.test("the libraries are those of the project", async () => {
  assertEquals([NATS_SPECIFIERS.core, NATS_SPECIFIERS.jetstream], [
    project.imports["@nats-io/nats-core/internal"],
    project.imports["@nats-io/jetstream"],
  ]);
  const { core, jetstream } = await natsLibraries();
  assertEquals(typeof core.NatsConnectionImpl, "function");
  assertEquals(typeof jetstream.jetstream, "function");
});

Deno.test("no program fetches the libraries that uses no server", async () => {
  for (const entry of ["mod.ts", "src/capio/session/preload.ts"]) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", ...await stdConfigArgs(), root + entry],
      stdin: "null",
    }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout));
    const names: string[] = modules.flatMap((
      { dependencies = [] }: {
        dependencies?: { specifier: string; code?: { specifier: string } }[];
      },
    ) => dependencies.map(({ code }) => code?.specifier ?? ""));
    assertEquals(names.filter((it) => it.includes("nats-io")), [], entry);
  }
});
