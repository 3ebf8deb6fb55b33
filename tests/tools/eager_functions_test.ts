import { assertEquals, assertStringIncludes } from "@std/assert";
import { compiledAtOnce, type Range } from "../../tools/eager_functions.ts";

Deno.test("functions of the start are compiled with their file, and nothing else changes", () => {
  const code = `import {
  a
} from "./a.js";
var TABLE = [early(), early];
function early() {
  return () => {
  };
}
async function* late() {
}
async function begin(a) {
  await a.map((it) => it);
}
export {
  begin
};
`;
  assertEquals(
    compiledAtOnce(code, [
      { start: 0, end: code.length },
      rangeOf(code, "function early", "\n}"),
      rangeOf(code, "async function begin", "\n}"),
      rangeOf(code, "(it) => it", ""),
    ]),
    `import {
  a
} from "./a.js";
var early = (function early() {
  return () => {
  };
});
var begin = (async function begin(a) {
  await a.map(((it) => it));
});
var TABLE = [early(), early];
async function* late() {
}
export {
  begin
};
`,
  );
});

Deno.test("methods of the start are compiled with their file, and work as before", async () => {
  const code = `var Base = class {
  name() {
    return "base";
  }
};
var Counter = class extends Base {
  #count = 0;
  /** Adds to the count. */
  add(more = 1) {
    this.#count += more;
    return this;
  }
  get count() {
    return this.#count;
  }
  set count(count) {
    this.#count = count;
  }
  [Symbol.toPrimitive]() {
    return this.#secret();
  }
  #secret() {
    return this.#count;
  }
  static of(count) {
    return new Counter().add(count);
  }
  name() {
    return "counter on " + super.name();
  }
};
var plain = {
  add() {
    return 1;
  }
};
export {
  Counter,
  plain
};
`;
  const [, counter, object] = code.split(/^(?=var )/m);
  const ranges = [
    rangeOf(code, "add(more", "\n  }"),
    rangeOf(code, "get count", "\n  }"),
    rangeOf(code, "[Symbol.toPrimitive]", "\n  }"),
    rangeOf(code, "#secret() {", "\n  }"),
    rangeOf(code, "of(count)", "\n  }"),
    rangeOf(code, 'name() {\n    return "counter', "\n  }"),
    rangeOf(code, "add() {", "\n  }"),
  ];
  const changed = compiledAtOnce(code, ranges);
  for (const kept of ["#secret() {", "static of(", "super.name()", object]) {
    assertStringIncludes(changed, kept);
  }
  assertEquals(counter.split("defineMethod").length, 1);
  assertEquals(changed.split("defineMethod(this").length - 1, 3);
  const { Counter, plain } = await import(
    `data:text/javascript,${encodeURIComponent(changed)}`
  );
  const three = Counter.of(3);
  assertEquals([three.count, +three, three.name()], [3, 3, "counter on base"]);
  three.count = 5;
  assertEquals(three.count, 5);
  assertEquals(plain.add(), 1);
  assertEquals(Object.keys(Counter.prototype), []);
  assertEquals(Counter.prototype.add.name, "add");
});

/** Where the text stands that begins with `first` and ends with `last`. */
function rangeOf(code: string, first: string, last: string): Range {
  const start = code.indexOf(first);
  return { start, end: code.indexOf(last, start + first.length) + last.length };
}
