/**
 * Lines no wider than `width`, broken between words; what follows the first begins with `indent`. A word that is wider
 * by itself, such as a path, stays whole: it is there to be copied.
 */
export function wrap(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  const start = /^ */.exec(text)![0];
  let line = start;
  for (const word of text.slice(start.length).split(" ")) {
    const longer = line === start && lines.length === 0 ? start + word : `${line} ${word}`;
    if (longer.length <= width || line.trim() === "") {
      line = longer;
    } else {
      lines.push(line);
      line = indent + word;
    }
  }
  return [...lines, line];
}
