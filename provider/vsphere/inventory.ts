import { parseSnapshot, type InventorySource, type Snapshot, type Tag } from "../../engine/snapshot";
import type { VcenterSettings } from "../settings";
import { HttpsClient } from "./https";
import { Notes } from "./notes";
import { readSnapshot, SNAPSHOT_PATHS, type Collected } from "./objects";
import { activeDeviceIds } from "./objects/host";
import { trimProperty } from "./objects/machine";
import { retrieveInventory, retrieveProperties, type ManagedObject } from "./properties";
import { SERVICE_INSTANCE, VcenterSession, type SessionOptions } from "./session";
import { SoapTransport } from "./soap";
import { retrieveTags, TaggingUnavailable } from "./tagging";
import { at, list, number, text } from "./values";

export interface VcenterOptions extends SessionOptions {
  /** Objects of one page of the property collector. */
  readonly pageSize?: number;
  /** Told of each remark on the inventory: objects the user can't see, a missing tagging service. */
  readonly onWarning?: (warning: string) => void;
}

/**
 * The inventory of a vCenter: a snapshot costs one paged retrieval, whatever the number of VMs, and the tags.
 * `name` is the vCenter as Telegraf's `vcenter` tag names it.
 */
export class VcenterInventory implements InventorySource {
  readonly name: string;
  /** Remarks on the last snapshot. */
  warnings: readonly string[] = [];
  private readonly https: HttpsClient;
  readonly session: VcenterSession;

  constructor(
    private readonly settings: VcenterSettings,
    private readonly options: VcenterOptions = {},
  ) {
    this.https = new HttpsClient(settings);
    this.name = this.https.address.name;
    this.session = new VcenterSession(new SoapTransport(this.https, settings.password), settings, options);
  }

  /**
   * @throws AffinityError VCENTER_UNREACHABLE, VCENTER_LOGIN_FAILED, VCENTER_CERTIFICATE, VCENTER_TIMEOUT,
   * VCENTER_FAULT, VCENTER_ANSWER_INVALID; the signal's reason where it is aborted.
   */
  async snapshot(signal?: AbortSignal): Promise<Snapshot> {
    const notes = new Notes();
    const collected = await this.collect(signal);
    const tags = await this.tags(notes, signal);
    const snapshot = parseSnapshot(readSnapshot(this.name, collected, tags, notes), `the inventory of ${this.name}`);
    this.warnings = notes.lines();
    for (const warning of this.warnings) this.options.onWarning?.(warning);
    return snapshot;
  }

  async close(): Promise<void> {
    await this.session.close();
  }

  private collect(signal?: AbortSignal): Promise<Collected> {
    return this.session.read(async (invoke, content) => {
      const takenAt = text(await invoke("CurrentTime", SERVICE_INSTANCE));
      const objects = await retrieveInventory(invoke, content, SNAPSHOT_PATHS, {
        pageSize: this.options.pageSize,
        trim: trimProperty,
      });
      // A host lists hundreds of PCI devices: only those with one to offer are asked for the names.
      const offering = objects.filter((o) => o.reference.type === "HostSystem" && activeDeviceIds(o).length > 0);
      const pci = await retrieveProperties(
        invoke,
        content,
        offering.map((host) => host.reference),
        ["hardware.pciDevice"],
      );
      const manager = content.service("customFieldsManager");
      const [fields] = await retrieveProperties(invoke, content, [manager], ["field"]);
      return { takenAt, objects, pciNames: pciNames(pci), fields: customFields(fields) };
    }, signal);
  }

  private async tags(notes: Notes, signal?: AbortSignal): Promise<Map<string, Tag[]>> {
    try {
      return await retrieveTags(this.https, this.settings, signal, this.options.retryDelayMs);
    } catch (error) {
      if (!(error instanceof TaggingUnavailable)) throw error;
      notes.add("vCenter", this.name, `no tags, because the tagging service can't be used: ${error.message}`);
      return new Map();
    }
  }
}

const pciNames = (hosts: readonly ManagedObject[]): Map<string, string> =>
  new Map(
    hosts.flatMap((host) =>
      list(host.properties["hardware.pciDevice"], "HostPciDevice").map((device): [string, string] => [
        `${host.reference.id}:${text(device, "id")}`,
        [text(device, "vendorName"), text(device, "deviceName")].filter(Boolean).join(" "),
      ]),
    ),
  );

const customFields = (manager: ManagedObject | undefined): Map<number, string> =>
  new Map(
    list(at(manager?.properties.field, "CustomFieldDef")).flatMap((field): [number, string][] => {
      const key = number(field, "key");
      const name = text(field, "name");
      return key !== null && name ? [[key, name]] : [];
    }),
  );
