import type { Check } from "./check";

/**
 * What each kind of run needs on the root folder, propagated to children: the least that a role of its own has to hold.
 * Names are vCenter's (VMware, "Required Privileges for Common Tasks"); what a plan needs is in the role Read-only.
 */
export const PRIVILEGES: readonly { readonly task: string; readonly names: readonly string[] }[] = [
  { task: "to plan", names: ["System.Anonymous", "System.Read", "System.View"] },
  { task: "to keep DRS rules (Stickiness)", names: ["Host.Inventory.EditCluster"] },
  { task: "to move VMs (MigrationSchedule)", names: ["Resource.HotMigrate", "Resource.ColdMigrate"] },
  { task: "to move their disks", names: ["Datastore.AllocateSpace"] },
  {
    task: "to reserve room (HostPreparation)",
    names: ["Resource.CreatePool", "Resource.EditPool", "Resource.DeletePool"],
  },
  {
    task: "to hold disk room and try hosts with VMs of its own (HostPreparation)",
    names: [
      ...["VirtualMachine.Inventory.Create", "VirtualMachine.Inventory.CreateFromExisting"],
      ...["VirtualMachine.Provisioning.Clone", "VirtualMachine.Provisioning.DeployTemplate"],
      ...["VirtualMachine.Config.AddNewDisk", "VirtualMachine.Inventory.Delete"],
      ...["VirtualMachine.Interact.PowerOn", "VirtualMachine.Interact.PowerOff"],
      ...["Resource.AssignVMToPool", "Datastore.AllocateSpace"],
    ],
  },
  {
    task: "to let vCenter begin waves by itself (scheduled tasks)",
    names: ["ScheduledTask.Create", "ScheduledTask.Edit", "ScheduledTask.Delete"],
  },
];

interface Asked {
  checkPrivileges(names: readonly string[], signal?: AbortSignal): Promise<string[]>;
}

/** A line per task: the privileges are there, or these lack. Only what a plan needs is an error. */
export async function checkPrivileges(actions: Asked, signal: AbortSignal): Promise<Check[]> {
  const lacking = new Set(
    await actions.checkPrivileges(
      PRIVILEGES.flatMap(({ names }) => names),
      signal,
    ),
  );
  return PRIVILEGES.map(({ task, names }, i): Check => {
    const missing = names.filter((name) => lacking.has(name));
    const name = `privileges ${task}`;
    if (missing.length === 0) return { name, status: "ok", detail: names.join(", ") };
    const detail = `the user lacks ${missing.join(", ")}`;
    if (i === 0)
      return {
        name,
        status: "error",
        detail,
        next: "give it the role Read-only on the vCenter, propagated to children",
      };
    const next = "add it to the role of the user that applies; one that only plans does without";
    return { name, status: "warning", detail, next };
  });
}
