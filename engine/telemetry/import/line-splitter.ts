/** Characters of a line, and of one with strings that go on in the next lines. A row of Telegraf's has some hundreds. */
const LONGEST = 1024 * 1024;

/** Cuts a stream of text into lines, and passes over the rest of one that is longer than any row. */
export class LineSplitter {
  private rest = "";
  private started = false;
  private skipping = false;

  constructor(
    private readonly take: (line: string) => void,
    private readonly tooLong: (most: number) => void,
  ) {}

  write(text: string): void {
    // A byte order mark is no part of the first line.
    const all = this.rest + (this.started ? text : text.replace(/^\uFEFF/, ""));
    this.started = true;
    const lines = all.split("\n");
    this.rest = lines.pop()!;
    for (const line of lines) this.put(line);
    if (this.rest.length <= LONGEST) return;
    if (!this.skipping) this.tooLong(LONGEST);
    this.skipping = true;
    this.rest = "";
  }

  end(): void {
    if (this.rest !== "" || this.skipping) this.put(this.rest);
    this.rest = "";
  }

  private put(line: string): void {
    if (this.skipping) {
      this.skipping = false;
    } else if (line.length > LONGEST) {
      this.tooLong(LONGEST);
    } else {
      this.take(line);
    }
  }
}
