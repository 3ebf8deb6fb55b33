import {
  checkSignal,
  checkString,
  checkStrings,
  hostAndPort,
  isInTime,
} from "../../internal/mod.ts";
import type { WorkflowStatus } from "../observe/mod.ts";
import { LEAVE_MILLISECONDS } from "./live_updates.ts";
import type { WorkflowOutcome } from "./page_model.ts";
import { PageService } from "./page_service.ts";
import { PageSource } from "./page_source.ts";
import type { StepEnd } from "./step_reports.ts";

/** Options for {@linkcode serveWorkflowPage}. */
export interface WorkflowPageOptions {
  /**
   * The address or the name of the network interface to listen on. Use
   * `"0.0.0.0"` for all of them; the address of the page is then that for this
   * machine, and others put its IP address in the place of 127.0.0.1.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /**
   * The port to listen on; 0 for a free one.
   *
   * @default {0}
   */
  port?: number;
  /**
   * The secret in the address of the page: letters, digits, `-` and `_`. By
   * default it is a new one of 128 bits.
   */
  token?: string;
  /**
   * The names of the steps, in the order of the plan, so that the page shows
   * those that have not joined yet.
   *
   * @default {[]}
   */
  steps?: readonly string[];
  /**
   * Names of apps that are no steps, and that the page does not show.
   *
   * @default {[]}
   */
  hiddenApps?: readonly string[];
  /**
   * Tells that all steps are being stopped: one that ends after it has aborted
   * has not gone wrong.
   */
  signal?: AbortSignal;
}

/** A page that shows a workflow, made by {@linkcode serveWorkflowPage}. */
export interface WorkflowPage extends AsyncDisposable {
  /** The address of the page, with its token. */
  readonly url: string;
  /**
   * Shows the status of a workflow in the place of the one before. What browsers
   * have not been sent by then they never get.
   */
  show(status: WorkflowStatus): void;
  /**
   * Shows lines that a step has printed. The last ones of each step are kept.
   *
   * @param step The name of the step.
   * @param lines The lines without their breaks.
   */
  print(step: string, lines: readonly string[]): void;
  /**
   * Shows how the process of a step has ended.
   *
   * @param step The name of the step.
   * @param end The exit code, and the signal that killed it, if one did.
   */
  endStep(step: string, end: StepEnd): void;
  /**
   * Shows that the workflow has ended. Nothing changes on the page any more.
   *
   * @param outcome How it ended, if that is known better than from the status.
   */
  end(outcome?: WorkflowOutcome): void;
  /**
   * Stops the server. If the workflow has ended, browsers get what they have not
   * got yet, if they take it within a second, and go on showing it.
   */
  close(): Promise<void>;
}

/**
 * Serves a page on which a workflow is watched: its steps and what they print
 * last, its files and how far they are written and read, who waits for what and
 * why, the timeline, and at the end what went wrong first. The page loads
 * nothing from elsewhere and is kept up to date by server-sent events.
 *
 * The address holds a token, as names and output are not for every user of the
 * machine. Requests that name another host than an address, `localhost` or
 * `hostname` are refused, and so are those of pages of another origin.
 *
 * @example Usage
 * ```ts no-eval
 * import { followWorkflow, serveWorkflowPage } from "@sluice/sluice/capio";
 *
 * await using page = serveWorkflowPage();
 * console.log(`Watch the workflow at ${page.url}`);
 * for await (const status of followWorkflow("data") ?? []) page.show(status);
 * page.end();
 * ```
 *
 * @param options Where to listen, and what is known of the workflow.
 * @returns The page, which serves until it is closed.
 * @throws {TypeError} If the token has other characters.
 * @throws {Deno.errors.AddrInUse} If another program listens there.
 */
export function serveWorkflowPage(
  options: WorkflowPageOptions = {},
): WorkflowPage {
  const { hostname = "127.0.0.1", port = 0, token = newToken() } = options;
  const { steps = [], hiddenApps = [], signal } = options;
  checkToken(token);
  checkStrings("steps", steps);
  checkStrings("hiddenApps", hiddenApps);
  checkSignal("signal", signal);
  const source = new PageSource({
    steps,
    hiddenApps: new Set(hiddenApps),
    signal,
  });
  const service = new PageService(source, {
    token,
    hostNames: new Set([hostname.toLowerCase()]),
  });
  const stopping = new AbortController();
  const server = Deno.serve(
    { hostname, port, signal: stopping.signal, onListen() {} },
    (request) => service.answer(request),
  );
  const close = async () => {
    // `shutdown` would wait for a browser that takes nothing for ever.
    if (source.isOver) await isInTime(service.allLeft, LEAVE_MILLISECONDS);
    source[Symbol.dispose]();
    stopping.abort();
    await server.finished;
  };
  return {
    url: `http://${
      hostAndPort(reachableHost(server.addr.hostname), server.addr.port)
    }/${token}/`,
    show: (status) => source.show(status),
    print: (step, lines) => source.print(step, lines),
    endStep: (step, end) => source.endStep(step, end),
    end: (outcome) => source.end(outcome),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(16))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

function checkToken(token: unknown): void {
  checkString("token", token);
  if (/^[\w-]+$/.test(token)) return;
  // The message does not show the token, which is a secret.
  throw new TypeError(
    '"token" must be letters, digits, "-" and "_", found other characters',
  );
}

/** Returns the name under which this machine reaches the server. */
function reachableHost(hostname: string): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  return hostname === "::" ? "::1" : hostname;
}
