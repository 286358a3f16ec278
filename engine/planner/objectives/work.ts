import type { Model } from "../problem/model";

/** [VM of the model] its mean CPU demand, as a share of a host of mean size. */
export const workOf = (model: Model): Float64Array =>
  Float64Array.from(model.vms, (_, v) => {
    let sum = 0;
    const at = v * model.resources.length * model.slots;
    for (let s = 0; s < model.slots; s++) sum += model.demand[at + s];
    return sum / model.slots / model.unitsPerHost;
  });
