/** What is said where a file system keeps no locks, or is shared by machines. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";
import { configFlag, sluiceArgs, TestPlan } from "./sluice.ts";

/** Makes the functions of the system answer as on NFS, whose locks are of processes. */
const NFS = `
  #include <dlfcn.h>
  #include <fcntl.h>
  #include <stdarg.h>
  #include <string.h>
  #include <sys/vfs.h>
  int flock(int fd, int operation) { return 0; }
  int statfs64(const char *path, struct statfs64 *found) {
    found->f_type = 0x6969;
    return 0;
  }
  int statfs(const char *path, struct statfs *found) {
    found->f_type = 0x6969;
    return 0;
  }
  // The table of mounts, which knows better, is empty.
  int open64(const char *path, int flags, ...) {
    int (*original)(const char *, int, ...) = dlsym(RTLD_NEXT, "open64");
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    if (strcmp(path, "/proc/self/mountinfo") == 0) path = "/dev/null";
    return original(path, flags, mode);
  }`;

/** Compiles a library to be loaded before that of the system, if possible. */
function compiled(directory: string): string | undefined {
  const source = `${directory}/nfs.c`;
  const library = `${directory}/nfs.so`;
  Deno.writeTextFileSync(source, NFS);
  try {
    const { success } = new Deno.Command("cc", {
      args: [
        "-D_GNU_SOURCE",
        "-D_LARGEFILE64_SOURCE",
        "-shared",
        "-fPIC",
        "-o",
        library,
        source,
        "-ldl",
      ],
      stderr: "null",
    }).outputSync();
    return success ? library : undefined;
  } catch {
    return undefined;
  }
}

Deno.test({
  name:
    "the commands and the steps say what a shared file system does not promise",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using directory = new TemporaryDirectory();
    const library = compiled(directory.path);
    if (!library) {
      console.log("Skipped: needs a C compiler to feign a file system");
      return;
    }
    using plan = new TestPlan({
      step: { code: `await Deno.writeTextFile("data/out", "out");` },
    });
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: sluiceArgs("workflow", configFlag, plan.file),
      env: { NO_COLOR: "1", LD_PRELOAD: library },
    }).output();
    const told = new TextDecoder().decode(stderr);
    assertEquals(code, 0, told);
    assertStringIncludes(
      told,
      `sluice workflow: "${plan.data}" lies on NFS, which may keep no locks and report no changes`,
    );
    assertStringIncludes(
      told,
      `sluice: The file system of "${plan.data}" keeps no locks`,
    );
  },
});
