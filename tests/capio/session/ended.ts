import { join } from "@std/path";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { Step, type StepResult, TestDirectory } from "../step.ts";

const config = await stdConfigArgs();
const PRELOAD = import.meta.resolve("../../../src/capio/session/preload.ts");

/** What can be compared of an ended program. */
export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  /** The first line of standard error. */
  readonly complaint: string;
  /** The text of each file that lies in the directory, by name. */
  readonly tree: Record<string, string>;
}

/** What a program has besides its directory, which is its first argument. */
interface ProgramOptions {
  /** The code of its worker; the path of that is its last argument. */
  readonly worker?: string;
  readonly args?: readonly string[];
}

/** Runs a program outside and inside of a context: how each ended. */
export function endedBothSides(
  program: string,
  options: ProgramOptions = {},
): Promise<[outside: Ended, inside: Ended]> {
  return Promise.all([
    endedOutside(program, options),
    inside(program, options),
  ]);
}

/** Runs a program as it is. */
export async function endedOutside(
  program: string,
  { worker = "", args = [] }: ProgramOptions = {},
): Promise<Ended> {
  using dir = new TestDirectory();
  using code = new Script(program);
  using script = new Script(worker);
  const run = ["run", ...config, "--quiet", "--no-prompt", "-A"];
  const { stdout, stderr, ...end } = await new Deno.Command(Deno.execPath(), {
    args: [...run, code.path, dir.path, ...args, script.path],
    env: { NO_COLOR: "1" },
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return ended({ ...end, stdout: decode(stdout), stderr: decode(stderr) }, dir);
}

async function inside(
  program: string,
  { worker = "", args = [] }: ProgramOptions,
): Promise<Ended> {
  using dir = new TestDirectory();
  using script = new Script(`import "${PRELOAD}";\n${worker}`);
  await using step = new Step({
    capioDir: dir.path,
    code: program,
    args: [dir.path, ...args, script.path],
    flags: ["-A"],
  });
  return ended(await step.result, dir);
}

class Script implements Disposable {
  readonly path = Deno.makeTempFileSync({ suffix: ".ts" });

  constructor(code: string) {
    Deno.writeTextFileSync(this.path, code);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path);
  }
}

function ended(result: StepResult, dir: TestDirectory): Ended {
  const { code, signal, stdout, stderr } = result;
  const [complaint] = stderr.split("\n", 1);
  return { code, signal, stdout, complaint, tree: treeOf(dir) };
}

function treeOf(dir: TestDirectory): Record<string, string> {
  const names = dir.list().filter((name) => !name.startsWith(".capio"));
  return Object.fromEntries(names.map((name) => {
    const path = join(dir.path, name);
    const isFile = Deno.statSync(path).isFile;
    return [name, isFile ? Deno.readTextFileSync(path) : "a directory"];
  }));
}
