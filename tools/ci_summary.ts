/**
 * Prints `N passed, N failed` from a JUnit report, and exits with 1 when
 * anything failed or nothing ran: `ci_summary.ts REPORT TEST_STATUS CHECK_STATUS`.
 *
 * @module
 */
const [report, testStatus, checkStatus] = Deno.args;

const counts = countTests(readReport(report));
if (checkStatus === "0") counts.passed++;
else counts.failed++;
// A run that died between two tests has no failed test to show for it.
if (testStatus !== "0" && counts.failed === 0) counts.failed++;

const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
if (counts.failed > 0 || counts.ran === 0) Deno.exit(1);

function readReport(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    console.log(`Cannot read the test report: ${error}`);
    return "";
  }
}

function countTests(xml: string) {
  const cases = xml.match(/<testcase\b[^>]*?(?:\/>|>[\s\S]*?<\/testcase>)/g) ??
    [];
  const failed = cases.filter((it) => /<(failure|error)\b/.test(it)).length;
  const skipped = cases.filter((it) => /<skipped\b/.test(it)).length;
  const passed = cases.length - failed - skipped;
  return { ran: passed + failed, passed, failed, skipped };
}
