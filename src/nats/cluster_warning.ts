import type { NatsConnected } from "./connect.ts";

/** The first version whose clusters are not known to lose streams. */
const GOOD_CLUSTER = [2, 10, 23] as const;

/** Returns what is to be said of the servers of a connection, if anything is. */
export function clusterWarning(
  { connection: { info } }: NatsConnected,
): string | undefined {
  if (info?.cluster === undefined || isGood(info.version)) return undefined;
  return `The servers of cluster "${info.cluster}" have version ${info.version}, which may lose streams when servers are killed. Use 2.10.23 or later`;
}

function isGood(version: string): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (const [i, good] of GOOD_CLUSTER.entries()) {
    const part = parts[i] || 0;
    if (part !== good) return part > good;
  }
  return true;
}
