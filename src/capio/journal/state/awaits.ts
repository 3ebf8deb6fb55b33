const NOBODY: readonly string[] = [];
/** So many paths are compared faster than looked up with all above. */
const FEW = 8;
const SLASH = 47;

/**
 * The members that sleep until something happens to a path. They are rung once:
 * what concerns a member ends all that it has asked for there.
 */
export class Awaits {
  /** The members, by path; the root of the workflow stands for anything. */
  readonly members: Map<string, Set<string>> = new Map();
  /** Who has to ring each member that was concerned since the last look. */
  readonly #ringers = new Map<string, string>();
  #author = "";

  /** Takes note of the author of the event that is folded. */
  foldedBy(member: string): void {
    this.#author = member;
  }

  /** Whether a member is going to be rung for what happens to a path. */
  has(path: string, member: string): boolean {
    return this.members.get(path)?.has(member) ?? false;
  }

  /** Notes that a member wants to be rung for what happens to a path. */
  add(path: string, member: string): void {
    this.members.getOrInsertComputed(path, () => new Set()).add(member);
  }

  /** Forgets a member that has ended. */
  forget(member: string): void {
    this.#ringers.delete(member);
    for (const [path, members] of this.members) {
      if (members.delete(member) && members.size === 0) {
        this.members.delete(path);
      }
    }
  }

  /** Something has happened to a path: this concerns those who await it. */
  concern(path: string): void {
    // Nearly always nobody waits, or few.
    if (this.members.size <= FEW) {
      for (const awaited of this.members.keys()) {
        if (isWithin(path, awaited)) this.#concernAt(awaited);
      }
      return;
    }
    this.#concernAt(path);
    for (let end = path.length; end > 0;) {
      end = path.lastIndexOf("/", end - 1);
      this.#concernAt(path.slice(0, Math.max(end, 0)));
    }
  }

  /** The same for a directory or a link, and all that it leads to. */
  concernTree(path: string): void {
    this.concern(path);
    for (const awaited of this.members.keys()) {
      if (isWithin(awaited, path)) this.#concernAt(awaited);
    }
  }

  /** Something has happened that may concern everybody. */
  concernAll(): void {
    for (const path of this.members.keys()) this.#concernAt(path);
  }

  /**
   * Returns the members that a process has to ring, because of events of its own
   * members since the last call. Where another member has concerned the same one
   * again, that one rings.
   */
  takeRung(own: ReadonlySet<string>): readonly string[] {
    if (this.#ringers.size === 0) return NOBODY;
    const rung = [...this.#ringers]
      .filter(([, ringer]) => own.has(ringer))
      .map(([member]) => member);
    this.#ringers.clear();
    return rung;
  }

  #concernAt(path: string): void {
    const members = this.members.get(path);
    if (!members) return;
    this.members.delete(path);
    for (const member of members) this.#ringers.set(member, this.#author);
  }
}

function isWithin(path: string, directory: string): boolean {
  const { length } = directory;
  if (length === 0) return true;
  const isBelow = path.length > length && path.charCodeAt(length) === SLASH;
  return (isBelow || path.length === length) && path.startsWith(directory);
}
