import { AffinityError } from "../../engine/errors";

/** Where a vCenter is: `origin` for requests, `name` as Telegraf's `vcenter` tag has it (host, and :port if given). */
export interface VcenterAddress {
  readonly origin: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** @throws AffinityError SETTINGS_INVALID for anything but a host name or address with an optional port. */
export function parseAddress(server: string): VcenterAddress {
  const name = server.trim();
  const url = URL.canParse(`https://${name}`) ? new URL(`https://${name}`) : null;
  if (!url || !url.hostname || url.pathname !== "/" || url.search || url.hash || url.username || /[/\\@]/.test(name)) {
    throw new AffinityError({
      code: "SETTINGS_INVALID",
      // Before an @ there may be a password.
      message: `vcenter.server "${name.replace(/.*@/, "…@")}" is not a host name or address`,
      hint: "give it as vcenter.example.com or vcenter.example.com:8443, without https:// and without a path",
    });
  }
  return { origin: url.origin, name, host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 443) };
}
