/**
 * Third step: draws the delays of the day.
 *
 * ```sh
 * deno run -A examples/flights/report.ts delays.csv report.svg
 * ```
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

interface Hour {
  hour: number;
  flights: number;
  mean: number;
  p10: number;
  p25: number;
  p50: number;
  p75: number;
  p90: number;
}

const BLUE = "#3b6ea5";
const LIGHT_BLUE = "#c6d8ea";
const RED = "#c8392b";
const NOTES: { at: keyof Hour; text: string; color: string }[] = [
  { at: "p90", text: "1 in 10 is later", color: BLUE },
  { at: "p75", text: "1 in 4 is later", color: BLUE },
  { at: "mean", text: "mean", color: RED },
  { at: "p50", text: "median", color: BLUE },
];

const [input, output] = Deno.args;
if (output === undefined) {
  console.error("Usage: report.ts INPUT.csv OUTPUT.svg");
  Deno.exit(2);
}

const hours = parseCsv(await Deno.readTextFile(input));
console.log(`${hours.length} hours`);
await Deno.writeTextFile(output, draw(hours));

function parseCsv(text: string): Hour[] {
  const [head, ...lines] = text.trimEnd().split("\n");
  const names = head.split(",");
  return lines.map((line) => {
    const values = line.split(",").map(Number);
    const members = names.map((name, column) => [name, values[column]]);
    return Object.fromEntries(members) as Hour;
  });
}

function draw(hours: Hour[]): string {
  const { document } = parseHTML("<html></html>") as unknown as {
    document: Plot.PlotOptions["document"];
  };
  const chart = Plot.plot({
    document,
    width: 900,
    height: 460,
    marginTop: 95,
    marginRight: 115,
    marginBottom: 45,
    style: { fontSize: "13px", background: "white", color: "#222" },
    x: { type: "band", label: "Hour of the day", padding: 0.35 },
    y: { label: null, grid: true, nice: true },
    marks: marks(busy(hours)),
  });
  chart.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${chart.outerHTML}\n`;
}

/** Leaves out the hours of the night, whose few flights say nothing. */
function busy(hours: Hour[]): Hour[] {
  const flights = hours.reduce((sum, { flights }) => sum + flights, 0);
  return hours.filter((hour) => hour.flights > flights / 200);
}

function marks(hours: Hour[]): Plot.Markish[] {
  const x = ({ hour }: Hour) => `${String(hour).padStart(2, "0")}`;
  const last = hours.slice(-1);
  return [
    Plot.ruleY([0], { stroke: "#222" }),
    Plot.ruleX(hours, { x, y1: "p10", y2: "p90", stroke: BLUE }),
    Plot.barY(hours, {
      x,
      y1: "p25",
      y2: "p75",
      fill: LIGHT_BLUE,
      stroke: BLUE,
    }),
    Plot.tickY(hours, { x, y: "p50", stroke: BLUE, strokeWidth: 3 }),
    Plot.lineY(hours, { x, y: "mean", stroke: RED, strokeWidth: 2 }),
    Plot.dot(hours, { x, y: "mean", fill: RED, r: 3 }),
    ...NOTES.map(({ at, text, color }) =>
      Plot.text(last, {
        x,
        y: at,
        text: () => text,
        fill: color,
        textAnchor: "start",
        dx: 20,
      })
    ),
    heading("Delays build up over the day", -72, 20, "bold"),
    heading("Minutes behind schedule of flights in the USA", -48, 14, "normal"),
  ];
}

function heading(
  text: string,
  dy: number,
  fontSize: number,
  fontWeight: string,
): Plot.Markish {
  return Plot.text([text], {
    frameAnchor: "top-left",
    dx: -32,
    dy,
    fontSize,
    fontWeight,
  });
}
