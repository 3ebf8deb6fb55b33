import { fromFileUrl } from "@std/path";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

/** The memory of a step after so many files, in bytes. */
export interface StepMemory {
  readonly files: number;
  readonly resident: number;
  readonly heap: number;
}

const STEPS = ["make", "read", "remove"];
const DOCUMENT = {
  name: "endless",
  IO_Graph: [
    {
      name: "make",
      output_stream: ["*"],
      streaming: [{ name: ["*"], committed: "on_close", mode: "no_update" }],
    },
    // The third step comes after the second one.
    { name: "read", input_stream: ["*"], output_stream: ["all read"] },
    { name: "remove", input_stream: ["*", "all read"] },
  ],
  permanent: ["*"],
};
const LOOK_MILLISECONDS = 50;

/**
 * A workflow of three steps that make, read and remove files, of which at most a
 * hundred are there at a time.
 */
export class EndlessWorkflow implements Disposable {
  readonly #inside = new TemporaryDirectory();
  readonly #outside = new TemporaryDirectory();
  /** The memory of each step, once all have ended. */
  readonly ended: Promise<readonly (readonly StepMemory[])[]>;
  #isOver = false;
  #mostBytes = 0;

  /**
   * Starts the steps.
   *
   * @param files How many files they make.
   * @param every After how many of them the memory is measured again.
   */
  constructor(files: number, every: number) {
    Deno.writeTextFileSync(this.configuration, JSON.stringify(DOCUMENT));
    const steps = STEPS.map((role) =>
      run([role, this.capioDir, this.#outside.path, `${files}`, `${every}`])
    );
    this.ended = Promise.all(steps).finally(() => {
      this.#isOver = true;
    });
    // It is awaited only after a while.
    this.ended.catch(() => {});
  }

  get capioDir(): string {
    return this.#inside.path;
  }

  get configuration(): string {
    return `${this.#outside.path}/workflow.json`;
  }

  /** The size of all journals together at any moment so far, in bytes. */
  get mostBytes(): number {
    return this.#mostBytes;
  }

  /** Looks at the journals until all steps have ended; calls `act` between. */
  async look(act: (looks: number) => Promise<void> | void): Promise<void> {
    for (let looks = 1; !this.#isOver; looks++) {
      await new Promise((done) => setTimeout(done, LOOK_MILLISECONDS));
      this.#mostBytes = Math.max(this.#mostBytes, bytesIn(this.capioDir));
      if (!this.#isOver) await act(looks);
    }
  }

  [Symbol.dispose](): void {
    this.#inside[Symbol.dispose]();
    this.#outside[Symbol.dispose]();
  }
}

async function run(args: readonly string[]): Promise<StepMemory[]> {
  const script = fromFileUrl(import.meta.resolve("./endless_actor.ts"));
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", "--v8-flags=--expose-gc"],
      ...[...await stdConfigArgs(), script, ...args],
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`"${args[0]}" has failed`);
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

/** The sizes of all journals of the run, with those being made. */
function bytesIn(capioDir: string): number {
  const folder = `${capioDir}/.capio/CAPIO`;
  try {
    return [...Deno.readDirSync(folder)]
      .filter(({ name }) => name.startsWith("journal"))
      .map(({ name }) => sizeOf(`${folder}/${name}`))
      .reduce((sum, size) => sum + size, 0);
  } catch {
    // It has not begun yet, or has just ended.
    return 0;
  }
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
