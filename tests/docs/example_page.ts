import { assert } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { freePort } from "../support/free_port.ts";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { type FencedBlock, fencedBlocks } from "./fenced_blocks.ts";

/** Ports that the examples name. The test takes free ones in their place. */
const PORTS = /\b(?:2025|5000|8000)\b/g;
/** Stands in promised output for text that differs from run to run. */
const ANYTHING = "…";
const LONGEST_RUN = 60_000;

const root = new URL("../../", import.meta.url);
const [, configFile] = await stdConfigArgs();
const config = new URL(configFile, root);

/**
 * Runs the examples of a page from top to bottom, each as a process of its own,
 * in one temporary directory.
 *
 * | block | what the test does |
 * | --- | --- |
 * | `ts`, `sh` | runs it; the exit code must be 0 |
 * | `sh background` | starts it, and waits for its first line |
 * | any language with `title=NAME` | writes it to the file `NAME` |
 * | `ts no-eval`, `sh no-eval` | nothing; `deno task check` has its types |
 * | `text output` | compares it with what the block above printed |
 * | `text output any-order` | the same, with lines in any order |
 *
 * In promised output `…` stands for any text.
 */
export class ExamplePage implements AsyncDisposable {
  readonly url: URL;
  readonly directory: string = Deno.realPathSync(
    Deno.makeTempDirSync({ prefix: "docs-" }),
  );
  readonly blocks: readonly FencedBlock[];
  readonly #ports = new Map<string, string>();
  readonly #servers: Deno.ChildProcess[] = [];

  constructor(url: URL) {
    this.url = url;
    this.blocks = fencedBlocks(Deno.readTextFileSync(url));
    Deno.writeTextFileSync(this.path("deno.json"), localConfig());
    Deno.mkdirSync(this.path(".bin"));
    this.#writeCommand("sluice", [
      "run",
      "-A",
      "--quiet",
      `--config=${fromFileUrl(config)}`,
      new URL("src/cli/mod.ts", root).href,
    ]);
    this.#writeCommand("deno", []);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** Runs every block, and returns how many were run. */
  async run(): Promise<number> {
    let count = 0;
    let output: string | undefined;
    for (const block of this.blocks) {
      if (block.marks.has("output")) {
        assert(output !== undefined, `${this.#place(block)}: nothing ran`);
        this.#compare(block, output);
      } else if (block.title) {
        await Deno.writeTextFile(
          this.path(block.title),
          this.#withFreePorts(block.text),
        );
      } else if (block.marks.has("background")) {
        await this.#startServer(block);
      } else if (isRun(block)) {
        output = await this.runBlock(block);
        count++;
      } else {
        output = undefined;
      }
    }
    return count;
  }

  /** Runs one block and returns what it printed, to either of its outputs. */
  async runBlock(block: FencedBlock): Promise<string> {
    const { code, stdout } = await this.#command(block).output();
    const output = new TextDecoder().decode(stdout);
    assert(code === 0, `${this.#place(block)}: exit code ${code}\n${output}`);
    return output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) {
      server.kill();
      await server.output();
    }
    await Deno.remove(this.directory, { recursive: true });
  }

  async #startServer(block: FencedBlock): Promise<void> {
    const server = this.#command(block).spawn();
    this.#servers.push(server);
    const reader = server.stdout.getReader();
    const { done } = await reader.read();
    reader.releaseLock();
    assert(!done, `${this.#place(block)}: ended without a word`);
  }

  #command(block: FencedBlock): Deno.Command {
    const script = this.path(`.example.${block.language}`);
    Deno.writeTextFileSync(script, this.#withFreePorts(block.text));
    const command = block.language === "ts"
      ? `deno run -A --quiet ${script}`
      // The server gets the signal that ends it, not a shell around it.
      : block.marks.has("background")
      ? `exec ${this.#withFreePorts(block.text)}`
      : `. ${script}`;
    return new Deno.Command("bash", {
      args: ["-c", `set -e; exec 2>&1; ${command}`],
      cwd: this.directory,
      env: {
        NO_COLOR: "1",
        PATH: `${this.path(".bin")}:${Deno.env.get("PATH")}`,
      },
      stdin: "null",
      stdout: "piped",
      signal: AbortSignal.timeout(LONGEST_RUN),
    });
  }

  #compare(block: FencedBlock, output: string): void {
    const inOrder = (text: string) => {
      const lines = text.trim().split("\n").map((line) => line.trimEnd());
      return (block.marks.has("any-order") ? lines.sort() : lines).join("\n");
    };
    const promised = inOrder(this.#withFreePorts(block.text));
    const printed = inOrder(output);
    const pattern = promised.split(ANYTHING).map(RegExp.escape).join("[^]*?");
    assert(
      new RegExp(`^${pattern}$`).test(printed),
      `${
        this.#place(block)
      }: the page promises\n\n${promised}\n\nand the example printed\n\n${printed}`,
    );
  }

  #withFreePorts(text: string): string {
    return text.replace(PORTS, (port) => {
      const taken = this.#ports.get(port) ?? String(freePort());
      this.#ports.set(port, taken);
      return taken;
    });
  }

  #writeCommand(name: string, args: string[]): void {
    const path = this.path(`.bin/${name}`);
    const words = [Deno.execPath(), ...args].map((word) => `'${word}'`);
    Deno.writeTextFileSync(
      path,
      `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`,
      { mode: 0o755 },
    );
  }

  #place({ line }: FencedBlock): string {
    return `${fromFileUrl(this.url)}:${line}`;
  }
}

function isRun({ language, marks }: FencedBlock): boolean {
  return ["ts", "sh"].includes(language) && !marks.has("no-eval");
}

/** The checkout's own configuration, for programs in another directory. */
function localConfig(): string {
  const { imports, exports, links = [] } = JSON.parse(
    Deno.readTextFileSync(config),
  );
  for (const [entry, path] of Object.entries<string>(exports)) {
    imports[`@sluice/sluice${entry.slice(1)}`] = new URL(path, root).href;
  }
  return JSON.stringify({
    imports,
    links: links.map((link: string) => fromFileUrl(new URL(link, root))),
    lock: false,
  });
}
