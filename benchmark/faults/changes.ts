/** What a request to the vCenter would change. */
export interface Change {
  /** Kinds of action of which one must stand open in the log when it arrives. */
  readonly kinds: readonly string[];
  /** Id of the VM that moves, else a name; null where it isn't known. */
  readonly subject: string | null;
  /** Where the VM is to move. */
  readonly to: string | null;
}

const RULES = ["add-rule", "edit-rule", "remove-rule"];

/**
 * What a request changes; null where it changes nothing.
 * @param names of pools, scheduled tasks and VMs by their ids, as far as they are known
 */
export function changeOf(method: string, body: string, names: ReadonlyMap<string, string>): Change | null {
  const self = /<_this type="\w+">([^<]*)/.exec(body)?.[1] ?? "";
  const named = /<name>([^<]*)</.exec(body)?.[1] ?? null;
  const change = (kinds: readonly string[], subject: string | null): Change => ({ kinds, subject, to: null });
  switch (method) {
    case "RelocateVM_Task":
      return { kinds: ["relocate"], subject: self, to: /<host type="HostSystem">([^<]*)/.exec(body)![1] };
    case "ReconfigureComputeResource_Task":
      return change(RULES, named);
    case "CreateResourcePool":
      return change(["create-pool"], named);
    case "UpdateConfig":
      return change(["edit-pool"], names.get(self) ?? null);
    case "CreateVM_Task":
    case "CloneVM_Task":
      return change(["create-placeholder", "probe"], named);
    case "PowerOnVM_Task":
      return change(["probe"], names.get(self) ?? null);
    case "PowerOffVM_Task":
      return change(["probe", "remove-placeholder"], names.get(self) ?? null);
    case "Destroy_Task": {
      const pool = body.includes('<_this type="ResourcePool">');
      return change(pool ? ["remove-pool"] : ["probe", "remove-placeholder"], names.get(self) ?? null);
    }
    case "CreateScheduledTask":
      return change(["add-task"], named);
    case "ReconfigureScheduledTask":
      return change(["edit-task"], named);
    case "RemoveScheduledTask":
      return change(["remove-task"], names.get(self) ?? null);
    default:
      return null;
  }
}
