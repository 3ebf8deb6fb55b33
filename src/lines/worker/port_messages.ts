/** A message of a mirror to the owner of the buffer. */
export type PortRequest =
  | { readonly kind: "post"; readonly number: number; readonly body: string }
  | { readonly kind: "check"; readonly number: number }
  /** The mirror is closed. */
  | { readonly kind: "end" };

/** An answer of the owner of the buffer. */
export type PortReply =
  | {
    readonly kind: "done";
    readonly number: number;
    readonly stopped: boolean;
  }
  /** The buffer is closed. */
  | { readonly kind: "gone" };
