/**
 * The fold of the events into the state, which is pure.
 *
 * @module
 */
export { engineWith, fold, initialState } from "./fold.ts";
export { forget } from "./forget.ts";
export { isBeingMoved, ruleOf } from "./names.ts";
