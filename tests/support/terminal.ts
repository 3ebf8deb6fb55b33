/** Whether `script` of util-linux is here to lend a terminal. */
export const hasTerminals = await new Deno.Command("script", {
  args: ["--version"],
}).output().then(({ success }) => success, () => false);

/** Runs Deno with `args` in a terminal, of 24 lines of 80 characters by default. */
export function inTerminal(
  args: readonly string[],
  stdin: "null" | "piped" = "null",
  { rows, columns } = { rows: 24, columns: 80 },
): Deno.Command {
  const words = [Deno.execPath(), ...args].map(quoted).join(" ");
  // In place of the shell: some shells end with 130 after Ctrl-C, however the
  // program ended.
  const command = `stty rows ${rows} cols ${columns}; exec ${words}`;
  return new Deno.Command("script", {
    args: ["-qefc", command, "/dev/null"],
    // It runs the command with this one, whatever the user's own understands.
    env: { SHELL: "/bin/sh" },
    stdin,
    stdout: "piped",
  });
}

/** The word as every shell takes it, whatever is in it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
