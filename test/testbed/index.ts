export { componentPath, MissingComponent, type ComponentName } from "./components";
export { needs } from "./needs";
export { temporaryFolder } from "./folder";
export { startVcenter, type Vcenter, type VcenterOptions } from "./vcenter";
export { startInflux1, type Influx1, type Influx1Options } from "./influx1";
export { startInflux2, type Influx2 } from "./influx2";
export { startDns, type Dns } from "./dns";
export { startTelegraf, type Telegraf, type TelegrafOptions } from "./telegraf";
export { installVsphereSdk, pulumiEnvironment } from "./pulumi";
