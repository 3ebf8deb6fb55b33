import { assertEquals } from "@std/assert";
import { members } from "../../../src/capio/checked_json/members.ts";
import {
  array,
  boolean,
  number,
  oneOf,
  optional,
  type Schema,
  string,
  where,
} from "../../../src/capio/checked_json/schema.ts";

interface Step {
  name: string;
  count?: number;
  tags?: string[];
}

const step = members<Step>({
  name: where(string("a string"), "a name", (it) => it !== ""),
  count: optional(number("a number")),
  tags: optional(array(string("a tag"), "an array of tags")),
}, function* ({ name, count }) {
  if (name === "one" && count !== 1) yield ["count", '1, which "one" needs'];
});

const ACCEPTED: [schema: Schema<unknown>, value: unknown][] = [
  [step, { name: "a" }],
  [step, { name: "one", count: 1, tags: [] }],
  [step, Object.assign(Object.create(null), { name: "a" })],
  [oneOf([1, 1.1], "1 or 1.1"), 1.1],
  [boolean("true or false"), false],
  [optional(boolean("true or false")), undefined],
];

const REFUSED: [schema: Schema<unknown>, value: unknown, issues: string[]][] = [
  [step, [], ['$ should be "an object"']],
  [step, new Date(), ['$ should be "an object"']],
  [step, {}, ['$.name should be "member \\"name\\""']],
  [step, { name: "" }, ['$.name should be "a name"']],
  [step, { name: 3, count: NaN }, [
    '$.name should be "a string"',
    '$.count should be "a number"',
  ]],
  [step, { name: "a", tags: [1, "b", 2] }, [
    '$.tags.0 should be "a tag"',
    '$.tags.2 should be "a tag"',
  ]],
  [step, { name: "a", constructor: 1 }, [
    '$.constructor should be "no member but \\"name\\", \\"count\\", \\"tags\\""',
  ]],
  [step, { name: "one" }, ['$.count should be "1, which \\"one\\" needs"']],
  [oneOf(["a", "b"], '"a" or "b"'), "c", ['$ should be "\\"a\\" or \\"b\\""']],
];

for (const [schema, value] of ACCEPTED) {
  Deno.test(`${Deno.inspect(value)} is accepted`, () => {
    assertEquals(issuesOf(schema, value), { accepted: true, issues: [] });
  });
}

for (const [schema, value, issues] of REFUSED) {
  Deno.test(`all that is wrong in ${Deno.inspect(value)} is reported`, () => {
    assertEquals(issuesOf(schema, value), { accepted: false, issues });
  });
}

function issuesOf(schema: Schema<unknown>, value: unknown) {
  const issues: string[] = [];
  const accepted = schema(value, ({ path, expected }) => {
    issues.push(
      `${["$", ...path].join(".")} should be ${JSON.stringify(expected)}`,
    );
  });
  return { accepted, issues };
}
