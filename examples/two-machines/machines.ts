/**
 * Two machines on one: network namespaces of their own behind a bridge, where
 * the user may make them.
 *
 * @module
 */

/** What the demo takes for a machine. */
export interface Machine {
  readonly name: string;
  /** Returns how a program is started on it. */
  command(program: readonly string[]): readonly string[];
}

/** Machines that reach one address; disposing removes them. */
export interface Network extends AsyncDisposable {
  readonly machines: readonly Machine[];
  /** The address at which a server is reached from all of them. */
  readonly address: string;
  /** Says for people how they are told apart. */
  readonly description: string;
}

/** Makes machines of these names. */
export async function machines(
  names: readonly string[],
  { oneNetwork }: { readonly oneNetwork: boolean },
): Promise<Network> {
  const made = oneNetwork ? undefined : await namespaces(names);
  return made ?? {
    machines: names.map((name) => ({ name, command: (program) => program })),
    address: "127.0.0.1",
    description: "each in a directory of its own",
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function namespaces(
  names: readonly string[],
): Promise<Network | undefined> {
  // Names of interfaces have at most 15 characters.
  const mark = `s${Deno.pid}`;
  const subnet = `10.${100 + Deno.pid % 100}.${(Deno.pid >> 8) % 250}`;
  const bridge = `${mark}b`;
  const remove = async () => {
    for (const index of names.keys()) {
      await ip(`netns del ${mark}n${index}`);
      await ip(`link del ${mark}v${index}`);
    }
    await ip(`link del ${bridge}`);
  };
  const steps = [
    `link add ${bridge} type bridge`,
    `addr add ${subnet}.1/24 dev ${bridge}`,
    `link set ${bridge} up`,
    ...names.keys().flatMap((index) => {
      const [space, link] = [`${mark}n${index}`, `${mark}v${index}`];
      return [
        `netns add ${space}`,
        `link add ${link} type veth peer name eth0 netns ${space}`,
        `link set ${link} master ${bridge} up`,
        `-n ${space} addr add ${subnet}.${index + 2}/24 dev eth0`,
        `-n ${space} link set eth0 up`,
        `-n ${space} link set lo up`,
      ];
    }),
  ];
  for (const step of steps) {
    if (await ip(step)) continue;
    await remove();
    return undefined;
  }
  return {
    machines: names.map((name, index) => ({
      name,
      command: (
        program,
      ) => ["ip", "netns", "exec", `${mark}n${index}`, ...program],
    })),
    address: `${subnet}.1`,
    description: "each in a directory and a network namespace of its own",
    [Symbol.asyncDispose]: remove,
  };
}

/** Returns whether a change of the network was made. */
async function ip(change: string): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("ip", {
      args: change.split(" "),
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}
