/**
 * Runs the `deno` that runs this, and returns what it wrote without the list of
 * files that it looked at.
 */
export async function runDeno(
  args: string[],
): Promise<{ success: boolean; output: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const output = decode(stdout) + decode(stderr);
  return { success, output: output.replace(/^Check .*\n/gm, "") };
}
