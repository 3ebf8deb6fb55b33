let isCounting = false;
let revocations = 0;

/**
 * Returns how often the program has given up permissions; `undefined` while
 * nobody counts. What was granted once stays so until it does, and a question
 * costs as much as an opening.
 */
export function revocationCount(): number | undefined {
  return isCounting ? revocations : undefined;
}

/** Counts until the result is disposed of. */
export function countRevocations(): Disposable {
  // There may have been some since it was counted last.
  revocations++;
  isCounting = true;
  return {
    [Symbol.dispose]() {
      isCounting = false;
    },
  };
}

/** Notes that the program gives up a permission. */
export function noteRevocation(): void {
  revocations++;
}
