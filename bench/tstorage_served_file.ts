/**
 * An embedded server of TStorage in a process of its own: of the checkout whose
 * directory is the first argument, with its records in the file that is the
 * second one. It prints its port, and ends with its input.
 *
 * @module
 */
const [directory, path] = Deno.args;
const { serveTStorage } = await import(
  `file://${directory}/src/tstorage/mod.ts`
) as typeof import("@sluice/sluice/tstorage");

await using server = serveTStorage({ port: 0, path });
console.log(server.port);
for await (const _ of Deno.stdin.readable);
