import { refused } from "../../internal/mod.ts";

/** How a program uses a file that stands in its arguments. */
export type FileForm = "in" | "file" | "dir" | "out" | "newfile" | "newdir";

/**
 * An argument of a program: a text, in which `{in:PATH}` and its siblings stand
 * for paths, or one of them with a path that is taken as it is. `{ text }` is
 * taken as it is too.
 */
export type ProgramArgument =
  | string
  | { readonly text: string }
  | { readonly in: string | URL }
  | { readonly file: string | URL }
  | { readonly dir: string | URL }
  | { readonly out: string | URL }
  | { readonly newfile: string | URL }
  | { readonly newdir: string | URL };

/** A part of an argument: text, or the use of a file whose path replaces it. */
export type ArgumentPart = string | FileInArgument;

/** The use of a file that stands in an argument. */
export interface FileInArgument {
  readonly form: FileForm;
  readonly path: string | URL;
}

const FORMS: readonly FileForm[] = [
  "in",
  "file",
  "dir",
  "out",
  "newfile",
  "newdir",
];

/** The begin of a use of a file; with one brace more, the text itself. */
const BEGIN = /(\{+)(in|file|dir|out|newfile|newdir):/g;

/**
 * Takes an argument apart. In a text, a path ends at the next `}`, of which two
 * stand for one of its name; `{{in:` stands for the text `{in:`.
 *
 * @throws {TypeError} If it is no argument, or a path in it is empty or has no
 * end.
 */
export function parseArgument(argument: ProgramArgument): ArgumentPart[] {
  if (typeof argument === "string") return checked(argument, parse(argument));
  if (typeof argument !== "object" || argument === null) {
    throw refused("command", "an array of arguments", argument);
  }
  if ("text" in argument) return checked(argument, [argument.text]);
  const form = FORMS.find((it) => it in argument);
  if (!form) throw refused("command", "an array of arguments", argument);
  const path = Reflect.get(argument, form);
  return checked(argument, [{ form, path }]);
}

function parse(text: string): ArgumentPart[] {
  const parts: ArgumentPart[] = [];
  let at = 0;
  for (const begin of text.matchAll(BEGIN)) {
    // It stands in the path of the one before.
    if (begin.index < at) continue;
    const [whole, braces, form] = begin;
    if (braces.length > 1) {
      parts.push(text.slice(at, begin.index), whole.slice(1));
      at = begin.index + whole.length;
      continue;
    }
    const start = begin.index + whole.length;
    const end = endOfPath(text, start);
    const path = text.slice(start, end).replaceAll("}}", "}");
    parts.push(text.slice(at, begin.index), { form: form as FileForm, path });
    at = end + 1;
  }
  return [...parts, text.slice(at)];
}

/** Returns the position of the `}` that ends a path. */
function endOfPath(text: string, start: number): number {
  for (let at = start;;) {
    const end = text.indexOf("}", at);
    if (end < 0) {
      throw new TypeError(
        `Cannot use the argument ${
          JSON.stringify(text)
        }: a path in it has no "}" at its end; write "{{" for a "{" that begins none`,
      );
    }
    if (text[end + 1] !== "}") return end;
    at = end + 2;
  }
}

function checked(
  argument: ProgramArgument,
  parts: ArgumentPart[],
): ArgumentPart[] {
  for (const part of parts) {
    const text = typeof part === "string" ? part : part.path;
    const isRight = typeof text === "string" || text instanceof URL;
    if (!isRight || `${text}`.includes("\0")) {
      throw refused("command", "an array of texts without NUL", argument);
    }
    if (text === part || text !== "") continue;
    throw refused("command", "an array without empty paths", argument);
  }
  return parts.filter((part) => part !== "");
}
