/** Bounds of what the protobuf codec takes on; the size of a body is bounded by who reads it. */
export const protobufLimits = {
  /** Messages within messages; JSON schemas nest deepest. */
  depth: 128,
} as const;
