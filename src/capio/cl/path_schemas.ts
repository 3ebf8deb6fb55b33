import {
  array,
  optional,
  type Schema,
  string,
  where,
} from "../checked_json/mod.ts";

/** A name or a path of a CAPIO-CL file. */
export const text: Schema<string> = where(
  string("a string"),
  "a string that is not empty",
  (it) => it !== "",
);

/** A list of paths, globs and names of groups. */
export const paths: Schema<string[]> = array(text, "an array of paths");

/** The same, or nothing. */
export const optionalPaths: Schema<string[] | undefined> = optional(paths);
