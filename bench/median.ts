/** Returns the median of numbers, the larger one of two; `NaN` of none. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)
    .at(numbers.length >> 1) ?? NaN;
}
