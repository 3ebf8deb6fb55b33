/** A fenced block of a Markdown page. */
export interface FencedBlock {
  /** The first word behind the fence, such as `ts` or `sh`. */
  readonly language: string;
  /** The other words: `no-eval`, `output`, `any-order`. */
  readonly marks: ReadonlySet<string>;
  /** Name of the file that holds the block, from `title=NAME`. */
  readonly title?: string;
  readonly text: string;
  /** Line of the opening fence, counted from 1. */
  readonly line: number;
}

const FENCE = /^```(.*)$/;
const TITLE = "title=";

/** The fenced blocks of a page, from top to bottom. */
export function fencedBlocks(markdown: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  const lines = markdown.split("\n");
  for (let index = 0; index < lines.length; index++) {
    const info = FENCE.exec(lines[index])?.[1];
    if (info === undefined) continue;
    const end = lines.indexOf("```", index + 1);
    if (end < 0) throw new Error(`The block in line ${index + 1} has no end`);
    const [language, ...words] = info.split(" ");
    const title = words.find((word) => word.startsWith(TITLE));
    blocks.push({
      language,
      marks: new Set(words.filter((word) => word !== title)),
      ...(title && { title: title.slice(TITLE.length) }),
      text: lines.slice(index + 1, end).join("\n") + "\n",
      line: index + 1,
    });
    index = end;
  }
  return blocks;
}
