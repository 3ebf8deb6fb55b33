/**
 * A CAPIO-CL configuration from a run of the steps one after the other: what was
 * seen in it, what follows from that, and why.
 *
 * @module
 */
export * from "./learn_capio_cl.ts";
export type {
  LearnedCapioCl,
  LearnedChoice,
  LearnedRule,
} from "./learn_configuration.ts";
