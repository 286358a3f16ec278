import MarkdownIt from "markdown-it";

/** A fenced block of code. */
export interface Block {
  readonly language: string;
  readonly code: string;
  /** Text of the heading above it; empty before the first. */
  readonly heading: string;
  /** Line of the fence, from 1. */
  readonly line: number;
}

/** The fenced blocks of a page, in their order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let heading = "";
  const tokens = new MarkdownIt().parse(markdown, {});
  tokens.forEach((token, index) => {
    if (token.type === "heading_open") heading = tokens[index + 1].content;
    if (token.type !== "fence") return;
    blocks.push({ language: token.info.trim(), code: token.content, heading, line: (token.map?.[0] ?? 0) + 1 });
  });
  return blocks;
}
