/** Gathers remarks on an inventory, so that eight thousand VMs with one trouble make one line. */
export class Notes {
  private readonly subjects = new Map<string, string[]>();

  /** `what` reads after the names: "2 virtual machines (vm-1, vm-2): <what>". */
  add(kind: string, subject: string, what: string): void {
    const key = `${kind}\u0000${what}`;
    const known = this.subjects.get(key);
    if (known) known.push(subject);
    else this.subjects.set(key, [subject]);
  }

  lines(): string[] {
    return [...this.subjects].map(([key, subjects]) => {
      const [kind, what] = key.split("\u0000");
      const unique = [...new Set(subjects)];
      const shown = unique.slice(0, 5).join(", ") + (unique.length > 5 ? ", …" : "");
      return `${unique.length} ${kind}${unique.length === 1 ? "" : "s"} (${shown}): ${what}`;
    });
  }
}
