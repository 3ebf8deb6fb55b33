// Preloaded by a test: makes Deno look as Deno 2.8.3 did, or older.
Object.defineProperty(Deno, "version", {
  value: { ...Deno.version, deno: "2.8.3" },
});
Reflect.deleteProperty(globalThis, "Temporal");
Reflect.deleteProperty(Deno.FsFile.prototype, "tryLock");
Reflect.deleteProperty(Deno.FsFile.prototype, "tryLockSync");
