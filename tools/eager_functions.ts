/** A workflow of one step, as most are at their start. */
const CONFIGURATION = {
  name: "start",
  IO_Graph: [{
    name: "step",
    output_stream: ["*.csv"],
    streaming: [{ name: ["*.csv"], committed: "on_close", mode: "no_update" }],
  }],
};

/** Prints the names of the functions that a module calls until it is loaded. */
const PROFILER = `
  import { Session } from "node:inspector";
  const session = new Session();
  session.connect();
  const post = (method, params) => new Promise((resolve, reject) =>
    session.post(method, params, (error, result) =>
      error ? reject(error) : resolve(result)));
  await post("Profiler.enable");
  await post("Profiler.startPreciseCoverage", { callCount: true });
  await import(Deno.args[0]);
  const { result } = await post("Profiler.takePreciseCoverage");
  const folder = Deno.args[0].slice(0, Deno.args[0].lastIndexOf("/") + 1);
  const names = result.filter(({ url }) => url.startsWith(folder))
    .flatMap(({ functions }) => functions)
    .filter(({ ranges }) => ranges[0].count > 0)
    .map(({ functionName }) => functionName);
  console.log(JSON.stringify(names));`;

/** Finds the names of the functions that the bundled preload calls. */
export async function functionsOfStart(
  preload: URL,
): Promise<ReadonlySet<string>> {
  const directory = await Deno.makeTempDir({ prefix: "sluice-" });
  try {
    const cl = `${directory}/cl.json`;
    await Deno.writeTextFile(cl, JSON.stringify(CONFIGURATION));
    const profiler = `data:text/javascript,${encodeURIComponent(PROFILER)}`;
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: ["run", "-A", "--no-config", "--no-lock", profiler, preload.href],
        env: { CAPIO_DIR: directory, CAPIO_APP_NAME: "step", CAPIO_CL: cl },
      },
    ).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (!success) throw new Error(decode(stderr));
    return new Set(JSON.parse(decode(stdout)));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/**
 * Marks functions of a bundle to be compiled with it: V8 does so with a function
 * in parentheses. Then they come from Deno's cache of compiled code, which has
 * nothing of a function that is compiled at its first call.
 *
 * The bundler writes a function of a module as `function name(` and `}`, each at
 * the beginning of a line. As variables at the top they can be called by all
 * that follows, as before.
 */
export function compiledAtOnce(
  code: string,
  names: ReadonlySet<string>,
): string {
  const marked: string[] = [];
  const rest = code.replace(
    /^(?:async )?function\*? ([\w$]+)\([^]*?^\}$\n?/gm,
    (text, name: string) => {
      if (!names.has(name)) return text;
      marked.push(`var ${name} = (${text.trimEnd()});\n`);
      return "";
    },
  );
  const imports = /^(?:import [^;]*;\s*)*/.exec(rest)?.[0] ?? "";
  return imports + marked.join("") + rest.slice(imports.length);
}
