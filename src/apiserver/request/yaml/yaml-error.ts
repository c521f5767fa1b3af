/** A text is no YAML, or none that Kubernetes reads; the message says why, from `yaml:` on. */
export class YamlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'YamlError';
  }
}
