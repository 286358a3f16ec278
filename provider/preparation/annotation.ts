/** What says of a VM that it is ours, and whose. */
export const annotationOf = (owner: string): string =>
  `vsphere-affinity: made for the host preparation ${owner}; removed by it`;
