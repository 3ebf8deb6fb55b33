/** The name of a machine, as a description of what is expected. */
export const MACHINE_NAME = '1 to 32 letters, digits, "-" and "_"';

/**
 * Returns whether a text may be the name of a machine of a workflow: it stands
 * in subjects of NATS and in names of files.
 */
export function isMachineName(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,32}$/.test(text);
}

/**
 * Returns the name of this machine where none is given: the host's, as far as it
 * may be one.
 */
export function hostMachineName(): string | undefined {
  const name = Deno.hostname().split(".", 1)[0]
    .replace(/[^A-Za-z0-9_-]/g, "-").slice(0, 32);
  return name === "" ? undefined : name;
}
