import {
  type ReplaceProperty,
  SharedReplacement,
  withNameOf,
} from "../../internal/mod.ts";
import { beginEnding, builtin } from "../platform/mod.ts";
import { afterExitEvent } from "./exit_event.ts";

/** Receives whether the thread has failed. */
type AtEnd = (failed: boolean) => void;

const hooks = new SharedReplacement(install);
const callbacks = new Set<AtEnd>();
// As they are before a program can replace them.
const { addEventListener, dispatchEvent, Event, removeEventListener } =
  globalThis;
const isWebWorker = "WorkerGlobalScope" in globalThis;
/** Set by the runtime on the global object when it dispatches `unload`. */
const IS_UNLOADED = Symbol.for("Deno.isUnloadDispatched");
/** The same for listeners of this module, which other ones can keep out. */
let unloaded = false;

/**
 * Calls `callback` at the end of this thread, the program or a worker, after
 * all that it runs at its end: the listeners of `unload` and of Node's `exit`.
 * These keep their order, and the thread its exit code.
 *
 * Nothing is called when the runtime runs no listeners either: after an
 * uncaught error, a signal or `terminate()`.
 */
export function atEndOfThread(callback: AtEnd): Disposable {
  const hook = hooks.acquire();
  callbacks.add(callback);
  return {
    [Symbol.dispose]() {
      callbacks.delete(callback);
      hook[Symbol.dispose]();
    },
  };
}

function install(replace: ReplaceProperty): Disposable {
  const exit = exitReplacement(Deno.exit);
  replace(Deno, "exit", { value: exit, writable: true });
  const isWorker = isWebWorker || !builtin("worker_threads").isMainThread;
  if (isWorker) {
    const close = closeReplacement(globalThis.close);
    replace(globalThis, "close", { value: close, writable: true });
  }
  // A program may take it off the global object.
  const process = builtin("process");
  const onUnload = (event: Event) => {
    unloaded = true;
    beginEnding();
    const isLast = globalThis.closed || Reflect.get(process, "_exiting");
    if (isLast && exits === 0) endAfter(event);
  };
  addEventListener("unload", onUnload);
  // A web worker never ends by itself.
  const exitEvent = isWebWorker ? undefined : afterExitEvent((threw) => {
    // An error in `beforeExit` brings this event, and then a Deno.exit().
    if (isWorker || isUnloaded()) end(threw);
  });
  return {
    [Symbol.dispose]() {
      exitEvent?.[Symbol.dispose]();
      removeEventListener("unload", onUnload);
    },
  };
}

function end(threw = false): void {
  // Nobody sees the exit code of a web worker.
  const failed = threw || (!isWebWorker && Deno.exitCode !== 0);
  for (const callback of [...callbacks].reverse()) {
    try {
      callback(failed);
    } catch (error) {
      // The thread ends all the same.
      const message = error instanceof Error ? error.message : String(error);
      console.error(`sluice: ${message}`);
      Deno.exitCode ||= 1;
    }
  }
}

/** The number of calls of `Deno.exit` under way. */
let exits = 0;

/** `Deno.exit`, to which `process.exit` comes in the end, too. */
function exitReplacement(original: typeof Deno.exit): typeof Deno.exit {
  return withNameOf(original, function exit(code) {
    // First, as in the original: a listener may change it.
    if (typeof code === "number") Deno.exitCode = code | 0;
    exits++;
    beginEnding();
    try {
      if (!isUnloaded()) dispatchEvent(new Event("unload"));
      end();
      original();
    } finally {
      exits--;
    }
  });
}

/** `close` of a worker, which runs no listeners. */
function closeReplacement(original: typeof close): typeof close {
  return withNameOf(original, function close() {
    end();
    original();
  });
}

/**
 * Calls the other listeners of an `unload` event, and ends.
 *
 * Usually a program emits `exit` afterwards. It does not when it has been ended
 * with `close()`, and when a listener has thrown in `process.exit()` and the
 * program has caught that and gone on.
 */
function endAfter(event: Event): void {
  exits++;
  // Listeners that are added now would not run.
  event.stopImmediatePropagation();
  dispatchEvent(new Event("unload"));
  end();
}

/** Returns whether `unload` was dispatched, as the runtime sees it. */
function isUnloaded(): boolean {
  return unloaded || Reflect.get(globalThis, IS_UNLOADED) === true;
}
