import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { writePrivately } from '../../private-file.ts';
import { AzError } from '../errors.ts';

/** One line of `azureProfile.json`, in the shape that az itself writes. */
export interface Subscription extends JsonObject {
  id: string;
  name: string;
  state: string;
  user: { name: string; type: string };
  isDefault: boolean;
  tenantId: string;
  environmentName: string;
  homeTenantId: string;
  tenantDefaultDomain: string | null;
  tenantDisplayName: string | null;
  managedByTenants: { tenantId: string }[];
}

interface ProfileDocument {
  readonly installationId: string | undefined;
  readonly subscriptions: Subscription[];
}

const byteOrderMark = '\uFEFF';

/** The subscriptions of the signed-in accounts: the file `azureProfile.json` of the profile folder. */
export class Profile {
  readonly #path: string;
  #document: ProfileDocument;

  constructor(directory: string) {
    this.#path = join(directory, 'azureProfile.json');
    this.#document = readProfile(this.#path);
  }

  get subscriptions(): readonly Subscription[] {
    return this.#document.subscriptions;
  }

  /** The active subscription, or the one that `wanted` (id or name) says. Throws when there is none. */
  find(wanted?: string): Subscription {
    if (this.subscriptions.length === 0) throw new AzError("Please run 'az login' to setup account.");
    if (wanted === undefined) {
      const active = this.subscriptions.find((one) => one.isDefault);
      if (!active) throw new AzError("No subscription found. Run 'az account set' to select a subscription.");
      return active;
    }
    const found = this.matching(wanted);
    const [first] = found;
    if (!first)
      throw new AzError(`Subscription '${wanted}' not found. Check the spelling and casing and try again.`);
    if (found.length > 1) {
      throw new AzError(
        `Multiple subscriptions with the name '${wanted}' found. Specify the subscription ID.`,
      );
    }
    return first;
  }

  /** Subscriptions with that id, or that name, in any case. */
  matching(wanted: string): Subscription[] {
    const word = wanted.toLowerCase();
    const byId = this.subscriptions.filter((one) => one.id.toLowerCase() === word);
    return byId.length > 0 ? byId : this.subscriptions.filter((one) => one.name.toLowerCase() === word);
  }

  activate(id: string): void {
    this.#save(this.subscriptions.map((one) => ({ ...one, isDefault: one.id === id })));
  }

  /**
   * Puts an account's subscriptions in place of what was known of them: a subscription belongs to whoever signed in
   * last. The first (or `active`) becomes the active one unless an active one is kept by `keepActive`.
   */
  add(subscriptions: readonly Subscription[], options: { active?: string; keepActive?: boolean } = {}): void {
    const replaced = new Set(subscriptions.map((one) => one.id));
    const kept = this.subscriptions.filter((one) => !replaced.has(one.id));
    const all = [...kept, ...subscriptions];
    const formerly = options.keepActive ? this.subscriptions.find((one) => one.isDefault)?.id : undefined;
    const wanted = options.active ?? formerly ?? subscriptions.find((one) => one.state === 'Enabled')?.id;
    const active = all.find((one) => one.id === wanted) ?? subscriptions[0];
    this.#save(all.map((one) => ({ ...one, isDefault: one.id === active?.id })));
  }

  /** Forgets an account. */
  removeUser(name: string): void {
    const kept = this.subscriptions.filter((one) => one.user.name.toLowerCase() !== name.toLowerCase());
    if (kept[0] && !kept.some((one) => one.isDefault)) kept[0] = { ...kept[0], isDefault: true };
    this.#save(kept);
  }

  clear(): void {
    this.#save([]);
  }

  #save(subscriptions: Subscription[]): void {
    this.#document = { ...this.#document, subscriptions };
    const text = JSON.stringify({
      ...(this.#document.installationId ? { installationId: this.#document.installationId } : {}),
      subscriptions,
    });
    writePrivately(this.#path, byteOrderMark + text);
  }
}

function readProfile(path: string): ProfileDocument {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return { installationId: undefined, subscriptions: [] };
  }
  const value: unknown = JSON.parse(text.replace(byteOrderMark, ''));
  if (!isObject(value)) throw new AzError(`${path} is not a JSON object. Remove it and sign in again.`);
  const list = Array.isArray(value['subscriptions']) ? value['subscriptions'] : [];
  return {
    installationId: typeof value['installationId'] === 'string' ? value['installationId'] : undefined,
    subscriptions: list.filter(isObject).map(readSubscription),
  };
}

function readSubscription(value: JsonObject): Subscription {
  const text = (key: string) => (typeof value[key] === 'string' ? value[key] : '');
  const textOrNull = (key: string) => (typeof value[key] === 'string' ? value[key] : null);
  const user = isObject(value['user']) ? value['user'] : {};
  const managed = Array.isArray(value['managedByTenants']) ? value['managedByTenants'] : [];
  return {
    id: text('id'),
    name: text('name'),
    state: text('state'),
    user: { name: String(user['name'] ?? ''), type: String(user['type'] ?? 'user') },
    isDefault: value['isDefault'] === true,
    tenantId: text('tenantId'),
    environmentName: text('environmentName'),
    homeTenantId: text('homeTenantId'),
    tenantDefaultDomain: textOrNull('tenantDefaultDomain'),
    tenantDisplayName: textOrNull('tenantDisplayName'),
    managedByTenants: managed.filter(isObject).map((one) => ({ tenantId: String(one['tenantId'] ?? '') })),
  };
}
