import {
  type FieldChecks,
  type Guard,
  isMemberId,
  optional,
} from "../events/mod.ts";
import type { WorkflowState } from "../state/mod.ts";

/**
 * One kind of row of a checkpoint: how it is taken from a state, and how it is
 * checked and put into another state. A row is an array of JSON values.
 */
export interface Part {
  readonly rows: (
    state: WorkflowState,
    ids: IdEncoder,
  ) => Iterable<readonly unknown[]>;
  /** Returns whether the row is a valid one. */
  readonly restore: (
    state: WorkflowState,
    row: readonly unknown[],
    ids: IdDecoder,
  ) => boolean;
}

/** A part whose rows are the fields of objects, each in its column. */
export interface Columns<Fields> {
  readonly columns: FieldChecks<Fields>;
  readonly take: (state: WorkflowState) => Iterable<Fields>;
  readonly restore: (state: WorkflowState, fields: Fields) => void;
}

/** The member ids in some columns, which are written by their numbers. */
const optionalMemberId = optional(isMemberId);

/** A column for the id of a member. */
export const MEMBER: Guard<string> = isMemberId;
/** A column for the id of a member, which may be missing. */
export const OPTIONAL_MEMBER: Guard<string | undefined> = optionalMemberId;

/** Makes a part of fields that each have a column. */
export function part<Fields extends object>(
  { columns, take, restore }: Columns<Fields>,
): Part {
  const checks = Object.entries<Guard<unknown>>(columns);
  return {
    *rows(state, ids) {
      for (const fields of take(state)) {
        yield checks.map(([name, isValid]) => {
          const value: unknown = Reflect.get(fields, name);
          return isId(isValid, value) ? ids.encode(value) : value;
        });
      }
    },
    restore(state, row, ids) {
      if (row.length > checks.length) return false;
      const fields: Record<string, unknown> = {};
      for (const [index, [name, isValid]] of checks.entries()) {
        const cell = row[index] ?? undefined;
        const isNumber = cell !== undefined && isIdColumn(isValid);
        const value = isNumber ? ids.decode(cell) : cell;
        if (!isValid(value)) return false;
        if (value !== undefined) fields[name] = value;
      }
      // Each field has passed the check of its column.
      restore(state, fields as Fields);
      return true;
    },
  };
}

function isIdColumn(isValid: Guard<unknown>): boolean {
  return isValid === MEMBER || isValid === OPTIONAL_MEMBER;
}

function isId(isValid: Guard<unknown>, value: unknown): value is string {
  return value !== undefined && isIdColumn(isValid);
}

/**
 * Writes the id of a member as a text where it comes first, and by its number
 * where it comes again.
 */
export class IdEncoder {
  readonly #numbers = new Map<string, number>();

  /** Returns the text or the number for an id. */
  encode(id: string): string | number {
    const number = this.#numbers.get(id);
    if (number !== undefined) return number;
    this.#numbers.set(id, this.#numbers.size);
    return id;
  }
}

/** Reads ids in the order in which {@linkcode IdEncoder} has written them. */
export class IdDecoder {
  readonly #ids: string[] = [];

  /** Returns the id for a text or a number; `undefined` if there is none. */
  decode(value: unknown): string | undefined {
    if (typeof value === "number") return this.#ids[value];
    if (!isMemberId(value)) return undefined;
    this.#ids.push(value);
    return value;
  }
}
