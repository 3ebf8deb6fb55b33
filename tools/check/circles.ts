/** An edge of a directed graph. */
export type Edge = readonly [from: string, to: string];

/**
 * One shortest circle of each part of a graph in which every node reaches every
 * other: once the circles that are returned are cut often enough, none is left.
 */
export function circles(edges: readonly Edge[]): string[][] {
  const targets = new Map<string, Set<string>>();
  for (const [from, to] of edges) {
    if (!targets.has(from)) targets.set(from, new Set());
    targets.get(from)?.add(to);
  }
  const found: string[][] = [];
  const seen = new Set<string>();
  for (const node of [...targets.keys()].sort()) {
    if (seen.has(node)) continue;
    const circle = shortestCircle(node, targets);
    if (!circle) continue;
    found.push(circle);
    const reached = reachableFrom(node, targets);
    for (const other of reached) {
      if (reachableFrom(other, targets).has(node)) seen.add(other);
    }
  }
  return found;
}

function shortestCircle(
  start: string,
  targets: ReadonlyMap<string, ReadonlySet<string>>,
): string[] | undefined {
  let paths = [[start]];
  const seen = new Set<string>();
  while (paths.length > 0) {
    const longer: string[][] = [];
    for (const path of paths) {
      for (const target of targets.get(path[path.length - 1]) ?? []) {
        if (target === start) return path;
        if (seen.has(target)) continue;
        seen.add(target);
        longer.push([...path, target]);
      }
    }
    paths = longer;
  }
  return undefined;
}

function reachableFrom(
  start: string,
  targets: ReadonlyMap<string, ReadonlySet<string>>,
): Set<string> {
  const reached = new Set<string>();
  const pending = [start];
  while (true) {
    const node = pending.pop();
    if (node === undefined) return reached;
    for (const target of targets.get(node) ?? []) {
      if (reached.has(target)) continue;
      reached.add(target);
      pending.push(target);
    }
  }
}
