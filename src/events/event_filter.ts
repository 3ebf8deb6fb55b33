/** Dotted attribute paths of an event and the values they must have. */
export type EventFilter = Readonly<Record<string, unknown>>;

/** Returns whether the event has every attribute that the filter asks for. */
export function matches(event: object, filter: EventFilter): boolean {
  for (const path in filter) {
    if (!hasValueAt(event, path, filter[path])) return false;
  }
  return true;
}

function hasValueAt(event: object, path: string, value: unknown): boolean {
  let attribute: unknown = event;
  for (const name of path.split(".")) {
    // A missing attribute fails even a filter that asks for `undefined`.
    if (!isObject(attribute) || !(name in attribute)) return false;
    attribute = Reflect.get(attribute, name);
  }
  return Object.is(attribute, value);
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) ||
    typeof value === "function";
}
