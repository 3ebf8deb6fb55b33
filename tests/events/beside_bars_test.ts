// deno-lint-ignore-file no-control-regex
import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { barLine } from "../../src/events/bar_line.ts";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { Screen } from "../support/screen.ts";
import { hasTerminals, inTerminal } from "../support/terminal.ts";

const program = fromFileUrl(import.meta.resolve("./_print_beside_bars.ts"));
const config = await stdConfigArgs();

const PRINTED = [
  ...["printed 1", "printed 2", "printed 3", "printed 4"],
  ...["an error", "of two lines", "written", "begun"],
  ...["printed 5", "printed 6", "printed 7", "printed 8", "done"],
];

const CASES = [
  { count: 1, message: "copying", rows: 24, columns: 80 },
  { count: 40, message: "more than rows", rows: 12, columns: 80 },
  { count: 3, message: "of\nthree\r\nlines\x1b[2J", rows: 24, columns: 80 },
  { count: 6, message: "a narrow terminal", rows: 6, columns: 20 },
];

for (const { count, message, rows, columns } of CASES) {
  Deno.test({
    name:
      `what is printed beside ${count} bars on ${rows} rows of ${columns} columns stays, and nothing of the bars`,
    ignore: !hasTerminals,
    async fn() {
      const size = { rows, columns };
      const run = ["run", "-A", "--no-check", ...config, program];
      const args = [...run, String(count), message];
      const { stdout } = await inTerminal(args, "null", size).output();
      const text = new TextDecoder().decode(stdout);
      const screen = new Screen(size);
      let mostLines = 0;
      let mostPercentages = 0;
      for (const part of text.split(/(?=\x1b\[)/)) {
        screen.write(part);
        const bars = screen.lines.filter((line) => line.includes("%"));
        mostPercentages = Math.max(mostPercentages, bars.length);
        const shown = screen.lines.filter((line) => line !== "").length;
        mostLines = Math.max(mostLines, shown);
      }
      const lines = screen.lines.filter((line) => line !== "");
      // "begun" has no end of its own.
      const printed = lines.join("\n").replace(
        "begunprinted",
        "begun\nprinted",
      );
      assertEquals(printed.split("\n"), PRINTED);
      assertEquals(mostPercentages, Math.min(count, rows - 3));
      assertEquals(text.includes("and more: "), count > rows - 3);
    },
  });
}

Deno.test("the line of a bar keeps its percentage in any width", () => {
  const messages = [
    ...[
      "",
      "short",
      "a long message ".repeat(20),
      "two\nlines\r\n",
      "\x1b[2J\t",
    ],
    ...["漢字の進捗".repeat(9), "👩‍👩‍👧 family 🐋".repeat(9), "e\u0301".repeat(90)],
  ];
  for (const message of messages) {
    for (let columns = 4; columns < 130; columns++) {
      const state = { message, value: 5e5, total: 2e6, unit: "bytes" };
      const line = barLine(state, columns);
      assertMatch(line, /25%/, `${columns}: ${line}`);
      assertEquals(/[\0-\x1f\x7f-\x9f\u2028]/.test(line), false, line);
      // Wide characters take two columns, marks none.
      const wide = line.match(/[\u3000-\u9fff]|[\u{1f300}-\u{1faff}]/gu) ?? [];
      const marks = line.match(/[\p{M}\p{Cf}]/gu) ?? [];
      const joined = line.match(/\u200d[\u{1f300}-\u{1faff}]/gu) ?? [];
      const width = [...line].length + wide.length - marks.length -
        2 * joined.length;
      assertEquals(width <= columns, true, `${columns}: ${width} ${line}`);
    }
  }
  const done = { message: "x", value: 2, total: 2 };
  assertEquals(
    barLine(done, 80),
    "x [==============================] 100% 2/2",
  );
  assertEquals(barLine({ message: "x", value: 7, total: -1 }, 80), "x 7");
});
