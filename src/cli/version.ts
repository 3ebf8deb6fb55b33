/** The version of the package, which has to be that of `deno.json`. */
export const VERSION = "0.2.0";
