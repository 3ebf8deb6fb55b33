import { builtin } from "../platform/mod.ts";

/** Why `fs.cp` refuses to copy something. */
type Refusal =
  | "below"
  | "directory"
  | "directoryOverFile"
  | "exists"
  | "fileOverDirectory"
  | "linkBelow"
  | "same";

/** The errors of Node: code, what it says, and the error of the system. */
const REFUSALS: {
  readonly [R in Refusal]: {
    readonly code: string;
    readonly says: string;
    readonly errno: "EINVAL" | "EISDIR" | "ENOTDIR" | "EEXIST";
    readonly why: (source: string, target: string) => string;
  };
} = {
  below: {
    code: "ERR_FS_CP_EINVAL",
    says: "Invalid src or dest",
    errno: "EINVAL",
    why: (source, target) =>
      `cannot copy ${source} to a subdirectory of self ${target}`,
  },
  linkBelow: {
    code: "ERR_FS_CP_EINVAL",
    says: "Invalid src or dest",
    errno: "EINVAL",
    why: (source, target) =>
      `cannot copy ${source} to a subdirectory of self ${target}`,
  },
  same: {
    code: "ERR_FS_CP_EINVAL",
    says: "Invalid src or dest",
    errno: "EINVAL",
    why: () => "src and dest cannot be the same",
  },
  directory: {
    code: "ERR_FS_EISDIR",
    says: "Path is a directory",
    errno: "EISDIR",
    why: (source) => `${source} is a directory (not copied)`,
  },
  directoryOverFile: {
    code: "ERR_FS_CP_DIR_TO_NON_DIR",
    says: "Cannot overwrite non-directory with directory",
    errno: "EISDIR",
    why: (source, target) =>
      `cannot overwrite non-directory ${target} with directory ${source}`,
  },
  fileOverDirectory: {
    code: "ERR_FS_CP_NON_DIR_TO_DIR",
    says: "Cannot overwrite directory with non-directory",
    errno: "ENOTDIR",
    why: (source, target) =>
      `cannot overwrite directory ${target} with non-directory ${source}`,
  },
  exists: {
    code: "ERR_FS_CP_EEXIST",
    says: "Target already exists",
    errno: "EEXIST",
    why: (_, target) => `${target} already exists`,
  },
};

/** Makes the error with which `fs.cp` refuses to copy something. */
export function copyError(
  refusal: Refusal,
  source: string,
  target: string,
  named = target,
): Error {
  const { code, says, errno, why } = REFUSALS[refusal];
  const path = refusal === "directory"
    ? source
    : refusal === "same"
    ? target
    : named;
  const reason = why(source, target);
  const error = new Error(`${says}: cp returned ${errno} (${reason}) ${path}`);
  return Object.assign(error, {
    name: "SystemError",
    code,
    errno: builtin("os").constants.errno[errno],
    syscall: "cp",
    path,
  });
}
