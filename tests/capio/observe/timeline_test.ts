import {
  assert,
  assertEquals,
  assertGreater,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { drawTimeline, type TimelineInterval } from "../../../src/capio/mod.ts";

const BEGUN = 1_700_000_000_000;

function interval(
  app: string,
  path: string,
  kind: "write" | "read",
  from: number,
  to: number,
  bytes = 1000,
): TimelineInterval {
  return { app, path, kind, from: BEGUN + from, to: BEGUN + to, bytes };
}

/** The texts of a picture, in its order. */
function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map((it) => it[1]);
}

interface Bar {
  readonly title: string;
  readonly x: number;
  readonly width: number;
  readonly color: string;
  readonly opacity: number;
}

function barsOf(svg: string): Bar[] {
  const bar =
    /<rect x="([\d.]+)" [^>]*?width="([\d.]+)" [^>]*?fill="([^"]+)" fill-opacity="([\d.]+)"[^>]*>\s*<title>([^<]*)</g;
  return [...svg.matchAll(bar)].map(([, x, width, color, opacity, title]) => ({
    title,
    x: Number(x),
    width: Number(width),
    color,
    opacity: Number(opacity),
  }));
}

Deno.test("rows stand by step, in the order in which they began", () => {
  const svg = drawTimeline([
    interval("report", "delays.csv", "read", 900, 950),
    interval("delays", "delays.csv", "write", 800, 900),
    interval("extract", "flights.csv", "write", 0, 790),
    interval("delays", "flights.csv", "read", 10, 800),
  ]);
  assertEquals(barsOf(svg).map(({ title }) => title.split(",")[0]), [
    "extract wrote flights.csv",
    "delays read flights.csv",
    "delays wrote delays.csv",
    "report read delays.csv",
  ]);
  const steps = textsOf(svg).filter((it) =>
    /^(extract|delays|report)$/.test(it)
  );
  assertEquals(steps, ["extract", "delays", "report"]);
});

Deno.test("bars stand where their times are, on one scale", () => {
  const [all, middle, instant] = barsOf(drawTimeline([
    interval("a", "x", "write", 0, 1000),
    interval("a", "y", "write", 250, 750),
    interval("a", "z", "write", 500, 500),
  ]));
  assert(Math.abs(middle.x - (all.x + all.width / 4)) < 0.1);
  assert(Math.abs(middle.width - all.width / 2) < 0.1);
  assert(Math.abs(instant.x - (all.x + all.width / 2)) < 0.1);
  assertGreater(instant.width, 0);
});

Deno.test("a file has one colour, pale where it is read", () => {
  const [written, read, other] = barsOf(drawTimeline([
    interval("a", "x", "write", 0, 1000),
    interval("b", "x", "read", 1, 1000),
    interval("b", "y", "write", 2, 1000),
  ]));
  assertEquals(read.color, written.color);
  assertEquals(written.opacity, 1);
  assert(read.opacity < 1);
  assert(other.color !== written.color);
});

const AMOUNTS: [milliseconds: number, bytes: number, amount: string][] = [
  [1000, 0, "0 B, 0 B/s"],
  [2000, 999, "999 B, 500 B/s"],
  [1000, 1000, "1.0 kB, 1.0 kB/s"],
  [4812, 150e6, "150 MB, 31.2 MB/s"],
  [500, 2.5e9, "2.5 GB, 5.0 GB/s"],
  [3, 700, "700 B"],
];

for (const [milliseconds, bytes, amount] of AMOUNTS) {
  Deno.test(`${bytes} bytes in ${milliseconds} ms are shown as ${amount}`, () => {
    const svg = drawTimeline([
      interval("a", "x", "write", 0, milliseconds, bytes),
    ]);
    assert(textsOf(svg).includes(amount), svg);
  });
}

const TICKS: [span: number, ticks: string[]][] = [
  [4, ["0 ms", "0.5 ms", "1 ms"]],
  [100, ["0.00 s", "0.01 s", "0.02 s"]],
  [4812, ["0.0 s", "0.5 s", "1.0 s"]],
  [10_000, ["0 s", "1 s", "2 s"]],
  [3_600_000, ["0 s", "500 s", "1000 s"]],
];

for (const [span, ticks] of TICKS) {
  Deno.test(`the axis of ${span} ms begins with ${ticks.join(", ")}`, () => {
    const svg = drawTimeline([interval("a", "x", "write", 0, span)]);
    const times = textsOf(svg).filter((it) => /^[\d.]+ m?s$/.test(it));
    assertEquals(times.slice(0, 3), ticks);
    assert(times.length <= 12, `${times.length} ticks`);
  });
}

Deno.test("any name of a file or step gives well-formed text", () => {
  const svg = drawTimeline(
    [interval("<a> & b", 'x\u0000"\ud800\n</svg>', "write", 0, 1)],
    { title: "1 < 2 & 3" },
  );
  assertStringIncludes(svg, ">&lt;a&gt; &amp; b</text>");
  assertStringIncludes(svg, '>x\ufffd"\ufffd\ufffd&lt;/svg&gt;</text>');
  assertStringIncludes(svg, ">1 &lt; 2 &amp; 3</text>");
  assertEquals(svg.match(/<\/svg>/g)?.length, 1);
});

Deno.test("a long path is shortened at its beginning", () => {
  const path = `${"deep/".repeat(30)}file.csv`;
  const svg = drawTimeline([interval("a", path, "write", 0, 1)]);
  const [label] = textsOf(svg).filter((it) => it.startsWith("…"));
  assertEquals(label.length, 36);
  assert(label.endsWith("/file.csv"));
  assertStringIncludes(svg, `<title>a wrote ${path}, `);
});

Deno.test("of very many rows those with most bytes are drawn", () => {
  const many = Array.from(
    { length: 5000 },
    (_, file) => interval("a", `f${file}`, "write", file, file + 1, file),
  );
  const svg = drawTimeline(many);
  assertEquals(barsOf(svg).length, 300);
  assert(barsOf(svg).every(({ title }) => /^a wrote f4[789]/.test(title)));
  assertStringIncludes(svg, "the 300 of 5000 with most bytes");
  const few = drawTimeline(many, { mostRows: 2 });
  assertEquals(barsOf(few).map(({ title }) => title.split(",")[0]), [
    "a wrote f4998",
    "a wrote f4999",
  ]);
  assertThrows(() => drawTimeline(many, { mostRows: 0 }), RangeError);
});

Deno.test("the end of a step that failed or was stopped is marked, however many rows there are", () => {
  const end = (app: string, kind: "failed" | "stopped", path: string) => ({
    ...{ app, kind, path, bytes: 0 },
    from: BEGUN + 900,
    to: BEGUN + 900,
  });
  const svg = drawTimeline([
    interval("delays", "delays.csv", "write", 0, 900),
    interval("extract", "flights.csv", "write", 0, 1000),
    end("delays", "failed", "it divided by <zero>"),
    end("idle", "stopped", ""),
  ], { mostRows: 3 });
  const texts = textsOf(svg);
  assertEquals(barsOf(svg).length, 1);
  assertEquals(texts.filter((text) => text === "\u2715").length, 2);
  for (const text of ["failed", "it divided by &lt;zero&gt;", "stopped"]) {
    assert(texts.includes(text), text);
  }
  assertEquals(texts[texts.indexOf("idle") + 1], "stopped");
});

Deno.test("nothing at all gives a picture that says so", () => {
  const svg = drawTimeline([], { title: "Workflow flights" });
  assertStringIncludes(svg, "Workflow flights");
  assertStringIncludes(svg, "Nothing was written or read");
  assertEquals(/NaN|Infinity|undefined/.test(svg), false);
});
