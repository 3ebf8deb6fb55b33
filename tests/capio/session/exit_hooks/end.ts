import process from "node:process";

/** The directory of the program. */
export const [dir, how] = Deno.args;

/** Ends the program in the way that its second argument names. */
export function end(): void {
  switch (how) {
    case "its natural end":
      return;
    case "process.exit":
      return process.exit(0);
    case "Deno.exit":
      return Deno.exit(0);
    case "Deno.exit in an exit listener":
      process.on("exit", () => Deno.exit());
      return process.exit();
    default:
      throw new Error(`There is no end "${how}"`);
  }
}
