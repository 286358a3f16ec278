import { type Licence, licenceSchema } from "../rules";
import type { Model } from "../problem/model";
import { count } from "../wording";
import { fewDomainsForm } from "./checks/few-domains";
import { maskForm } from "./checks/mask";
import type { ActiveConstraint, Constraint } from "./constraint";
import { hostDomains } from "./fault-domains";
import { anyHost, describeHosts, selectsHost, selectsVm, selectVms } from "./selection";
import { deniedWhere } from "./tables";

const sorted = (model: Model): Licence[] =>
  [...model.request.rules.licences].sort((a, b) => (a.name < b.name ? -1 : 1));

export const licenceHosts: Constraint = {
  name: "licence-hosts",
  title: "Licensed hosts",
  description:
    "VMs with software that is licensed by host run on the hosts of its licence only: those named, or tagged so. Other " +
    "VMs may run there as well.",
  reads: { request: ["rules.licences"], inventory: ["tags of hosts and VMs"] },
  schema: licenceSchema,
  compile: (model) =>
    sorted(model).flatMap((licence): ActiveConstraint[] => {
      if (anyHost(licence)) return [];
      const denied = deniedWhere(model, (vm, host) => selectsVm(licence, vm) && !selectsHost(licence, host));
      if (!denied) return [];
      return [
        {
          constraint: "licence-hosts",
          name: `licence "${licence.name}"`,
          origin: "request",
          hard: licence.mandatory,
          weight: licence.weight,
          form: maskForm(denied),
          because: (vm, host) =>
            `${host?.name ?? "a host"} isn't licensed for ${licence.name}, which ${vm?.name ?? "some VM"} runs (licensed: ${describeHosts(licence)})`,
          only: () => `licensed for ${licence.name}`,
        },
      ];
    }),
};

export const licenceCount: Constraint = {
  name: "licence-count",
  title: "Number of licensed hosts in use",
  description:
    "VMs of a licence use no more hosts at the same time than `maxHosts`, so that no more than that many need one.",
  reads: { request: ["rules.licences"], inventory: ["tags of VMs"] },
  schema: licenceSchema,
  compile: (model) =>
    sorted(model).flatMap((licence): ActiveConstraint[] => {
      const { name, maxHosts } = licence;
      const members = selectVms(model, licence);
      if (maxHosts === undefined || members.length <= maxHosts) return [];
      return [
        {
          constraint: "licence-count",
          name: `licence "${name}" for ${count(maxHosts, "host")}`,
          origin: "request",
          hard: licence.mandatory,
          weight: licence.weight,
          form: fewDomainsForm({ members, domains: hostDomains(model) }, maxHosts),
          because: (_vm, host) =>
            `${name} is licensed for ${count(maxHosts, "host")}, and ${host?.name ?? "another"} would be one more`,
          only: () => `that runs ${name} already`,
        },
      ];
    }),
};
