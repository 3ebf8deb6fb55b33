/**
 * Everything that must hold besides the tests: formatting, lint, types of code
 * and of documentation examples, complete documentation of every export, a
 * publish dry run, and the import rules between rooms.
 *
 * @module
 */
import { publicEntries } from "./entries.ts";
import { roomViolations } from "./rooms.ts";
import { stdConfigArgs } from "./std_config.ts";

const config = await stdConfigArgs();
const entries = publicEntries();

const steps: [name: string, args: string[]][] = [
  ["formatting", ["fmt", "--check", ...config]],
  ["lint", ["lint", ...config]],
  ["types", ["check", ...config, "."]],
  ["types of documentation examples", [
    "check",
    ...config,
    "--doc",
    ...entries,
    "README.md",
  ]],
  ["documentation of every export", ["doc", ...config, "--lint", ...entries]],
  ["publication", ["publish", ...config, "--dry-run", "--allow-dirty"]],
];

let failed = 0;
for (const [name, args] of steps) {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
  }).output();
  report(name, success, () => [stdout, stderr].map(decode).join(""));
}
const violations = await roomViolations(entries, config);
report(
  "import rules between rooms",
  violations.length === 0,
  () => violations.join("\n"),
);

if (failed > 0) Deno.exit(1);

function report(name: string, success: boolean, details: () => string): void {
  console.log(`${success ? "ok    " : "FAILED"} ${name}`);
  if (success) return;
  failed++;
  console.log(details().trimEnd().replaceAll(/^/gm, "       "));
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
