/** One connection, as far as limits care. */
export interface Connection {
  readonly source: string;
  /** Requests that are not answered to their end. */
  serving: number;
  /** Of those, requests whose body is still coming. */
  receiving: number;
  readonly cut: () => void;
}

/**
 * The open connections of a listener. When there are too many, the oldest one that only keeps its place (a handshake,
 * headers or a body that do not come, or nothing at all) of the source with the most of them makes room.
 */
export class Connections {
  readonly #limits: { readonly connections: number; readonly connectionsPerSource: number };
  /** Of each source, in the order of their last sign of life. */
  readonly #bySource = new Map<string, Set<Connection>>();
  #count = 0;
  #cut = 0;

  constructor(limits: { readonly connections: number; readonly connectionsPerSource: number }) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#count;
  }

  /** Connections that had to make room since the start. */
  get evicted(): number {
    return this.#cut;
  }

  /** Undefined when there is no room and nobody to make it. */
  open(source: string, cut: () => void): Connection | undefined {
    const own = this.#bySource.get(source);
    const tooManyOwn = own !== undefined && own.size >= this.#limits.connectionsPerSource;
    if (tooManyOwn && !this.#makeRoom(own)) return undefined;
    if (this.#count >= this.#limits.connections && !this.#makeRoom(this.#largest())) return undefined;
    const connection: Connection = { source, serving: 0, receiving: 0, cut };
    const peers = this.#bySource.get(source) ?? new Set();
    this.#bySource.set(source, peers.add(connection));
    this.#count++;
    return connection;
  }

  close(connection: Connection): void {
    const peers = this.#bySource.get(connection.source);
    if (!peers?.delete(connection)) return;
    this.#count--;
    if (peers.size === 0) this.#bySource.delete(connection.source);
  }

  /** A request of the connection has been answered: it is the youngest again. */
  alive(connection: Connection): void {
    const peers = this.#bySource.get(connection.source);
    if (peers?.delete(connection)) peers.add(connection);
  }

  #largest(): Set<Connection> | undefined {
    let largest: Set<Connection> | undefined;
    for (const peers of this.#bySource.values()) if (peers.size > (largest?.size ?? 0)) largest = peers;
    return largest;
  }

  #makeRoom(among: Set<Connection> | undefined): boolean {
    for (const connection of among ?? []) {
      if (connection.serving > connection.receiving) continue;
      this.close(connection);
      this.#cut++;
      connection.cut();
      return true;
    }
    return false;
  }
}
