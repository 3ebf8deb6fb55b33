import { assertEquals } from "@std/assert";
import type { PageModel } from "../../../src/capio/page/page_model.ts";
import {
  encodePage,
  updateBetween,
} from "../../../src/capio/page/page_updates.ts";

/** A page with rows of which only the key and one value matter here. */
function page(
  head: string,
  steps: Record<string, string>,
  files: Record<string, number>,
  timeline = "<svg/>",
) {
  const model = {
    head: { workflow: head },
    steps: Object.entries(steps).map(([name, text]) => ({ name, text })),
    files: Object.entries(files).map(([path, size]) => ({ path, size })),
  };
  return encodePage(model as unknown as PageModel, timeline);
}

const BEFORE = page("one", { a: "runs", b: "runs" }, { x: 1, y: 2 });

const UPDATES: [what: string, after: typeof BEFORE, update: unknown][] = [
  ["the same page", page("one", { a: "runs", b: "runs" }, { x: 1, y: 2 }), {}],
  [
    "a file that grew",
    page("one", { a: "runs", b: "runs" }, { x: 1, y: 3 }),
    { files: [{ path: "y", size: 3 }] },
  ],
  [
    "a file that came, one that went and a step that ended",
    page("one", { a: "ended", b: "runs" }, { y: 2, z: 1 }),
    {
      steps: [{ name: "a", text: "ended" }],
      files: [{ path: "z", size: 1 }],
      goneFiles: ["x"],
    },
  ],
  [
    "another head and timeline, and a step that went",
    page("two", { a: "runs" }, { x: 1, y: 2 }, "<svg>1</svg>"),
    { head: { workflow: "two" }, goneSteps: ["b"], timeline: "<svg>1</svg>" },
  ],
];

for (const [what, after, update] of UPDATES) {
  Deno.test(`page: an update has only what changed: ${what}`, () => {
    const text = updateBetween(BEFORE, after, 5);
    const { now, ...changed } = JSON.parse(text ?? '{"now":5}');
    assertEquals(changed, update);
    assertEquals(now, 5);
  });
}

Deno.test("page: nothing is sent when nothing changed, and all at first", () => {
  assertEquals(updateBetween(BEFORE, BEFORE, 5), undefined);
  assertEquals(
    JSON.parse(updateBetween(undefined, BEFORE, 5) ?? ""),
    {
      now: 5,
      head: { workflow: "one" },
      steps: [{ name: "a", text: "runs" }, { name: "b", text: "runs" }],
      files: [{ path: "x", size: 1 }, { path: "y", size: 2 }],
      timeline: "<svg/>",
    },
  );
});
