/**
 * Prints `N passed, N failed` over everything that CI has run, and exits with 1
 * when anything failed or no test ran:
 *
 * ```sh
 * ci_summary.ts tests=0:test-results.xml check=0 demo=1
 * ```
 *
 * Each argument is the name of a run and its exit code, and for a run of tests
 * its JUnit report; a run without a report counts as one test. Every failed
 * test is named with its file and message, so that the end of a long output
 * tells what to mend.
 *
 * @module
 */

const ENTITIES: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  lt: "<",
  gt: ">",
  amp: "&",
};

/** How many tests of a run had which outcome. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The outcome of one run: its name, exit code, and report of tests. */
export function countRun(exitCode: number, report?: string): Counts {
  const hasFailed = exitCode !== 0;
  if (report === undefined) {
    return { passed: hasFailed ? 0 : 1, failed: hasFailed ? 1 : 0, skipped: 0 };
  }
  const counts = countTests(report);
  // A run that died between two tests has no failed test to show for it.
  const diedBetween = hasFailed && counts.failed === 0;
  return diedBetween ? { ...counts, failed: 1 } : counts;
}

/** A line for each failed test of a report: its name, file and message. */
export function failedTests(report: string): string[] {
  return testCases(report).filter(hasFailure).map((it) => {
    const file = attribute(it, "classname");
    const message = attribute(it, "message").split("\n")[0];
    return [`"${attribute(it, "name")}"`, file && ` in ${file}`, `: ${message}`]
      .join("");
  });
}

function countTests(xml: string): Counts {
  const cases = testCases(xml);
  const failed = cases.filter(hasFailure).length;
  const skipped = cases.filter((it) => /<skipped\b/.test(it)).length;
  return { passed: cases.length - failed - skipped, failed, skipped };
}

function testCases(xml: string): string[] {
  return xml.match(/<testcase\b[^>]*?(?:\/>|>[\s\S]*?<\/testcase>)/g) ?? [];
}

function hasFailure(testCase: string): boolean {
  return /<(failure|error)\b/.test(testCase);
}

function attribute(element: string, name: string): string {
  const [, value = ""] = new RegExp(`\\b${name}="([^"]*)"`).exec(element) ?? [];
  return value.replace(/&(quot|apos|lt|gt|amp);/g, (_, it) => ENTITIES[it]);
}

function readReport(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    console.log(`Cannot read the test report: ${error}`);
    return "";
  }
}

if (import.meta.main) {
  const runs = Deno.args.map((argument) => {
    const [, name, exitCode, path] = /^(.+)=(\d+)(?::(.+))?$/.exec(argument) ??
      [];
    if (name === undefined) {
      throw new TypeError(`"${argument}" must be "NAME=EXIT_CODE[:REPORT]"`);
    }
    const report = path === undefined ? undefined : readReport(path);
    const counts = countRun(Number(exitCode), report);
    if (counts.failed > 0) {
      console.log(`FAILED ${name}`);
      for (const test of failedTests(report ?? "")) console.log(`  ${test}`);
    }
    return { ...counts, hasTests: report !== undefined };
  });
  const sum = (key: keyof Counts) => runs.reduce((all, it) => all + it[key], 0);
  const skipped = sum("skipped");
  console.log(
    `${sum("passed")} passed, ${sum("failed")} failed${
      skipped > 0 ? `, ${skipped} skipped` : ""
    }`,
  );
  const everyRunHasTests = runs.every(({ hasTests, passed, failed }) =>
    !hasTests || passed + failed > 0
  );
  if (sum("failed") > 0 || !everyRunHasTests) Deno.exit(1);
}
