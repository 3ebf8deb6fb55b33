import { builtin } from "../runtime/mod.ts";

/** File systems that several machines share, by the number that Linux has. */
const SHARED: ReadonlyMap<number, string> = new Map([
  [0x0000517b, "SMB"],
  [0x00006969, "NFS"],
  [0x00c36400, "Ceph"],
  [0x01021997, "9P"],
  [0x01161970, "GFS2"],
  [0x0bd00bd0, "Lustre"],
  [0x19830326, "BeeGFS"],
  [0x47504653, "GPFS"],
  [0x5346414f, "AFS"],
  [0x65735546, "FUSE (sshfs, s3fs and others)"],
  [0x6b414653, "AFS"],
  [0x7461636f, "OCFS2"],
  [0x786f4256, "a shared folder of VirtualBox"],
  [0xaad7aaea, "PanFS"],
  [0xfe534d42, "SMB"],
  [0xff534d42, "SMB"],
]);

/**
 * Names the file system of a directory if it may keep no locks and
 * report no changes: other machines use it too, or a program provides it. It is
 * not known, and `undefined`, without permission to ask (`--allow-sys=statfs`)
 * and elsewhere than on Linux.
 *
 * @example Usage
 * ```ts
 * import { sharedFileSystem } from "@sluice/sluice/capio";
 *
 * const name = sharedFileSystem(".");
 * if (name) console.warn(`Steps on several machines share no ${name}`);
 * ```
 *
 * @param directory The directory, which must exist.
 */
export function sharedFileSystem(directory: string): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const permission = { name: "sys", kind: "statfs" } as const;
  if (Deno.permissions.querySync(permission).state !== "granted") {
    return undefined;
  }
  try {
    return SHARED.get(builtin("fs").statfsSync(directory).type >>> 0);
  } catch {
    return undefined;
  }
}
