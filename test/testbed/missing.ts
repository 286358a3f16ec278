/** A component of the test bed that can't be had on this machine. */
export class MissingComponent extends Error {
  constructor(
    readonly component: string,
    readonly reason: string,
    readonly hint: string,
    options?: ErrorOptions,
  ) {
    super(`the test bed's ${component} can't be had: ${reason} (${hint})`, options);
    this.name = "MissingComponent";
  }
}
