let count = 0;

/** A network namespace that a link joins to this one, which can be cut. */
export class NetworkNamespace implements Disposable {
  readonly #name: string;
  readonly #link: string;
  /** The address of this side of the link. */
  readonly address: string;

  constructor() {
    const mark = `${Deno.pid}${count++}`;
    // Names of interfaces have at most 15 characters.
    this.#name = `sluice${mark}`;
    this.#link = `sl${mark}`;
    const subnet = `10.${200 + Deno.pid % 50}.${(Deno.pid + 7 * count) % 250}`;
    this.address = `${subnet}.1`;
    ip("netns", "add", this.#name);
    ip(
      ...["link", "add", this.#link, "type", "veth"],
      ...["peer", "name", "eth0", "netns", this.#name],
    );
    ip("addr", "add", `${subnet}.1/24`, "dev", this.#link);
    ip("link", "set", this.#link, "up");
    ip("-n", this.#name, "addr", "add", `${subnet}.2/24`, "dev", "eth0");
    ip("-n", this.#name, "link", "set", "eth0", "up");
    ip("-n", this.#name, "link", "set", "lo", "up");
  }

  /** The command that runs a program there, which follows it. */
  get through(): readonly string[] {
    return ["ip", "netns", "exec", this.#name];
  }

  /** Cuts the link, without a word to either side. */
  cut(): void {
    ip("link", "set", this.#link, "down");
  }

  /** Joins it again. */
  join(): void {
    ip("link", "set", this.#link, "up");
  }

  [Symbol.dispose](): void {
    ip("netns", "del", this.#name);
  }
}

function ip(...args: readonly string[]): void {
  const { success, stderr } = new Deno.Command("ip", { args: [...args] })
    .outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

function canMake(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    using _ = new NetworkNamespace();
    return true;
  } catch {
    console.log("no network namespaces: tests that need them are skipped");
    return false;
  }
}

/** Whether this user may make network namespaces; tests that need it are skipped else. */
export const mayMakeNamespaces: boolean = canMake();
