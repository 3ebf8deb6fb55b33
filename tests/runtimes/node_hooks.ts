/** Preloaded by Node.js: `node --import ./tests/runtimes/node_hooks.ts`. */
import { registerHooks } from "node:module";
import { resolved, sourceOfTests } from "./resolution.ts";

registerHooks({
  resolve(specifier, context, next) {
    return next(resolved(specifier) ?? specifier, context);
  },
  load(url, context, next) {
    const source = sourceOfTests(url);
    return source === undefined
      ? next(url, context)
      : { format: "module-typescript", source, shortCircuit: true };
  },
});
