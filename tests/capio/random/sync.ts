/** Makes a call that is over at its return look like an asynchronous one. */
export function sync<A extends unknown[], R>(call: (...args: A) => R) {
  return (...args: A): Promise<R> => {
    try {
      return Promise.resolve(call(...args));
    } catch (error) {
      return Promise.reject(error);
    }
  };
}
