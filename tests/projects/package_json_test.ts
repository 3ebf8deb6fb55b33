import { assertEquals } from "@std/assert";
import { fromFileUrl, resolve, toFileUrl } from "@std/path";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { TemporaryDirectory } from "../support/temporary_directory.ts";

const root = new URL("../../", import.meta.url);
const { exports, name, version } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", root)),
);

/** `ms` is a CommonJS package, and none of ours. */
const project = new TemporaryDirectory();
addEventListener("unload", () => project[Symbol.dispose]());
const isInstalled = await install("ms@2.1.3");
if (!isInstalled) {
  console.log("skipped: npm cannot install a package here");
}
Deno.writeTextFileSync(
  `${project.path}/deno.json`,
  JSON.stringify({
    imports: { [name]: `jsr:${name}@^${version}` },
    links: await links(),
  }),
);

Deno.test({
  name: "a program in a project with a package.json imports each module",
  ignore: !isInstalled,
  async fn() {
    const specifiers = Object.keys(exports)
      .filter((path) => path !== "./preload")
      .map((path) => path.replace(".", name));
    const imports = specifiers.map((specifier, index) =>
      `import * as module${index} from "${specifier}";`
    );
    const counts = specifiers.map((_, index) =>
      `Object.keys(module${index}).length > 0`
    );
    const printed = await run([], [
      `import ms from "ms";`,
      ...imports,
      `console.log(ms("2 days"), ${counts.join(", ")});`,
    ]);
    const expected = [172_800_000, ...specifiers.map(() => true)];
    assertEquals(printed, `${expected.join(" ")}\n`);
  },
});

Deno.test({
  name: "a program in a project with a package.json runs with the preload",
  ignore: !isInstalled,
  async fn() {
    Deno.mkdirSync(`${project.path}/data`);
    const printed = await run([`--preload=jsr:${name}@^${version}/preload`], [
      `import ms from "ms";`,
      `import { readFileSync } from "node:fs";`,
      `await Deno.writeTextFile("data/days.txt", String(ms("2 days")));`,
      `console.log(readFileSync("data/days.txt", "utf8"));`,
    ]);
    assertEquals(printed, "172800000\n");
    assertEquals(
      Deno.readTextFileSync(`${project.path}/data/days.txt`),
      "172800000",
    );
  },
});

Deno.test({
  name: "neither program has brought packages into node_modules",
  ignore: !isInstalled,
  fn() {
    const packages = Array.from(
      Deno.readDirSync(`${project.path}/node_modules`),
      (entry) => entry.name,
    );
    assertEquals(packages.filter((it) => !it.startsWith(".package")), ["ms"]);
  },
});

async function install(specifier: string): Promise<boolean> {
  Deno.writeTextFileSync(
    `${project.path}/package.json`,
    JSON.stringify({ name: "project", private: true }),
  );
  try {
    const { success } = await new Deno.Command("npm", {
      args: ["install", "--no-audit", "--no-fund", "--silent", specifier],
      cwd: project.path,
    }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** This checkout in place of the package, and adapters where JSR is not there. */
async function links(): Promise<string[]> {
  const [, config] = await stdConfigArgs();
  const { links = [] }: { links?: string[] } = JSON.parse(
    await Deno.readTextFile(config),
  );
  const base = toFileUrl(resolve(config));
  return ["./", ...links].map((link) => fromFileUrl(new URL(link, base)));
}

async function run(args: string[], lines: string[]): Promise<string> {
  Deno.writeTextFileSync(`${project.path}/program.ts`, lines.join("\n"));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", ...args, "program.ts"],
    cwd: project.path,
    env: { CAPIO_DIR: "data", NO_COLOR: "1" },
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals({ code, stderr: decode(stderr) }, { code: 0, stderr: "" });
  return decode(stdout);
}
