/** A list of integers in one typed array that doubles when it is full. */
export class GrowableInts {
  private values = new Int32Array(16);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Int32Array(this.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  at(index: number): number {
    return this.values[index];
  }

  set(index: number, value: number): void {
    this.values[index] = value;
  }

  /** Number of values below `bound`; they must be in ascending order. */
  below(bound: number): number {
    const { values } = this;
    let high = this.length;
    // Most questions are about the recent past.
    let step = 4;
    let low = Math.max(0, high - step);
    while (low > 0 && values[low] >= bound) {
      high = low;
      step *= 2;
      low = Math.max(0, high - step);
    }
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle] < bound) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
