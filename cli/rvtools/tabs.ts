/**
 * The tabs of an RVTools export that an inventory is made of, as `Export all to csv` names their files, and the columns
 * that are read, by RVTools' own headings (older versions first named some of them otherwise).
 */
export const TABS = {
  vInfo: {
    file: "RVTools_tabvInfo.csv",
    required: true,
    columns: {
      name: ["VM"],
      power: ["Powerstate"],
      template: ["Template"],
      vcpus: ["CPUs"],
      memoryMb: ["Memory"],
      host: ["Host"],
      cluster: ["Cluster"],
      server: ["VI SDK Server"],
      id: ["VM ID", "Object ID"],
      uuid: ["VM UUID"],
      requiredEvc: ["Min Required EVC Mode Key"],
      faultTolerance: ["FT State"],
    },
    needs: ["name", "power", "vcpus", "memoryMb", "host"],
  },
  vHost: {
    file: "RVTools_tabvHost.csv",
    required: true,
    columns: {
      name: ["Host"],
      cluster: ["Cluster"],
      datacenter: ["Datacenter"],
      maintenance: ["in Maintenance Mode"],
      quarantine: ["in Quarantine Mode"],
      mhzPerCore: ["Speed"],
      cores: ["# Cores"],
      hyperThreading: ["HT Active"],
      memoryMb: ["# Memory"],
      maxEvc: ["Max EVC"],
      vendor: ["Vendor"],
      model: ["Model"],
      id: ["Object ID"],
      server: ["VI SDK Server"],
    },
    needs: ["name", "cluster", "mhzPerCore", "cores", "memoryMb"],
  },
  vCluster: {
    file: "RVTools_tabvCluster.csv",
    required: false,
    columns: {
      name: ["Name"],
      drs: ["DRS enabled"],
      automation: ["DRS default VM behavior"],
      ha: ["HA enabled"],
      admission: ["AdmissionControlEnabled"],
      failover: ["Failover Level"],
      id: ["Object ID"],
      server: ["VI SDK Server"],
    },
    needs: ["name"],
  },
} as const satisfies Record<string, Tab>;

interface Tab {
  readonly file: string;
  /** Without it there is no inventory. */
  readonly required: boolean;
  /** Headings of a column, of which the first that the file has is taken. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** Columns without which a row says nothing. */
  readonly needs: readonly string[];
}

export type TabName = keyof typeof TABS;

/** A row by our names of the columns; what the file doesn't have, or leaves empty, is undefined. `line` counts from 1. */
export interface Row {
  readonly line: number;
  readonly [column: string]: string | number | undefined;
}
