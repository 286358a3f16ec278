import * as pulumi from "@pulumi/pulumi";

/** What this package uses of @pulumi/vsphere, which a program has only if it makes VMs. */
export interface VsphereVirtualMachine extends pulumi.CustomResource {
  readonly hostSystemId: pulumi.Output<string>;
  readonly uuid: pulumi.Output<string>;
}
type Make<T> = new (name: string, args: object, options?: pulumi.CustomResourceOptions) => T;
export interface VspherePackage {
  readonly VirtualMachine: Make<VsphereVirtualMachine>;
  readonly ComputeClusterVmAffinityRule: Make<pulumi.CustomResource>;
  readonly ComputeClusterVmAntiAffinityRule: Make<pulumi.CustomResource>;
}

/** @throws RunError, which Pulumi shows without a stack, where the program's folder has no @pulumi/vsphere. */
export function requireVsphere(): VspherePackage {
  try {
    // As the program would: the package is in its folder, not necessarily in ours.
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- it may be absent
    return require(require.resolve("@pulumi/vsphere", { paths: [process.cwd(), __dirname] })) as VspherePackage;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new pulumi.RunError("VirtualMachineGroup needs @pulumi/vsphere: npm install @pulumi/vsphere");
  }
}
