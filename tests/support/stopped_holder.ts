/** A process that holds the lock on a file, and is stopped. */
export class StoppedHolder implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  #hasEnded = false;

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
  }

  /** Starts the process; the file is created if it is not there. */
  static async of(path: string): Promise<StoppedHolder> {
    const code = `
      const options = { write: true, create: true, mode: 0o600 };
      Deno.openSync(Deno.args[0], options).lockSync(true);
      console.log("held");
      setInterval(() => {}, 1000);`;
    const process = new Deno.Command(Deno.execPath(), {
      args: ["eval", code, path],
      stdout: "piped",
    }).spawn();
    const reader = process.stdout.getReader();
    await reader.read();
    await reader.cancel();
    process.kill("SIGSTOP");
    return new StoppedHolder(process);
  }

  get pid(): number {
    return this.#process.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }
}
