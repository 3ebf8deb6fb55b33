/** Where a call takes its options, and what they are called. */
export interface OptionsArgument {
  /** Index of the argument. */
  readonly at: number;
  readonly names: readonly string[];
}

/** Names every option of a type: a new one that is forgotten does not compile. */
export function optionsAt<Options extends object>(
  at: number,
  names: { readonly [Name in keyof Required<Options>]: true },
): OptionsArgument {
  return { at, names: Object.keys(names) };
}

/**
 * Returns the arguments with plain options in the place of those given, which
 * are read here, once: an accessor may answer differently the next time, when
 * what it said first has been checked.
 */
export function withPlainOptions(
  args: unknown[],
  argument: OptionsArgument | undefined,
): unknown[] {
  if (!argument) return args;
  const { at, names } = argument;
  const options = args[at];
  if (typeof options !== "object" || options === null) return args;
  return Array.isArray(options) ? args : args.with(at, plain(options, names));
}

function plain(given: object, names: readonly string[]): object {
  const options: Record<string, unknown> = { ...given };
  for (const name of names) {
    // Those of a class are inherited.
    if (!(name in options) && name in given) {
      options[name] = Reflect.get(given, name);
    }
  }
  return options;
}
