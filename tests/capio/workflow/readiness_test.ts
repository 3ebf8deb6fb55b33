import { assertEquals } from "@std/assert";
import type { EventBody } from "../../../src/capio/journal/events/event.ts";
import { fold, initialState } from "../../../src/capio/journal/fold/mod.ts";
import {
  openReadiness,
  type Verdict,
} from "../../../src/capio/workflow/readiness.ts";

type Streams = Record<string, { reads?: string[]; writes?: string[] }>;

/** What stands in a case besides the app that looks for "x". */
interface Case {
  /** The graph; none where it is left out. */
  readonly graph?: Streams;
  /** Members of streaming rules of the first app. */
  readonly streaming?: unknown[];
  readonly rules?: (EventBody & { event: "rules" })["rules"];
  readonly steps?: string[];
  /** Apps that take part, and those of them that have left. */
  readonly here?: string[];
  readonly left?: string[];
  /** The app that has made "x", and of which kind. */
  readonly maker?: string;
  readonly kind?: "file" | "directory";
  readonly isReal?: boolean;
}

/** What the app "me" is told when it opens "x", or asks for it. */
function verdict(it: Case, isQuestion = false): Verdict["type"] | "missing" {
  const { graph, streaming = [], rules, steps, here = [], left = [] } = it;
  const apps = Object.entries(graph ?? {}).map(([name, app], index) => ({
    name,
    input_stream: app.reads ?? [],
    output_stream: app.writes ?? [],
    streaming: index === 0 ? streaming : [],
  }));
  const document = graph && JSON.stringify({ name: "t", IO_Graph: apps });
  const planner: [string, EventBody] = [
    "plan",
    { event: "join", app: "sluice workflow", pid: 1 },
  ];
  const events: [by: string, event: EventBody][] = [
    ...(steps ? [planner] : []),
    ["plan", { event: "rules", document, rules, steps }],
    ...["me", ...here, ...left].map((app): [string, EventBody] => [
      app,
      { event: "join", app, pid: 2 },
    ]),
  ];
  const { kind = "file" } = it;
  if (it.maker) events.push([it.maker, { event: "make", path: "x", kind }]);
  for (const app of left) {
    events.push([app, { event: "end", member: app, ending: "left" }]);
  }
  const state = events.map(([by, body], time) => ({ ...body, by, time }))
    .reduce(fold, initialState("/data"));
  const lookAtReal = () => it.isReal ? Deno.statSync(".") : undefined;
  const member = { id: "me", app: "me" };
  const is = openReadiness(state, member, "x", { lookAtReal, isQuestion });
  return is.type === "go" && is.isMissing ? "missing" : is.type;
}

const READS = { me: { reads: ["x"] } };
const MADE_LATER: Streams = {
  me: { writes: ["y"] },
  w: { reads: ["y"], writes: ["x"] },
};
const UNRELATED: Streams = { me: {}, w: { writes: ["x"] } };

const CASES: [
  name: string,
  opening: Verdict["type"] | "missing",
  question: Verdict["type"] | "missing",
  it: Case,
][] = [
  ["no configuration", "wait", "wait", {}],
  ["no configuration, made", "go", "go", { here: ["w"], maker: "w" }],
  ["not declared, with a graph", "missing", "missing", { graph: { me: {} } }],
  ["not declared, made", "go", "go", {
    graph: { me: {} },
    here: ["w"],
    maker: "w",
  }],
  ["a graph without apps", "wait", "wait", { graph: {} }],
  ["declared as an output", "wait", "wait", { graph: UNRELATED }],
  ["by a glob", "wait", "wait", { graph: { me: {}, w: { writes: ["*"] } } }],
  ["its producer has left", "refuse", "refuse", {
    graph: UNRELATED,
    left: ["w"],
  }],
  ["one of two producers has left", "wait", "wait", {
    graph: { ...UNRELATED, v: { writes: ["?"] } },
    left: ["w"],
  }],
  ["its own output", "missing", "missing", {
    graph: { me: { writes: ["x"] } },
  }],
  ["by rules in code", "wait", "wait", {
    rules: [{ path: "x", producers: ["w"] }],
  }],
  ["by a rule in code for any path", "wait", "missing", {
    rules: [{ path: "*" }],
    here: ["w"],
  }],
  ["as an input alone", "wait", "wait", { graph: { ...READS, w: {} } }],
  ["as an input alone, all others have left", "refuse", "refuse", {
    graph: { ...READS, w: {} },
    left: ["w"],
  }],
  ["as an input of the only app", "wait", "missing", { graph: READS }],
  ["as an input of the first step", "wait", "missing", {
    graph: { ...READS, w: {} },
    steps: ["me", "w"],
  }],
  ["as an input of another app", "wait", "missing", {
    graph: { me: {}, w: {}, r: { reads: ["x"] } },
  }],
  ["by a streaming rule", "wait", "missing", {
    graph: { me: {}, w: {} },
    streaming: [{ name: ["x"], committed: "on_close" }],
  }],
  ["by a streaming rule of another app", "wait", "wait", {
    graph: { w: {}, me: {} },
    streaming: [{ name: ["x"], committed: "on_close" }],
  }],
  ["by a streaming rule for directories", "wait", "wait", {
    graph: { w: {}, me: {} },
    streaming: [{ dirname: ["?"], committed: "on_termination" }],
  }],
  ["by a streaming rule for any file", "wait", "missing", {
    graph: { w: {}, me: {} },
    streaming: [{ name: ["*"], committed: "on_close" }],
  }],
  ["by a streaming rule of an app that has left", "refuse", "refuse", {
    graph: { w: {}, me: {}, v: {} },
    streaming: [{ name: ["x"], committed: "on_close" }],
    left: ["w"],
  }],
  ["by a streaming rule of a later step", "missing", "missing", {
    graph: { w: {}, me: {} },
    streaming: [{ name: ["x"], committed: "on_close" }],
    steps: ["me", "w"],
  }],
  ["as a dependency", "wait", "missing", {
    graph: { me: {}, w: {} },
    streaming: [{ name: ["y"], committed: "on_file", file_deps: ["x"] }],
  }],
  ["made by a later app of the graph", "missing", "missing", {
    graph: MADE_LATER,
  }],
  ["made already by a later app of the graph", "missing", "missing", {
    graph: MADE_LATER,
    here: ["w"],
    maker: "w",
  }],
  ["a directory made already by a later app", "go", "go", {
    graph: MADE_LATER,
    here: ["w"],
    maker: "w",
    kind: "directory",
  }],
  ["made by a later step of the plan", "missing", "missing", {
    graph: UNRELATED,
    steps: ["me", "w"],
  }],
  ["made by an earlier step of the plan", "wait", "wait", {
    graph: UNRELATED,
    steps: ["w", "me"],
  }],
  ["the graph counts more than the plan", "wait", "wait", {
    graph: { me: { reads: ["x"] }, w: { writes: ["x"] } },
    steps: ["me", "w"],
  }],
  ["so it does in a circle", "wait", "wait", {
    graph: {
      me: { reads: ["x"], writes: ["y"] },
      w: { reads: ["y"], writes: ["x"] },
    },
    steps: ["me", "w"],
  }],
  ["a directory", "go", "go", { graph: UNRELATED, isReal: true }],
];

for (const [name, opening, question, it] of CASES) {
  Deno.test(`who opens a file that is not there, or asks for it: ${name}`, () => {
    assertEquals([verdict(it), verdict(it, true)], [opening, question]);
  });
}
