/** A stream that a program prints to. */
export type StandardStream = "stdout" | "stderr";

/** Where prints can go: any line buffer or mirror. */
export interface LineTarget {
  /** Takes a text; a promise resolves when it was accepted. */
  write(text: string): number | Promise<number>;
}

/** Where the prints of one or both standard streams go. */
export type RedirectTargets = Partial<Record<StandardStream, LineTarget>>;
