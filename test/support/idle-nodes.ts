/** Nodes without pods, of clusters that only answer to orders. */
export const idleNodes = {
  mark: async () => undefined,
  evict: async () => [],
  tell: async () => undefined,
  watch: () => ({ close: () => undefined }),
};
