import type { LearnedCapioCl, LearnedChoice } from "../../../capio/mod.ts";
import { terminalText } from "../../../internal/mod.ts";

/** Says what was learned: each choice with its reason. */
export function learnedLines(
  { choices, warnings }: Pick<LearnedCapioCl, "choices" | "warnings">,
): string[] {
  return [
    ...choices.flatMap(choiceLines),
    ...(choices.length > 0 ? [""] : []),
    ...warnings.map((warning) => `Careful: ${warning}`),
  ].map((line) => terminalText(line));
}

function choiceLines(
  { name, producers, consumers, rules }: LearnedChoice,
): string[] {
  const written = producers.length > 0
    ? [`written by ${producers.join(", ")}`]
    : [];
  const used = consumers.length > 0 ? [`used by ${consumers.join(", ")}`] : [];
  const width = Math.max(...rules.map(({ rule }) => rule.length));
  return [
    `${name}  ${[...written, ...used].join(", ")}`,
    ...rules.map(({ rule, reason }) => `  ${rule.padEnd(width)}  ${reason}`),
  ];
}
