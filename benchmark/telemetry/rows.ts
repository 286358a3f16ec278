/** A database to fill: `url` takes a POST of line protocol with times in seconds. */
export interface Target {
  readonly url: string;
  readonly authorization: string;
}

export interface Rows {
  readonly vms: number;
  readonly hosts: number;
  /** Epoch seconds of the first sample. */
  readonly start: number;
  readonly step: number;
  readonly samples: number;
}

export const VCENTER = "vcenter.example.com";
const ROWS_PER_REQUEST = 10_000;
const REQUESTS = 2;

/** Writes rows as Telegraf does: all VMs at one instant, then all at the next. Values follow from their place. */
export async function writeRows(target: Target, rows: Rows, onProgress: (rows: number) => void): Promise<number> {
  const heads = Array.from({ length: rows.vms }, (_, i) => {
    const host = `esx-${i % rows.hosts}`;
    const tags = `clustername=c,esxhostname=${host},moid=vm-${i},source=app-${i},vcenter=${VCENTER},vmname=app-${i}`;
    return [`vsphere_vm_cpu,cpu=instance-total,${tags}`, `vsphere_vm_mem,${tags}`] as const;
  });
  const pending = new Set<Promise<void>>();
  let lines: string[] = [];
  let written = 0;
  const flush = async () => {
    const body = lines.join("\n");
    written += lines.length;
    lines = [];
    const request: Promise<void> = post(target, body).finally(() => pending.delete(request));
    pending.add(request);
    if (pending.size >= REQUESTS) await Promise.race(pending);
    onProgress(written);
  };
  for (let sample = 0; sample < rows.samples; sample++) {
    const time = rows.start + sample * rows.step;
    for (const [vm, [cpu, mem]] of heads.entries()) {
      const noise = (vm * 7919 + sample * 104_729) % 1009;
      lines.push(
        `${cpu} usagemhz_average=${100 + noise}i,ready_summation=${noise % 300}i ${time}`,
        `${mem} active_average=${1_000_000 + noise * 1024}i ${time}`,
      );
      if (lines.length >= ROWS_PER_REQUEST) await flush();
    }
  }
  await flush();
  await Promise.all(pending);
  return written;
}

async function post({ url, authorization }: Target, body: string): Promise<void> {
  const response = await fetch(url, { method: "POST", headers: { authorization }, body });
  if (response.status !== 204) throw new Error(`InfluxDB answered ${response.status}: ${await response.text()}`);
}
