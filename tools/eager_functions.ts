/** A workflow of one step, as most are at their start. */
const CONFIGURATION = {
  name: "start",
  IO_Graph: [{
    name: "step",
    output_stream: ["*.csv"],
    streaming: [{ name: ["*.csv"], committed: "on_close", mode: "no_update" }],
  }],
};

/** A function of a file: from its first character to behind its last. */
export interface FunctionRange {
  readonly start: number;
  readonly end: number;
  readonly isCalled: boolean;
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
 * Finds the functions of the bundled preload, by the URL of their file, and
 * which of them it calls for a program that does nothing, from its start to its
 * end.
 */
export async function functionsOfStart(
  preload: URL,
): Promise<ReadonlyMap<string, readonly FunctionRange[]>> {
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
    const found = new Map<string, readonly FunctionRange[]>();
    for await (const { name } of Deno.readDir(coverage)) {
      if (!name.endsWith(".json")) continue;
      const text = await Deno.readTextFile(`${coverage}/${name}`);
      const { url, functions }: Coverage = JSON.parse(text);
      const ranges = functions.map(({ ranges: [whole] }) => ({
        start: whole.startOffset,
        end: whole.endOffset,
        isCalled: whole.count > 0,
      }));
      found.set(url, ranges);
    }
    return found;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Gives a class a method, or one half of an accessor. */
const DEFINE_METHOD = `var defineMethod=(function(owner,kind,method){
let [name]=Reflect.ownKeys(method),more=kind==="value"?{writable:true}:{};
Object.defineProperty(owner,name,{[kind]:method[name],configurable:true,...more});
});`;

/**
 * Marks functions of a minified bundle to be compiled with it: V8 does so with a
 * function in parentheses. Then they come from Deno's cache of compiled code,
 * which has nothing of a function that is compiled at its first call.
 *
 * A function of a module becomes a variable at the top, so that all that follows
 * can call it, as before. A method, which cannot stand in parentheses, becomes a
 * property that its class defines when it is made; inside the class, because
 * private names are known there alone. Constructors, private and static methods
 * and those that use `super` stay as they are.
 *
 * @param functions Where all functions of the bundle stand, as V8 says.
 */
export function compiledAtOnce(
  code: string,
  functions: readonly FunctionRange[],
): string {
  const top: string[] = [];
  const ranges = functions.filter((it) => it.end - it.start < code.length)
    .toSorted((one, other) => one.start - other.start || other.end - one.end);
  let next = 0;
  const imports = /^(?:import[ {"*][^;]*;\s*)*/.exec(code)?.[0] ?? "";
  const rest = changed(imports.length, code.length, true);
  return imports + top.join("") + rest;

  /** Returns the code from `start` to `end` with all that it contains changed. */
  function changed(start: number, end: number, isModule: boolean): string {
    let text = "";
    let at = start;
    while (next < ranges.length && ranges[next].start < end) {
      const it = ranges[next++];
      const fn = changed(it.start, it.end, false);
      text += code.slice(at, it.start);
      at = it.end;
      const before = code.slice(Math.max(0, it.start - 200), it.start);
      const name = /^(?:async )?function[* ]+([\w$]+)\(/.exec(fn)?.[1];
      if (!it.isCalled) text += fn;
      else if (isModule && name && /[;}]$/.test(before)) {
        top.push(`var ${name}=(${fn});\n`);
      } else if (isArrow(fn) || isFunctionExpression(fn, before)) {
        text += `(${fn})`;
      } else text += asProperty(fn, before) ?? fn;
    }
    return text + code.slice(at, end);
  }

  function asProperty(fn: string, before: string): string | undefined {
    const parts = /^(?:(get|set) )?([\w$]+|\[[\w.$]+\])(\([^]*\})$/.exec(fn);
    if (!parts || !isInClass(before) || /\bsuper\b/.test(fn)) return undefined;
    const [, kind = "value", name, rest] = parts;
    if (name === "constructor") return undefined;
    if (top[0] !== DEFINE_METHOD) top.unshift(DEFINE_METHOD);
    return `static{defineMethod(this.prototype,"${kind}",{${name}:(function${rest})})}`;
  }
}

function isArrow(fn: string): boolean {
  return /^(?:async ?)?(?:\(|[\w$]+=>)/.test(fn);
}

/** Returns whether a function is no statement, and no method. */
function isFunctionExpression(fn: string, before: string): boolean {
  return /^(?:async )?function\b/.test(fn) &&
    /[=(,:?[&|>]$|\breturn $/.test(before);
}

/** Returns whether a method is one of a class and no static one. */
function isInClass(before: string): boolean {
  return /[;}]$|\bclass(?: [\w$]+)?(?: extends [\w$.]+)?\{$/.test(before);
}
