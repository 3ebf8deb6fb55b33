// Parses a report while the tests run.
import { createReadStream } from "node:fs";
import { Parser } from "tap-parser";

const results = await new Promise<{ count: number; ok: boolean }>((resolve) => {
  createReadStream("made/report.tap").pipe(new Parser(resolve));
});
console.log(results.count, results.ok);
