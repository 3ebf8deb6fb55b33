/** The part of `jsr:@std/toml` that sluice uses: TOML 1.0 to an object. */

type Table = Record<string, unknown>;

export function parse(tomlString: string): Table {
  const parser = new Parser(tomlString);
  try {
    return parser.document();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { line, column } = parser.place;
    throw new SyntaxError(
      `Parse error on line ${line}, column ${column}: ${error.message}`,
    );
  }
}

const BLANK = /[ \t]*/y;
const BLANK_LINES = /(?:[ \t\r\n]|#[^\n]*)*/y;
const LINE_END = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y;
const BARE_KEY = /[A-Za-z0-9_-]+/y;
const DATE =
  /\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)?)?/y;
const TIME = /\d\d:\d\d:\d\d(?:\.\d+)?/y;
const RADIX_INTEGER =
  /0x[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0o[0-7]+(?:_[0-7]+)*|0b[01]+(?:_[01]+)*/y;
const NUMBER =
  /[+-]?(?:inf|nan|(?:0|[1-9]\d*(?:_\d+)*)(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+(?:_\d+)*)?)/y;
const BOOLEAN = /true|false/y;
const AFTER_VALUE = /(?=[ \t\r\n#,}\]]|$)/y;
const STRINGS: [opening: string, pattern: RegExp, isEscaped: boolean][] = [
  ['"""', /(?:[^\\]|\\[^])*?"""(?!"(?!""))/y, true],
  ["'''", /[^]*?'''(?!'(?!''))/y, false],
  ['"', /(?:[^"\\\n]|\\[^\n])*"/y, true],
  ["'", /[^'\n]*'/y, false],
];
const ESCAPES: Record<string, string> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  '"': '"',
  "\\": "\\",
};

class Parser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get place(): { line: number; column: number } {
    const lines = this.#text.slice(0, this.#position).split("\n");
    return { line: lines.length, column: lines[lines.length - 1].length };
  }

  document(): Table {
    const root = newTable();
    let table = root;
    while (true) {
      this.#take(BLANK_LINES);
      if (this.#position === this.#text.length) return root;
      if (this.#takeText("[[")) {
        table = addArrayItem(root, this.#key());
        this.#expect("]]");
      } else if (this.#takeText("[")) {
        table = openTable(root, this.#key());
        this.#expect("]");
      } else {
        this.#member(table);
      }
      if (this.#take(LINE_END) === undefined) {
        throw new SyntaxError("Unexpected text after a value");
      }
    }
  }

  #member(table: Table): void {
    const key = this.#key();
    this.#expect("=");
    const value = this.#value();
    const last = key[key.length - 1];
    const parent = openTable(table, key.slice(0, -1));
    if (last in parent) throw new SyntaxError(`Key "${last}" is set twice`);
    parent[last] = value;
  }

  #key(): string[] {
    const key: string[] = [];
    do {
      this.#take(BLANK);
      const part = this.#take(BARE_KEY) ?? this.#string();
      if (part === undefined) throw new SyntaxError("A key is missing");
      key.push(part);
      this.#take(BLANK);
    } while (this.#takeText("."));
    return key;
  }

  #value(): unknown {
    const value = this.#string() ?? this.#array() ?? this.#inlineTable() ??
      this.#scalar();
    if (value === undefined) throw new SyntaxError("A value is missing");
    return value;
  }

  #scalar(): unknown {
    const start = this.#position;
    const date = this.#take(DATE);
    const value = date !== undefined
      ? dateOf(date)
      : this.#take(TIME) ?? this.#number() ?? this.#boolean();
    if (value !== undefined && this.#take(AFTER_VALUE) !== undefined) {
      return value;
    }
    this.#position = start;
    return undefined;
  }

  #number(): number | undefined {
    const integer = this.#take(RADIX_INTEGER);
    if (integer) return Number(integer.replaceAll("_", ""));
    const decimal = this.#take(NUMBER)?.replaceAll("_", "");
    if (decimal === undefined) return undefined;
    return Number(decimal.replace("inf", "Infinity"));
  }

  #boolean(): boolean | undefined {
    const text = this.#take(BOOLEAN);
    return text === undefined ? undefined : text === "true";
  }

  #array(): unknown[] | undefined {
    if (!this.#takeText("[")) return undefined;
    const items: unknown[] = [];
    do {
      this.#take(BLANK_LINES);
      if (this.#takeText("]")) return items;
      items.push(this.#value());
      this.#take(BLANK_LINES);
    } while (this.#takeText(","));
    this.#expect("]");
    return items;
  }

  #inlineTable(): Table | undefined {
    if (!this.#takeText("{")) return undefined;
    const table = newTable();
    this.#take(BLANK);
    if (this.#takeText("}")) return table;
    do {
      this.#member(table);
      this.#take(BLANK);
    } while (this.#takeText(","));
    this.#expect("}");
    return table;
  }

  #string(): string | undefined {
    for (const [opening, pattern, isEscaped] of STRINGS) {
      if (!this.#takeText(opening)) continue;
      const quoted = this.#take(pattern);
      if (quoted === undefined) throw new SyntaxError("A string is not closed");
      const isMultiline = opening.length === 3;
      const text = quoted.slice(0, -opening.length);
      const content = isMultiline ? text.replace(/^\r?\n/, "") : text;
      return isEscaped ? unescape(content) : content;
    }
    return undefined;
  }

  #expect(text: string): void {
    this.#take(BLANK);
    if (!this.#takeText(text)) throw new SyntaxError(`"${text}" is missing`);
    this.#take(BLANK);
  }

  #takeText(text: string): boolean {
    if (!this.#text.startsWith(text, this.#position)) return false;
    this.#position += text.length;
    return true;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (!match) return undefined;
    this.#position = pattern.lastIndex;
    return match[0];
  }
}

/** Without a prototype, so that no key is there before it is set. */
function newTable(): Table {
  return Object.create(null);
}

function openTable(root: Table, key: readonly string[]): Table {
  return key.reduce((table, part) => {
    const value = table[part] ??= newTable();
    const inner = Array.isArray(value) ? value[value.length - 1] : value;
    if (isTable(inner)) return inner;
    throw new SyntaxError(`Key "${part}" holds no table`);
  }, root);
}

function addArrayItem(root: Table, key: readonly string[]): Table {
  const last = key[key.length - 1];
  const parent = openTable(root, key.slice(0, -1));
  const items = parent[last] ??= [];
  if (!Array.isArray(items)) {
    throw new SyntaxError(`Key "${last}" holds no array`);
  }
  const table = newTable();
  items.push(table);
  return table;
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === null;
}

function dateOf(text: string): Date {
  const date = new Date(text.replace(" ", "T"));
  if (Number.isNaN(date.getTime())) {
    throw new SyntaxError(`Date "${text}" does not exist`);
  }
  return date;
}

function unescape(text: string): string {
  return text.replace(
    /\\(?:[ \t]*\r?\n[ \t\r\n]*|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g,
    (sequence, short, long, character) => {
      if (short ?? long) return characterOf(Number.parseInt(short ?? long, 16));
      if (character === undefined) return "";
      const replacement = ESCAPES[character];
      if (replacement !== undefined) return replacement;
      throw new SyntaxError(`Escape sequence "${sequence}" does not exist`);
    },
  );
}

function characterOf(codePoint: number): string {
  if (codePoint > 0x10ffff) {
    throw new SyntaxError(`Character ${codePoint} does not exist`);
  }
  return String.fromCodePoint(codePoint);
}
