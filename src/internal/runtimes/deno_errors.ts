import { isDeno } from "./runtime.ts";

/** The classes of `Deno.errors` that are thrown or recognised here. */
type ErrorName =
  | "BadResource"
  | "ConnectionAborted"
  | "InvalidData"
  | "NotCapable"
  | "NotFound"
  | "NotSupported"
  | "TimedOut"
  | "UnexpectedEof";

/**
 * The classes of `Deno.errors`; where there is no Deno, classes with the same
 * names.
 */
export const denoErrors: Pick<typeof Deno.errors, ErrorName> = isDeno
  ? Deno.errors
  : {
    BadResource: named("BadResource"),
    ConnectionAborted: named("ConnectionAborted"),
    InvalidData: named("InvalidData"),
    NotCapable: named("NotCapable"),
    NotFound: named("NotFound"),
    NotSupported: named("NotSupported"),
    TimedOut: named("TimedOut"),
    UnexpectedEof: named("UnexpectedEof"),
  };

function named(name: ErrorName): typeof Deno.errors.NotFound {
  const classes = {
    [name]: class extends Error {
      override readonly name: string = name;
    },
  };
  return classes[name];
}
