/**
 * The fold of the events into the state, which is pure.
 *
 * @module
 */
export { engineWith, initialState } from "./engine.ts";
export { fold } from "./fold.ts";
export { forget } from "./forget.ts";
export { isBeingMoved, pathsBelow, ruleOf } from "./names.ts";
