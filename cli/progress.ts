import type { SingleBar } from "cli-progress";
import { lazy } from "./lazy";
import type { Output } from "./output";

/** How far a step is: `done` of `total`, in any unit; without a total only the text is shown. */
export interface ProgressUpdate {
  readonly done?: number;
  readonly total?: number;
  readonly text?: string;
}
export type Report = (update: ProgressUpdate) => void;

export interface StepTime {
  readonly step: string;
  readonly seconds: number;
}

const SHOW_AFTER_MS = 400;
const FRAME_MS = 100;
const BAR_SIZE = 20;
/** Bar, brackets and percentage, which must be seen whatever the label. */
const BAR_ROOM = BAR_SIZE + 9;
const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Runs steps one after another, shows how far they are on standard error, and keeps how long each took. */
export class Steps {
  readonly times: StepTime[] = [];

  constructor(private readonly output: Output) {}

  async run<T>(label: string, work: (report: Report) => Promise<T>): Promise<T> {
    const started = performance.now();
    const seconds = () => Math.round(performance.now() - started) / 1000;
    const view = this.output.interactive ? new TerminalView(this.output, label, seconds) : undefined;
    if (!view) this.output.note(`${label} ...`);
    try {
      const result = await work((update) => view?.update(update));
      view?.clear();
      this.times.push({ step: label, seconds: seconds() });
      this.output.note(`${label}: done in ${seconds().toFixed(1)} s`);
      return result;
    } catch (error) {
      view?.clear();
      throw error;
    }
  }
}

/** A spinner, which becomes a bar as soon as a total is known. Work that ends at once draws nothing. */
class TerminalView {
  private readonly timer: NodeJS.Timeout;
  private bar: SingleBar | undefined;
  private frame = 0;
  private text = "";
  private drawn = false;

  constructor(
    private readonly output: Output,
    private readonly label: string,
    private readonly seconds: () => number,
  ) {
    this.timer = setInterval(() => this.draw(), FRAME_MS);
    this.timer.unref();
  }

  update(update: ProgressUpdate): void {
    this.text = update.text ?? this.text;
    if (update.total === undefined || update.done === undefined || !this.due()) return;
    if (!this.bar) {
      this.erase();
      const room = (this.output.stderr.columns ?? 80) - BAR_ROOM;
      const label = this.label.length > room ? `${this.label.slice(0, Math.max(0, room - 1))}…` : this.label;
      this.bar = new (lazy.progressBar().SingleBar)({
        stream: this.output.stderr as NodeJS.WritableStream,
        format: `${label} [{bar}] {percentage}% {text}`,
        barsize: BAR_SIZE,
        clearOnComplete: true,
      });
      this.bar.start(update.total, update.done, { text: this.text });
      return;
    }
    this.bar.setTotal(update.total);
    this.bar.update(update.done, { text: this.text });
  }

  clear(): void {
    clearInterval(this.timer);
    this.bar?.stop();
    this.erase();
  }

  private due(): boolean {
    return this.seconds() * 1000 >= SHOW_AFTER_MS;
  }

  private draw(): void {
    if (this.bar || !this.due()) return;
    const frame = FRAMES[this.frame++ % FRAMES.length];
    const line = `${frame} ${this.label} ${Math.floor(this.seconds())} s ${this.text}`.trimEnd();
    this.output.stderr.write(`\r\x1b[K${line.slice(0, (this.output.stderr.columns ?? 80) - 1)}`);
    this.drawn = true;
  }

  private erase(): void {
    if (this.drawn) this.output.stderr.write("\r\x1b[K");
    this.drawn = false;
  }
}
