/** How a run of `deno` has ended. */
export interface DenoRun {
  readonly success: boolean;
  /** What it wrote, without the list of files that it looked at. */
  readonly output: string;
  /** The part of it that is on standard output. */
  readonly stdout: string;
}

/** Runs the `deno` that runs this. */
export async function runDeno(args: string[]): Promise<DenoRun> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const output = decode(stdout) + decode(stderr);
  return {
    success,
    output: output.replace(/^Check .*\n/gm, ""),
    stdout: decode(stdout),
  };
}
