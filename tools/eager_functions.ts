/** A workflow of one step, as most are at their start. */
const CONFIGURATION = {
  name: "start",
  IO_Graph: [{
    name: "step",
    output_stream: ["*.csv"],
    streaming: [{ name: ["*.csv"], committed: "on_close", mode: "no_update" }],
  }],
};

/** Where a function stands in its file: from its first character to behind its last. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The part of V8's report that is needed; Deno writes one for each file. */
interface Coverage {
  readonly url: string;
  readonly functions: readonly {
    readonly ranges: readonly {
      readonly startOffset: number;
      readonly endOffset: number;
      readonly count: number;
    }[];
  }[];
}

/**
 * Finds the functions that the bundled preload calls for a program that does
 * nothing, from its start to its end, by the URL of their file.
 */
export async function functionsOfStart(
  preload: URL,
): Promise<ReadonlyMap<string, readonly Range[]>> {
  const directory = await Deno.makeTempDir({ prefix: "sluice-" });
  try {
    const cl = `${directory}/cl.json`;
    const empty = `${directory}/empty.js`;
    const coverage = `${directory}/coverage`;
    await Deno.writeTextFile(cl, JSON.stringify(CONFIGURATION));
    await Deno.writeTextFile(empty, "");
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-config", "--no-lock"],
        `--coverage=${coverage}`,
        `--preload=${preload}`,
        empty,
      ],
      env: { CAPIO_DIR: directory, CAPIO_APP_NAME: "step", CAPIO_CL: cl },
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const called = new Map<string, readonly Range[]>();
    for await (const { name } of Deno.readDir(coverage)) {
      if (!name.endsWith(".json")) continue;
      const text = await Deno.readTextFile(`${coverage}/${name}`);
      const { url, functions }: Coverage = JSON.parse(text);
      const ranges = functions.map((it) => it.ranges[0])
        .filter(({ count }) => count > 0)
        .map(({ startOffset, endOffset }) => ({
          start: startOffset,
          end: endOffset,
        }));
      called.set(url, ranges);
    }
    return called;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Gives a class a method, or one half of an accessor. */
const DEFINE_METHOD = `var defineMethod = (function(owner, kind, method) {
  const [name] = Reflect.ownKeys(method);
  const more = kind === "value" ? { writable: true } : {};
  Object.defineProperty(owner, name, {
    [kind]: method[name], configurable: true, ...more
  });
});
`;

/**
 * Marks functions of a bundle to be compiled with it: V8 does so with a function
 * in parentheses. Then they come from Deno's cache of compiled code, which has
 * nothing of a function that is compiled at its first call.
 *
 * A function of a module becomes a variable at the top, so that all that follows
 * can call it, as before. A method, which cannot stand in parentheses, becomes a
 * property that its class defines when it is made; inside the class, because
 * private names are known there alone. Constructors, private methods and those
 * that use `super` stay as they are.
 *
 * The bundler begins a function of a module in the first column, and a method in
 * the third.
 *
 * @param called Where the functions stand, as V8 says.
 */
export function compiledAtOnce(
  code: string,
  called: readonly Range[],
): string {
  const top: string[] = [];
  const ranges = called.filter(({ start, end }) => end - start < code.length)
    .toSorted((one, other) => one.start - other.start || other.end - one.end);
  const imports = /^(?:import [^;]*;\s*)*/.exec(code)?.[0] ?? "";
  const rest = change({ start: imports.length, end: code.length });
  return imports + top.join("") + rest;

  function change(whole: Range): string {
    let text = "";
    let at = whole.start;
    for (const range of ranges) {
      if (range.start < at || range.end > whole.end) continue;
      if (range.start === whole.start && range.end === whole.end) continue;
      const line = code.lastIndexOf("\n", range.start) + 1;
      const before = code.slice(line, range.start);
      const fn = change(range);
      const name = /^(?:async )?function\*? ([\w$]+)\(/.exec(before + fn)?.[1];
      if (name) {
        text += code.slice(at, line);
        top.push(`var ${name} = (${before}${fn});\n`);
        at = range.end + 1;
        continue;
      }
      text += code.slice(at, range.start) +
        (isArrow(fn) ? `(${fn})` : before === "  " ? method(range, fn) : fn);
      at = range.end;
    }
    return text + code.slice(at, whole.end);
  }

  function method({ start }: Range, text: string): string {
    const parts = /^(?:(get|set) )?([\w$]+|\[[\w.$]+\])(\([^]*)$/.exec(text);
    if (!parts || parts[2] === "constructor") return text;
    if (/\bsuper\b/.test(text) || !isInClass(code.slice(0, start))) return text;
    if (top[0] !== DEFINE_METHOD) top.unshift(DEFINE_METHOD);
    const [, kind = "value", name, fn] = parts;
    return `static {
    defineMethod(this.prototype, "${kind}", { ${name}: (function${fn}) });
  }`;
  }
}

function isArrow(text: string): boolean {
  return /^(?:async )?(?:\(|[\w$]+ =>)/.test(text);
}

/** Returns whether what begins last in the first column is a class. */
function isInClass(code: string): boolean {
  const last = [...code.matchAll(/^[\w$].*$/gm)].at(-1)?.[0] ?? "";
  return /^(?:var [\w$]+ = )?class\b/.test(last);
}
