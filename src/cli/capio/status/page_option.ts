import {
  serveWorkflowPage,
  type WorkflowPage,
  type WorkflowPageOptions,
} from "../../../capio/mod.ts";
import {
  type ListenAddress,
  listening,
  settle,
  UsageError,
} from "../../command/mod.ts";

/** Options of the commands that serve a page, for `parseArgs`. */
export const PAGE_OPTIONS = {
  page: { type: "string" },
  "keep-page": { type: "boolean", default: false },
} as const;

const HELP = `[[HOST:]PORT]
Serve a page on which the workflow is watched in a
browser, at an address with a secret token, which is
told (default: a free port of 127.0.0.1). It is gone
with the workflow; browsers keep the last state`;

/**
 * The help of {@linkcode PAGE_OPTIONS}.
 *
 * @param column Where the texts begin.
 */
export function pageHelp(column: number): string {
  const keep = "  --keep-page".padEnd(column);
  return `  --page ${HELP.replaceAll("\n", `\n${" ".repeat(column)}`)}
${keep}Go on serving the page after the end, until Ctrl-C`;
}

/** The page that a command serves. */
export interface PageRequest {
  readonly address: ListenAddress;
  /** Whether it is served after the end. */
  readonly keep: boolean;
}

/** A port, or a name or address and a port. */
const ADDRESS = /^(?:(\[[\da-f:.]+\]|[\w.-]+):)?(\d{1,5})$/i;

/**
 * Gives `--page` an empty value where no port follows it, as `parseArgs` knows
 * no option with a value that may be absent.
 */
export function withPageValue(args: readonly string[]): string[] {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const at = args.indexOf("--page");
  if (at < 0 || at >= end) return [...args];
  const value = at + 1 < end && ADDRESS.test(args[at + 1]) ? args[at + 1] : "";
  const rest = args.slice(value === "" ? at + 1 : at + 2);
  return [...args.slice(0, at), `--page=${value}`, ...withPageValue(rest)];
}

/**
 * Reads {@linkcode PAGE_OPTIONS}.
 *
 * @throws {UsageError} If the address is none, or is missing.
 */
export function pageRequest(
  values: { readonly page?: string; readonly "keep-page": boolean },
): PageRequest | undefined {
  const { page, "keep-page": keep } = values;
  if (page === undefined) {
    if (keep) throw new UsageError('"--keep-page" needs "--page"');
    return undefined;
  }
  if (page === "") return { address: { hostname: LOOPBACK, port: 0 }, keep };
  const [, host = LOOPBACK, digits] = ADDRESS.exec(page) ?? [];
  const port = Number(digits);
  if (!(port <= 65_535)) {
    throw new UsageError(
      `"--page" must be a port or HOST:PORT, found "${page}"`,
    );
  }
  const hostname = host.replace(/^\[(.*)\]$/, "$1");
  return { address: { hostname, port }, keep };
}

const LOOPBACK = "127.0.0.1";

/** Starts to serve a page, and tells its address. */
export function servePage(
  { address }: PageRequest,
  command: string,
  options: WorkflowPageOptions,
): WorkflowPage {
  const page = listening(
    address,
    () => serveWorkflowPage({ ...options, ...address }),
  );
  // Standard output may be for programs.
  console.error(`sluice ${command}: Watch the workflow at ${page.url}`);
  return page;
}

/**
 * Waits for Ctrl-C, which then does not change the exit code. When it has come
 * already, it has ended the workflow, and there is nothing to wait for.
 */
export async function untilInterrupted(
  command: string,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  settle(signal);
  console.error(`sluice ${command}: Ctrl-C ends the page`);
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
}
