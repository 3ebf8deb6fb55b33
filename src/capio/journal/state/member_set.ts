/**
 * Members that have done something with a file. Most files have one writer, and
 * that member writes many: such files share one set, so no set is ever changed.
 */
export type MemberSet = ReadonlySet<string>;

/** The set without members. */
export const NO_MEMBERS: MemberSet = new Set();

/** Sets of one member that are shared before others take their place. */
const MOST_SHARED = 1000;

/** Returns the set of these members. */
export function memberSet(members: Iterable<string>): MemberSet {
  let set = NO_MEMBERS;
  for (const member of members) set = withMember(set, member);
  return set;
}

/** Returns the set that has a member besides those of `set`. */
export function withMember(set: MemberSet, member: string): MemberSet {
  if (set.has(member)) return set;
  return set.size === 0 ? onlyMember(member) : new Set([...set, member]);
}

/** Returns the set of one member, most often one that other files have. */
export function onlyMember(member: string): MemberSet {
  const known = shared.get(member);
  if (known) return known;
  if (shared.size >= MOST_SHARED) shared.clear();
  const set = new Set([member]);
  shared.set(member, set);
  return set;
}

const shared = new Map<string, MemberSet>();
