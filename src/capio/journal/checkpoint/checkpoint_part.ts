import type { FieldChecks } from "../events/mod.ts";
import type { WorkflowState } from "../state/mod.ts";

/**
 * How one kind of line of a checkpoint is taken from a state, checked when it is
 * read, and put into another state.
 */
export interface PartCodec<Fields> {
  readonly take: (state: WorkflowState) => Iterable<Fields>;
  readonly fields: FieldChecks<Fields>;
  readonly restore: (state: WorkflowState, fields: Fields) => void;
}

/** An object whose flags are left out where they do not hold. */
export type Flagged<T, Names extends keyof T> =
  & Omit<T, Names>
  & { readonly [Name in Names]?: true };
