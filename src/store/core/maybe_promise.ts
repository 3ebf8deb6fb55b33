/** Something that is there at once, or later. */
export type MaybePromise<T> = T | Promise<T>;
