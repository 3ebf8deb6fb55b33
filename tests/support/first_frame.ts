import { assert } from "@std/assert";

/** Functions of the language have no file, those of the runtime one of their own. */
const OF_RUNTIME = /<anonymous>|[( ]ext:|[( ]node:/;

/** Returns what a call throws or rejects with. */
export async function failureOf(
  call: () => unknown,
): Promise<Error & { stack: string }> {
  try {
    await call();
  } catch (error) {
    assert(error instanceof Error && error.stack !== undefined, `${error}`);
    return error as Error & { stack: string };
  }
  throw new Error(`Expected a failure of ${call}`);
}

/** Asserts that the stack trace of what a call fails with begins in a file. */
export async function assertBeginsIn(
  file: string,
  name: string,
  call: () => unknown,
): Promise<void> {
  let failure: Error & { stack: string };
  try {
    failure = await failureOf(call);
  } catch (cause) {
    throw new Error(`${name} does not fail`, { cause });
  }
  const { stack } = failure;
  const first = stack.split("\n").find((line) =>
    line.startsWith("    at ") && !OF_RUNTIME.test(line)
  );
  assert(first?.includes(file), `${name} begins elsewhere: ${stack}`);
}
