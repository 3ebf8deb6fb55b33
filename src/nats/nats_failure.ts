import { connectionFailure } from "../internal/mod.ts";
import { NatsError } from "./nats_error.ts";

/** Numbers of JetStream's errors, by what they mean here. */
const FULL: ReadonlySet<number> = new Set([
  10023, // no storage left in the server
  10047, // storage of the account
  10028, // memory of the account
  10077, // the stream has its most bytes or messages
]);
const NO_JETSTREAM: ReadonlySet<number> = new Set([
  10039, // not enabled for the account
  10076, // not enabled in the server
  10008, // no leader: not now
]);
const CONFLICT = 10071;

/**
 * Returns what an error of the libraries means, as one line.
 *
 * @param doing What was tried, for instance `connect to localhost:4222`.
 * @param error What the library has thrown.
 */
export function natsFailure(doing: string, error: unknown): Error {
  if (error instanceof NatsError || isAbort(error)) return error as Error;
  const { code, reason } = meaning(error);
  const message = `Cannot ${doing}: ${reason}`;
  return new NatsError(code, message, { cause: error });
}

/** Returns the number of JetStream's error, if it is one. */
export function jetStreamCode(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "number" ? code : undefined;
}

/** Returns whether an error says that somebody else was faster. */
export function isConflict(error: unknown): boolean {
  return jetStreamCode(error) === CONFLICT;
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** What an error means, and what to do. */
interface Meaning {
  readonly code: NatsError["code"];
  readonly reason: string;
}

function meaning(error: unknown): Meaning {
  const number = jetStreamCode(error);
  const text = error instanceof Error ? error.message : String(error);
  if (number !== undefined && FULL.has(number)) {
    return {
      code: "FULL",
      reason:
        `its storage is full (${text}): delete something or raise the limit`,
    };
  }
  if (number === CONFLICT) {
    return {
      code: "CONFLICT",
      reason: "somebody else has changed it meanwhile",
    };
  }
  if (number !== undefined && NO_JETSTREAM.has(number)) {
    return {
      code: "NO_JETSTREAM",
      reason: `${text}: start the server with -js`,
    };
  }
  for (const name of namesOf(error)) {
    const known = meaningOfName(name, text);
    if (known) return known;
  }
  const reason = connectionFailure(error);
  const isTls = /certificate|TLS|tls/.test(reason);
  return { code: isTls ? "TLS" : "UNREACHABLE", reason };
}

function meaningOfName(name: string, text: string): Meaning | undefined {
  switch (name) {
    case "AuthorizationError":
      return {
        code: "REFUSED",
        reason: "the server refuses the login: check user, password or token",
      };
    case "UserAuthenticationExpiredError":
      return { code: "REFUSED", reason: "the login has expired: renew it" };
    case "PermissionViolationError":
      return {
        code: "NO_PERMISSION",
        reason: `the user lacks a permission (${text})`,
      };
    case "JetStreamNotEnabled":
      return {
        code: "NO_JETSTREAM",
        reason:
          "the server has no JetStream for this account: start it with -js",
      };
    case "TimeoutError":
      return {
        code: "TIMEOUT",
        reason: "no answer in time, perhaps a part of the cluster is away",
      };
  }
}

/** The names of the classes of an error and its causes. */
function namesOf(error: unknown): string[] {
  return error instanceof Error ? [error.name, ...namesOf(error.cause)] : [];
}
